// The logger's settings: their names, their defaults, and the ways in which a page gives them.

import { warn } from './guard.js'
import { toJson } from './json.js'
import { fit } from './util.js'

/**
 * The settings in effect, which begin as the defaults. The type of the default is the type of the setting.
 * Without a prototype: a property that a library adds to all objects is not a setting.
 */
export const options = {
  __proto__: null,
  server: '',
  study: '',
  userParam: '',
  urlParams: '', // names, separated by spaces or commas
  attributesName: 'data-',
  maxActions: 50,
  maxTime: 5, // seconds
  moveInterval: 50, // ms
  skip: '',
  text: 'labels',
  values: false,
  consent: '',
  respect: 'gpc',
  debug: false,
  capture: true,
  layout: true,
}

const TEXTS = ['labels', 'all', 'none']
/** The server rejects longer texts; in characters. */
const MAX_LENGTHS = { study: 64, user: 200, condition_1: 200, condition_2: 200 }

/** Values that every action carries: user, conditions, and any others that the study sets. */
export const constants = {}

/** The value; cut, or as text, if the server would reject all actions that carry it. */
function acceptable(name, value) {
  const longest = MAX_LENGTHS[name]
  if (!longest || !/string|object/.test(typeof value) || value === null) return value
  const text = typeof value === 'object' ? toJson(value) : value
  if (text.length > longest) warn(`${name} has more than ${longest} characters`)
  return fit(text, longest)
}

/** Set constants, which all actions from now on carry. */
export function setConstants(changes) {
  for (const [name, value] of Object.entries(changes ?? {})) constants[name] = acceptable(name, value)
}

/** Whether the study does not want actions of this name. */
export const isSkipped = (name) => options.skip.split(/\W/).includes(name)

/** Prefix of all keys that the logger uses in localStorage and sessionStorage. */
export function storagePrefix() {
  return `userlogger ${options.server} `
}

const TRUE_OR_FALSE = new Map([['', true], ['true', true], ['false', false]])

/** The value as the given type; undefined if it cannot be one. An empty attribute (`data-debug`) means true. */
function convert(value, type) {
  if (type === 'string') return String(value)
  if (type === 'boolean') return TRUE_OR_FALSE.get(String(value))
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}

function setOption(name, value) {
  if (!(name in options)) return warn(`unknown setting: ${name}`)
  if (value === undefined || value === null) return // the default applies
  const converted = convert(value, typeof options[name])
  if (converted === undefined) warn(`invalid value for the setting ${name}: ${value}`)
  else options[name] = acceptable(name, converted)
}

/** Make the server's URL absolute; a server that is given without a path gets the path /analytics. */
function completeServer() {
  if (!options.server) return warn('no server')
  const url = new URL(options.server, location.href)
  if (url.pathname === '/') url.pathname = '/analytics'
  options.server = url.href
}

/**
 * Apply the constructor's arguments: one object with settings, or the original project's five positional arguments,
 * with which the logger captures only what it is asked for.
 */
export function configure(server, maxActions, maxTime, attributesName, constantAttributes) {
  const given = typeof server === 'string'
    ? { capture: false, server, maxActions, maxTime, attributesName, constants: constantAttributes }
    : { ...server }
  const { constants: givenConstants, ...givenOptions } = given
  setConstants(givenConstants)
  for (const [name, value] of Object.entries(givenOptions)) setOption(name, value)
  completeServer()
  if (!TEXTS.includes(options.text)) {
    warn(`invalid value for the setting text: ${options.text}`)
    options.text = 'none' // what records least
  }
}

/**
 * Read the settings from the data- attributes of a script tag. The default of `server` is `analytics` in the same
 * folder as the script.
 * @returns {object | undefined} settings; undefined if none of the attributes is one of the logger's
 */
export function settingsOfTag({ src, dataset }) {
  const settings = { server: new URL('analytics', src || location.href).href, constants: {} }
  let hasSetting = false
  for (const [key, value] of Object.entries(dataset)) {
    // dataset holds data-condition-1 as "condition-1" and data-const-age-group as "constAgeGroup".
    const attribute = key.replace(/-|(?=[A-Z])/g, '_').toLowerCase()
    const isConstant = /^(const_.|user$|condition)/.test(attribute)
    if (isConstant) settings.constants[attribute.replace('const_', '')] = value
    else settings[key] = value
    if (isConstant || key in options) hasSetting = true
  }
  return hasSetting ? settings : undefined
}
