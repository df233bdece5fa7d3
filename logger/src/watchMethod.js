// Calls of the browser's own methods that fire no event.

/**
 * Call a function with each call of a method, until the signal fires. What the method does and returns stays the same.
 * @param {object} owner the object that has the method
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(self: object) => void} [before] is called before the method, with the object that it is called on
 * @param {() => void} [after] is called after it
 */
export function watchMethod(owner, name, signal, before, after) {
  const original = owner[name]
  const replacement = function (...args) {
    before?.(this)
    const result = original.apply(this, args)
    after?.()
    return result
  }
  owner[name] = replacement
  signal.addEventListener('abort', () => {
    // If other code has wrapped the method since, it must stay as it is.
    if (owner[name] === replacement) owner[name] = original
  })
}
