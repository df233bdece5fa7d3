// JSON for every action: whatever the page logs, and whatever its libraries have done to the built-in objects.

// The originals, before another script of the page replaces them.
const { parse, stringify } = JSON

export { parse }

/** The value as a text, whatever it is. */
export function textOf(value) {
  try {
    return String(value)
  } catch {
    return '(unreadable)'
  }
}

/**
 * A replacer for JSON.stringify: arrays stay arrays although old versions of Prototype give them a toJSON method, and
 * what JSON cannot hold becomes its text: BigInts, and objects inside themselves.
 */
function careful() {
  const ancestors = []
  return function replace(key, value) {
    const original = Array.isArray(this[key]) ? this[key] : value
    if (typeof original === 'bigint') return String(original)
    if (typeof original !== 'object' || original === null) return original
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(original)) return textOf(original)
    ancestors.push(original)
    return original
  }
}

/** A copy of an object's fields; a field that cannot be read or serialized becomes its text. */
function readableFields(object) {
  const fields = {}
  for (const [name, value] of Object.entries(copyFields(object))) {
    try {
      stringify(value, careful())
      fields[name] = value
    } catch {
      fields[name] = textOf(value)
    }
  }
  return fields
}

/** A copy of an object's own fields; a field whose getter fails becomes the text of its error. */
export function copyFields(object) {
  const fields = {}
  for (const name of Object.keys(object ?? {})) {
    try {
      fields[name] = object[name]
    } catch (error) {
      fields[name] = textOf(error)
    }
  }
  return fields
}

/** Replace each half of a surrogate pair, which PostgreSQL cannot store. JSON.stringify escapes these, and only these. */
function wellFormed(json) {
  if (!json.includes('\\ud')) return json
  return json.replace(/\\(?:(ud[89a-f]..)|[^])/g, (escape, half) => (half ? '\ufffd' : escape))
}

/** An object as JSON. Never throws. */
export function toJson(object) {
  let json
  try {
    json = stringify(object, Array.prototype.toJSON && careful())
  } catch {
    json = stringify(readableFields(object), careful())
  }
  return wellFormed(json)
}
