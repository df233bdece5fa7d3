// Page views: loads, steps of a single-page app, returns from the browser's cache; and how long each lasted.

import { maskUrl } from './mask.js'
import { guard } from './util.js'

export function createPages(recorder, effects, areas) {
  let href
  let referrer = document.referrer
  let shown

  function leave() {
    if (shown === undefined) return
    recorder.add({ name: 'pageleave', duration: Math.round(performance.now() - shown) })
    shown = undefined
  }

  function view(nav) {
    href = location.href
    shown = performance.now()
    recorder.look()
    recorder.add({ name: 'pageview', nav, referrer: maskUrl(referrer) })
    referrer = href
    areas.check()
  }

  /** A step inside the page counts where the URL is another one: frameworks replace states all the time. */
  function step(nav) {
    if (location.href === href) return
    effects.end('nav')
    leave()
    view(nav)
  }

  /** Hear of pushState and replaceState, which fire no event; returns what undoes it. */
  function watchHistory() {
    const undo = ['pushState', 'replaceState'].map((method) => {
      const original = history[method]
      const ours = function (...args) {
        const result = original.apply(this, args)
        guard(step)(method.slice(0, -5))
        return result
      }
      history[method] = ours
      return () => history[method] === ours && (history[method] = original)
    })
    return () => undo.forEach((back) => back())
  }

  return { leave, view, step, watchHistory }
}
