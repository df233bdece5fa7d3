// Calls of the browser's own methods that fire no event.

import { guard } from './guard.js'

/**
 * Call a function with each call of a method, until the signal fires. What the method does and returns stays the same.
 * @param {object} owner the object that has the method
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(self: object) => void} [before] is called before the method, with the object that it is called on
 * @param {() => void} [after] is called after it
 */
export const watchMethod = guard((owner, name, signal, before, after) => {
  const original = owner[name]
  // A proxy, because it has the method's own properties.
  const replacement = new Proxy(original, {
    apply(method, self, args) {
      if (!signal.aborted) before?.(self)
      const result = Reflect.apply(method, self, args)
      if (!signal.aborted) after?.()
      return result
    },
  })
  owner[name] = replacement // fails where the page has frozen the object
  signal.addEventListener('abort', () => {
    // If other code has wrapped the method since, it must stay as it is.
    if (owner[name] === replacement) owner[name] = original
  })
})
