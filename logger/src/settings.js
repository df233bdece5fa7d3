// Settings: what they are called, what they are by default, and how a page gives them.

import { warn } from './util.js'

/** What counts where the page says nothing else. A setting is of the type that stands here. */
export const options = {
  __proto__: null,
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

/** Under what name things are kept in this browser. */
export const storageKey = () => `userlogger ${options.server} `

/** What is true of every action: user, conditions. */
export const constants = {}

/** Constructor arguments, in the original's five places or as one object. */
export const configure = (server = {}, maxActions, maxTime, attributesName, constantAttributes) => {
  const seed = { capture: false, server, maxActions, maxTime, attributesName, constants: constantAttributes }
  const { constants: fixed, ...settings } = server?.trim ? seed : server
  Object.assign(constants, fixed)
  for (const key in settings) {
    const old = options[key]
    const given = settings[key] ?? old
    const value = old === !!old ? { '': true, true: true, false: false }[given] : old?.constructor(given)
    if ([undefined, NaN].includes(value)) warn(`no setting ${key}=${given}`)
    else options[key] = value
  }
  if (!options.server) return warn('no server')
  const url = new URL(options.server, location)
  // Who names a server without a path does not mean its front page.
  if (url.pathname === '/') url.pathname = 'analytics'
  options.server = url.href
}

/** A script tag's data- attributes as settings; undefined where none of them is ours. */
export const settingsOfTag = ({ src, dataset }) => {
  const given = { server: new URL('analytics', src || location).href, constants: {} }
  let ours
  for (const key in dataset) {
    const snake = key.replace(/-|(?=[A-Z])/g, '_').toLowerCase()
    const constant = /^(const_.|user$|condition)/.test(snake)
    if (constant) given.constants[snake.replace('const_', '')] = dataset[key]
    else given[key] = dataset[key]
    ours ||= constant || key in options
  }
  return ours && given
}
