// What every other file needs, and nothing that only one of them does.

const warned = new Set()

/** Wrong use is told once in the console, whatever its cause; the page never sees an exception. */
export function warn(message) {
  if (warned.has(message)) return
  warned.add(message)
  console.warn('UserLogger: ' + message)
}

/** The function, unable to throw into the page that it runs in. */
export const guard = (work) => (...args) => {
  try {
    return work(...args)
  } catch (error) {
    warn(error)
  }
}

/** Rounded to a tenth: more digits of a pixel or a millisecond are noise that costs bytes. */
export const tenth = (x) => Math.round(x * 10) / 10

/** Text into a whole number from 0 to 2^32 - 1, the same in every browser, for ever (FNV-1a). */
export function hash(text) {
  let h = 0x811c9dc5
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 0x01000193)
  // FNV's last bits are little more than a parity; two conditions drawn from them would go hand in hand.
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A UUIDv7 (RFC 9562): it begins with its time, so what is named by it sorts by age. */
export function uuid7() {
  let digits = Date.now().toString(16).padStart(12, '0')
  for (const byte of crypto.getRandomValues(new Uint8Array(10))) digits += (byte + 256).toString(16).slice(1)
  return digits.replace(/(.{8})(.{4}).(...).(...)/, '$1-$2-7$3-8$4-')
}

/** Epoch ms at which a UUIDv7 was made. */
export const bornAt = (uuid) => parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)

const encoder = new TextEncoder()
export const byteLength = (text) => encoder.encode(text).length
