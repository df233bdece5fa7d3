// Page views: loads, steps of a single-page app, returns from the browser's cache; and how long each lasted.

import { check } from './areas.js'
import { effect } from './clicks.js'
import { maskUrl } from './mask.js'
import { add, look } from './recorder.js'
import { guard, now, tenth } from './util.js'

let href
let shown

export const leavePage = () => {
  if (shown >= 0) add({ name: 'pageleave', duration: tenth(now() - shown) })
  shown = undefined
}

export const viewPage = (nav) => {
  const referrer = href ?? document.referrer
  href = location.href
  shown = now()
  look()
  add({ name: 'pageview', nav, referrer: maskUrl(referrer) })
  check()
}

/** A step counts after the first view, and where the URL is another one: frameworks replace states all the time. */
export const step = (nav) => {
  if (!href || location.href === href) return
  effect('nav')
  leavePage()
  viewPage(nav)
}

/** Hear of pushState and replaceState, which fire no event, until the signal says stop. */
export const watchHistory = (signal) =>
  ['push', 'replace'].forEach((nav) => {
    const method = nav + 'State'
    const original = history[method]
    const ours = (history[method] = (...args) => {
      original.apply(history, args)
      guard(step)(nav)
    })
    signal.addEventListener('abort', () => history[method] === ours && (history[method] = original))
  })
