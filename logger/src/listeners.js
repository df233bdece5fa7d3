// Event listeners: how they are added, and how stop() removes them all.

import { timeOf } from './coordinates.js'
import { guard } from './guard.js'
import { atTime } from './util.js'

let abortController

/**
 * Each handler's guarded version. The same function each time, so that the browser ignores a repeated
 * addEventListener.
 */
const guardedHandlers = new WeakMap()

/** An event that passes two listening targets, such as a window and a shadow root, is handled once. */
function guardedHandler(handler) {
  if (!guardedHandlers.has(handler)) {
    /** The innermost target of each handled event: a script may fire one event on several. */
    const handled = new WeakMap()
    const handleOnce = guard((event) => {
      const [target] = event.composedPath()
      if (handled.get(event) === target) return
      handled.set(event, target)
      atTime(timeOf(event), () => handler(event))
    })
    guardedHandlers.set(handler, handleOnce)
  }
  return guardedHandlers.get(handler)
}

/**
 * Must be called before addListeners().
 * @returns {AbortSignal} fires when the listeners are removed
 */
export function beginListening() {
  abortController = new AbortController()
  return abortController.signal
}

/**
 * Listen for events in the capture phase, that is before the page's own handlers, which could stop the event. The
 * listeners are passive: they cannot prevent what the event does and do not delay scrolling.
 * @param {EventTarget} target a window (of the page or of a frame), an element or a shadow root
 * @param {{types: string[], handler: (event: Event) => void}[]} listeners
 */
export function addListeners(target, listeners) {
  const settings = { capture: true, passive: true, signal: abortController.signal }
  for (const { types, handler } of listeners) {
    for (const type of types) target.addEventListener(type, guardedHandler(handler), settings)
  }
}

/** Remove all listeners. */
export function endListening() {
  abortController?.abort()
}
