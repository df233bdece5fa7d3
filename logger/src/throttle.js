// Events that fire many times in a row: scroll and resize.

import { guard } from './guard.js'
import { atTime, currentTime } from './util.js'

const INTERVAL_MS = 100

/** The time of the last event of each target that waits, in ms since the page began. */
const lastTimes = new Map()

/**
 * Call `log` 100 ms from now, at the time of the target's last event, unless a call for it is already waiting. During
 * continuous scrolling it is therefore called each 100 ms, and once after the last event.
 * @param {EventTarget} target what is scrolled or resized
 * @param {() => void} log
 */
export function throttle(target, log) {
  if (!lastTimes.has(target)) {
    setTimeout(guard(() => {
      const time = lastTimes.get(target)
      lastTimes.delete(target)
      atTime(time, log)
    }), INTERVAL_MS)
  }
  lastTimes.set(target, currentTime())
}
