// What every other file needs, and nothing that only one of them does.

const warned = {}

/** Wrong use is told once in the console, whatever its cause; the page never sees an exception. */
export const warn = (message) => {
  if (!warned[message]) console.warn('UserLogger: ' + message)
  warned[message] = true
}

/** The function, unable to throw into the page that it runs in. */
export const guard = (work) => (...args) => {
  try {
    return work(...args)
  } catch (error) {
    warn(error)
  }
}

export const { stringify } = JSON

/** ms since this page's zero, on a clock that nobody sets. */
export const now = () => performance.now()

/** Rounded to a tenth: more digits of a pixel or a millisecond are noise that costs bytes. */
export const tenth = (x) => Math.round(x * 10) / 10

/** Text into a whole number from 0 to 2^32 - 1, the same in every browser, for ever. */
export const hash = (text) => {
  let h = 0
  for (const c of text + ' ') {
    // Both steps for every character: two conditions drawn from half-mixed numbers would go hand in hand.
    h = Math.imul(h ^ c.codePointAt(0), 0x9e3779b1)
    h ^= h >>> 15
  }
  return h >>> 0
}

/** A UUIDv7 (RFC 9562): it begins with its time, so what is named by it sorts by age. */
export const uuid7 = (time = Date.now()) => {
  const digit = () => (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16)
  return ('0' + time.toString(16)).replace(/.{8}/, '$&-') + '-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, digit)
}

/** Bytes of a JSON text in UTF-8, at most: whatever is not ASCII counts as three. Quicker than to encode it. */
export const byteLength = (text) => text.length + 2 * (text.match(/[^ -~]/g) || '').length
