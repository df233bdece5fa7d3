// Settings: what they are called, what they are by default, and how a page gives them.

import { hash, warn } from './util.js'

/** Where the page says nothing else. A setting is of the type that stands here. */
const DEFAULTS = {
  server: '',
  study: '',
  userParam: '',
  attributesName: 'data-',
  maxActions: 50,
  maxTime: 5, // s
  moveInterval: 50, // ms
  skip: '',
  values: false,
  consent: '',
  respect: 'gpc',
  debug: false,
  capture: true,
}

export const options = { ...DEFAULTS }

/** What is true of every action: user, conditions. */
export const constants = {}

/** Constructor arguments, in the original's five places or as one object. */
export function configure(server, maxActions, maxTime, attributesName, constantAttributes) {
  const given =
    server instanceof Object
      ? server
      : { capture: false, server, maxActions, maxTime, attributesName, constants: constantAttributes }
  for (const key in given) {
    const value = typed(given[key], DEFAULTS[key])
    if (key === 'constants') Object.assign(constants, given[key])
    else if (value === undefined) warn(`${key}=${given[key]} is no setting`)
    else options[key] = value
  }
  const url = new URL(options.server, location.href)
  if (!options.server) warn('no server: give data-server, or load the file from the server itself')
  // Who names a server without a path does not mean its front page.
  else if (url.pathname === '/') url.pathname = 'analytics'
  options.server = options.server && url.href
  options.config = hash(JSON.stringify(options)).toString(16)
}

/** The value as the default's type; the default where none is given, undefined where it is none of that type. */
function typed(value, example) {
  if (value === undefined) return example
  if (typeof example === 'number') return value >= 0 ? +value : undefined
  return typeof example === 'boolean' ? String(value) !== 'false' : example?.concat(value)
}

/** A script tag's attributes as settings; undefined where none of them is ours. */
export function settingsOfTag(script) {
  const given = { server: new URL('analytics', script.src).href, constants: {} }
  let ours
  for (const attribute of script.getAttributeNames()) {
    const [, constant, name] = /^data-(const-)?(.+)/.exec(attribute) || []
    if (!name) continue
    const key = name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
    const isConstant = constant || /^(user|condition\W?\w*)$/.test(name)
    const [where, as] = isConstant ? [given.constants, name.replaceAll('-', '_')] : [given, key]
    where[as] = script.getAttribute(attribute)
    ours ||= isConstant || key in DEFAULTS
  }
  return ours && given
}
