// Page views: loads, navigations of a single-page app, returns from the back-forward cache, and how long each lasted.

import { logAreasIfChanged } from './areas.js'
import { noteEffect } from './clickEffect.js'
import { guard } from './guard.js'
import { beginLayout } from './layout.js'
import { maskViewUrl } from './mask.js'
import { pointerPosition } from './mousePath.js'
import { enqueue, refreshView } from './recorder.js'
import { currentTime, roundToTenth } from './util.js'
import { watchMethod } from './watchMethod.js'

/** URL of the last view; undefined before the first. */
let viewedUrl
/** ms since the page began at which the current view began; undefined if there is none. */
let viewStart

/** Log that the current view has ended. */
export function logPageLeave() {
  if (viewStart !== undefined) enqueue({ name: 'pageleave', duration: roundToTenth(currentTime() - viewStart) })
  viewStart = undefined
}

/**
 * Log that a view begins.
 * @param {'load' | 'push' | 'replace' | 'pop' | 'bfcache' | 'start'} nav what led to it
 * @param {number} [time] ms since the page began
 */
export function logPageView(nav, time = currentTime()) {
  const referrer = viewedUrl ?? document.referrer
  viewedUrl = location.href
  viewStart = time
  refreshView()
  enqueue({ name: 'pageview', nav, referrer: maskViewUrl(referrer), ...pointerPosition() }, time)
  logAreasIfChanged()
  beginLayout()
}

/**
 * Log the view that the page shows when the logger starts: its load, or if that was logged already, another start.
 * @param {number} [loadTime] ms since the page began, where the load was before
 */
export function logFirstView(loadTime) {
  if (viewedUrl === undefined) logPageView('load', loadTime)
  else logPageView('start')
}

/**
 * Log a navigation inside the page, if the URL is another one: frameworks often replace the history state without
 * changing the URL. What happens before the first view is part of the load.
 */
export function captureNavigation(nav) {
  if (viewedUrl === undefined || location.href === viewedUrl) return
  noteEffect('nav')
  logPageLeave()
  logPageView(nav)
}

const navigate = guard(captureNavigation)

/**
 * Call captureNavigation for what fires neither popstate nor hashchange: history.pushState and replaceState, and
 * whatever else the Navigation API tells, where the browser has it.
 * @param {AbortSignal} signal ends it
 */
export function watchNavigation(signal) {
  for (const [method, nav] of [['pushState', 'push'], ['replaceState', 'replace']]) {
    // The page may call the prototype's method; a method of the object's own hides that one.
    const owner = Object.getOwnPropertyDescriptor(history, method) ? history : History.prototype
    watchMethod(owner, method, signal, undefined, () => navigate(nav))
  }
  const handleChange = ({ navigationType }) => {
    // Later, so that a new fragment is named by its own event, as in other browsers.
    setTimeout(() => navigate(navigationType === 'traverse' ? 'pop' : navigationType))
  }
  window.navigation?.addEventListener('currententrychange', handleChange, { signal })
}
