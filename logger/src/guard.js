// The logger must never disturb the page: an error inside it becomes one warning in the console.

const printed = new Set()

/**
 * Print a warning in the console. Each distinct message is printed only once per page.
 * @param {unknown} message a text, or a caught error
 */
export function warn(message) {
  const text = String(message)
  if (printed.has(text)) return
  printed.add(text)
  console.warn(`UserLogger: ${text}`)
}

/**
 * Wrap a function so that it cannot throw into the page. If it throws, the error is printed and undefined is returned.
 * @template {(...args: any[]) => any} Work
 * @param {Work} work
 * @returns {Work}
 */
export function guard(work) {
  return (...args) => {
    try {
      return work(...args)
    } catch (error) {
      warn(error)
    }
  }
}
