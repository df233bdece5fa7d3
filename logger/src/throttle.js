// Events that fire many times in a row: scroll and resize.

import { guard } from './guard.js'

const INTERVAL_MS = 100

const waitingTargets = new Set()

/**
 * Call `log` 100 ms from now, unless a call for the same target is already waiting. During continuous scrolling it is
 * therefore called each 100 ms, and once after the last event.
 * @param {EventTarget} target what is scrolled or resized
 * @param {() => void} log
 */
export function throttle(target, log) {
  if (waitingTargets.has(target)) return
  waitingTargets.add(target)
  setTimeout(guard(() => {
    waitingTargets.delete(target)
    log()
  }), INTERVAL_MS)
}
