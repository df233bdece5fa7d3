// Page views: loads, navigations of a single-page app, returns from the back-forward cache, and how long each lasted.

import { logAreasIfChanged } from './areas.js'
import { logClickEffect } from './clickEffect.js'
import { guard } from './guard.js'
import { maskUrl } from './mask.js'
import { enqueue, refreshView } from './recorder.js'
import { now, roundToTenth } from './util.js'

/** URL of the last view; undefined before the first. */
let viewedUrl
/** ms since the page began at which the current view began; undefined if there is none. */
let viewStart

/** Log that the current view has ended. */
export function logPageLeave() {
  if (viewStart !== undefined) enqueue({ name: 'pageleave', duration: roundToTenth(now() - viewStart) })
  viewStart = undefined
}

/**
 * Log that a view begins.
 * @param {'load' | 'push' | 'replace' | 'pop' | 'bfcache'} nav what led to it
 */
export function logPageView(nav) {
  const referrer = viewedUrl ?? document.referrer
  viewedUrl = location.href
  viewStart = now()
  refreshView()
  enqueue({ name: 'pageview', nav, referrer: maskUrl(referrer) })
  logAreasIfChanged()
}

/**
 * Log a navigation inside the page, if the URL is another one: frameworks often replace the history state without
 * changing the URL. What happens before the first view is part of the load.
 */
export function captureNavigation(nav) {
  if (viewedUrl === undefined || location.href === viewedUrl) return
  logClickEffect('nav')
  logPageLeave()
  logPageView(nav)
}

function watchHistoryMethod(method, nav, signal) {
  const original = history[method]
  const replacement = (...args) => {
    original.apply(history, args)
    guard(captureNavigation)(nav)
  }
  history[method] = replacement
  signal.addEventListener('abort', () => {
    // If other code has wrapped the method since, it must stay as it is.
    if (history[method] === replacement) history[method] = original
  })
}

/**
 * Call captureNavigation after each history.pushState and replaceState, which fire no event.
 * @param {AbortSignal} signal ends it
 */
export function watchHistory(signal) {
  watchHistoryMethod('pushState', 'push', signal)
  watchHistoryMethod('replaceState', 'replace', signal)
}
