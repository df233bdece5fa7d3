// Events that fire many times in a row: scroll and resize.

import { beforeEachAction } from './collectors.js'
import { guard } from './guard.js'
import { atTime, currentTime } from './util.js'

const INTERVAL_MS = 100

/** What waits, by target: the time of the last event in ms since the page began, the function to call, the timer. */
const waiting = new Map()

function logNow({ time, log, timer }, target) {
  clearTimeout(timer)
  waiting.delete(target) // first, because logging calls this again for whatever waits
  atTime(time, guard(log))
}

beforeEachAction(() => waiting.forEach(logNow))

/**
 * Call `log` 100 ms from now, or before the next action, at the time of the target's last event. During continuous
 * scrolling it is therefore called each 100 ms, and once after the last event.
 * @param {EventTarget} target what is scrolled or resized
 * @param {() => void} log
 */
export function throttle(target, log) {
  const timer = waiting.get(target)?.timer ?? setTimeout(() => logNow(waiting.get(target), target), INTERVAL_MS)
  waiting.set(target, { time: currentTime(), log, timer })
}
