// Small pure functions that several files need: time, rounding, hashing, ids, sizes.

/** Milliseconds since this page began (its time origin). This clock does not change when the device's clock is set. */
export function now() {
  return performance.now()
}

/**
 * Epoch ms by the device's clock, as a whole number. If a script has replaced the clock by something that gives no time
 * after 1970, by the browser's own clock as it was when the page began.
 */
export function epochMs() {
  const time = Math.floor(Number(Date.now?.()))
  return time > 0 ? time : Math.floor(performance.timeOrigin + now())
}

/** ms since the page began of the event that is being handled; undefined outside handlers. */
let eventTime

/** Call a function while the actions that it logs get the time of an event, in ms since the page began. */
export function atTime(time, work) {
  const outerTime = eventTime
  eventTime = time
  try {
    return work()
  } finally {
    eventTime = outerTime
  }
}

/** The time of the event that is being handled, otherwise the present time; in ms since the page began. */
export function currentTime() {
  return eventTime ?? now()
}

/** Round to one decimal place. More digits of a CSS px or a millisecond are noise and cost bytes. */
export function roundToTenth(value) {
  return Math.round(value * 10) / 10
}

/**
 * Hash a text to a whole number from 0 to 2^32 - 1. Each character is mixed in by XOR and then by a
 * multiplication with a prime near 2^32 divided by the golden ratio (Knuth's multiplicative hashing). Participants are
 * assigned to conditions with this function, so its results must never change.
 */
export function hash(text) {
  let result = 0
  for (const character of `${text} `) {
    result = Math.imul(result ^ character.codePointAt(0), 0x9e3779b1)
    // Shifting after every character keeps two conditions that are drawn for the same user independent of each other.
    result ^= result >>> 15
  }
  return result >>> 0
}

/**
 * Create a UUID version 7 (RFC 9562, section 5.7). It begins with its time, so ids sort by age.
 * @param {number} time epoch ms, a whole number
 */
export function uuid7(time = epochMs()) {
  const timeDigits = Math.max(time, 0).toString(16).padStart(12, '0')
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(9)))
  const randomDigits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [
    timeDigits.slice(0, 8),
    timeDigits.slice(8),
    `7${randomDigits.slice(0, 3)}`, // 7 is the version
    `8${randomDigits.slice(3, 6)}`, // the bits 10 are the variant
    randomDigits.slice(6),
  ].join('-')
}

/** The first `length` characters of a text, without half of a surrogate pair at the end. */
export function cut(text, length) {
  return text.slice(0, text.codePointAt(length - 1) > 0xffff ? length - 1 : length)
}

/** A text of at most `length` characters; if it is cut, a hash tells it from others that begin alike. */
export function fit(text, length) {
  return text.length > length ? `${cut(text, length - 9)}~${hash(text).toString(16)}` : text
}

/**
 * Upper bound of a text's size in UTF-8, in bytes: every character outside printable ASCII counts as three. Encoding
 * each action with TextEncoder cost more time than anything else that the logger did on a click.
 */
export function byteLength(text) {
  const notAscii = text.match(/[^ -~]/g)
  return text.length + 2 * (notAscii ? notAscii.length : 0)
}
