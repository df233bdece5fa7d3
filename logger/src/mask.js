// What must not leave the browser: secrets in URLs and fields, personal data in texts, and what the study marks as
// private.

import { cut } from './util.js'

const MASKED = '***'
const MAX_TEXT = 2000 // characters
const MAX_VISIBLE_TEXT = 80 // characters

/** Matches names that suggest a secret: of a URL parameter, or in a field's type, name, id or autocomplete. */
const SECRET_NAME =
  /pass|pw|secret|hidden|token|auth(?!or)|otp|cc-|cv[cv]|card|iban|ssn|sess|credential|(pin|key|sig|signature|code)\b/i
/**
 * Matches a parameter with such a name, and its value; also inside an encoded URL that is itself a parameter's value.
 */
const SECRET_PARAMETER = new RegExp(`((${SECRET_NAME.source})[^=&#;?/]*?(=|%3d))[^&#;]*`, 'gi')

const EMAIL_ADDRESS = /[^\s=&?#/]{1,99}(@|%40)[^\s&#/]+/
const LONG_NUMBER = /\d[\d -]{7,}\d/ // for example of a telephone or a card
const JSON_WEB_TOKEN = /\beyJ[\w.-]+/
const PERSONAL_DATA = new RegExp([EMAIL_ADDRESS, LONG_NUMBER, JSON_WEB_TOKEN].map((part) => part.source).join('|'), 'g')

/** Elements whose text is not recorded: masked by the study, editable, or containing code. */
const PRIVATE_TEXT =
  '[data-ul-mask],[contenteditable],textarea,select,script,input:not([type=submit],[type=button])'

/** Fields that are or once were password fields. */
const passwordFields = new WeakSet()

/**
 * Replace e-mail addresses, long numbers and JSON web tokens in a text. The text is cut first, because the time of the
 * search grows with its length.
 */
export function maskText(text) {
  return cut(String(text), MAX_TEXT).replace(PERSONAL_DATA, MASKED)
}

/** Mask a URL, or a text that may contain one: as maskText, and also the values of parameters with secret names. */
export function maskUrl(url) {
  return maskText(url).replace(SECRET_PARAMETER, `$1${MASKED}`)
}

/** Whether the node is an element that matches the selector or has an ancestor that does, also across shadow roots. */
export function isWithin(node, selector) {
  if (!node?.closest) return false
  return node.closest(selector) !== null || isWithin(node.getRootNode().host, selector)
}

/** Whether the study wants no record of what happens in this element. */
export function isIgnored(node) {
  return isWithin(node, '[data-ul-ignore]')
}

/** Remember which fields near an element are password fields: a "show password" button changes their type to text. */
export function rememberPasswordFields(element) {
  for (const field of element.getRootNode().querySelectorAll('input[type=password]')) passwordFields.add(field)
}

/** Whether nothing about a field's value may be recorded, not even its length. */
export function isSecretField(field) {
  return (
    passwordFields.has(field) ||
    SECRET_NAME.test([field.type, field.name, field.id, field.autocomplete].join(',')) ||
    isWithin(field, '[data-ul-mask]')
  )
}

/** The first 80 characters of the text that a person reads on an element; `***` if any of it may be private. */
export function visibleText(element) {
  if (isWithin(element, PRIVATE_TEXT) || element.querySelector(PRIVATE_TEXT)) return MASKED
  const text = element.localName === 'input' ? element.value : element.textContent
  const oneLine = text.slice(0, 400).trim().replace(/\s+/g, ' ')
  return cut(maskText(oneLine), MAX_VISIBLE_TEXT)
}
