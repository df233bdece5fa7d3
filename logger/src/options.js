// Settings: what they are called, what they are by default, and how a page gives them.

import { hash, warn } from './util.js'

export const DEFAULTS = {
  server: '',
  study: '',
  userParam: '',
  attributesName: 'data-',
  maxActions: 50,
  maxTime: 5,
  moveInterval: 50,
  skip: '',
  values: false,
  consent: '',
  respect: 'gpc',
  debug: false,
  capture: true,
}

/** Constructor arguments, in the original's five places or as one object, into [options, constants]. */
export function settingsOf(server, maxActions, maxTime, attributesName, constants) {
  let given = { capture: false, server, maxActions, maxTime, attributesName }
  if (server instanceof Object) ({ constants, ...given } = server)
  const options = { ...DEFAULTS }
  for (const key in given) {
    if (!(key in DEFAULTS)) warn(`unknown option ${key}`)
    else if (given[key] !== undefined) options[key] = given[key]
  }
  if (options.server) {
    const url = new URL(options.server, location.href)
    // A server named without a path is meant, not its front page.
    if (url.pathname === '/') url.pathname = '/analytics'
    options.server = url.href
  }
  options.skip = String(options.skip).split(/[\s,]+/)
  options.config = hash(JSON.stringify(options)).toString(16)
  return [options, { ...constants }]
}

const camel = (attribute) => attribute.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())

/** A script tag's attributes into one settings object; null where none of them is ours. */
export function settingsOfTag(script) {
  const settings = { constants: {} }
  const unknown = []
  for (const attribute of script.getAttributeNames().filter((name) => name.startsWith('data-'))) {
    const text = script.getAttribute(attribute)
    const key = camel(attribute.slice(5))
    const constant = /^data-(?:const-)?(user|condition.*|(?<=const-).*)$/.exec(attribute)?.[1]
    if (constant) settings.constants[constant.replaceAll('-', '_')] = text
    else if (key in DEFAULTS) settings[key] = typed(attribute, text, DEFAULTS[key])
    else unknown.push(attribute)
  }
  const ours = Object.keys(settings).length > 1 || Object.keys(settings.constants).length
  if (!ours) return null
  unknown.forEach((attribute) => warn(`unknown attribute ${attribute}`))
  return { server: new URL('analytics', script.src).href, ...settings }
}

function typed(attribute, text, example) {
  if (typeof example === 'boolean') return text !== 'false'
  if (typeof example === 'string') return text
  if (text.trim() && +text >= 0) return +text
  warn(`${attribute}="${text}" is not a number; ${example} is used`)
  return example
}
