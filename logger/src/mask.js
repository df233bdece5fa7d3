// What must not leave the browser.

const MASKED = '***'
// In the name of a URL's parameter, or in a field's type, name, id or autocomplete.
const SECRET = /pass|pw|secret|hidden|token|auth(?!or)|otp|cc-|cv[cv]|card|iban|ssn|sess|credential|(pin|key|sig|signature|code)\b/i
// Such a name and its value, also where a whole URL is the value of a parameter, encoded or not.
const PARAMETER = new RegExp(`((${SECRET.source})[^=&#;?/]*?(=|%3d))[^&#;]*`, 'gi')
// E-mail addresses, numbers as long as a telephone's or a card's, JSON web tokens.
const PERSONAL = /[^\s=&?#/]{1,99}(@|%40)[^\s&#/]+|\d[\d -]{7,}\d|\beyJ[\w.-]+/g
const MASK = '[data-ul-mask],[contenteditable],textarea,select,script,input:not([type=submit],[type=button])'
const passwords = new WeakSet()

/** Free text without what looks like a person's address, number or token; cut first, for patterns take their time. */
export const maskText = (text) => String(text).slice(0, 2000).replace(PERSONAL, MASKED)

/** A URL, or a text that may hold one, without the values of parameters that look like secrets. */
export const maskUrl = (url) =>
  maskText(url).replace(PARAMETER, '$1' + MASKED)

/** Whether the element or any of its ancestors, through shadow roots, matches. */
export const within = (el, selector) =>
  el?.closest && (el.closest(selector) || within(el.getRootNode().host, selector))

/** Whether the study wants to know nothing of what happens here. */
export const ignored = (el) => within(el, '[data-ul-ignore]')

/** Remember which fields are passwords now: a "show password" button turns them into text fields later. */
export const notePasswords = (el) => {
  el.getRootNode().querySelectorAll('input[type=password]').forEach((field) => passwords.add(field))
}

/** Whether nothing of a field's value may be told, not even its length. */
export const isSecret = (field) =>
  passwords.has(field) ||
  SECRET.test([field.type, field.name, field.id, field.autocomplete]) ||
  within(field, '[data-ul-mask]')

/** The first 80 characters that a person reads on an element; of what holds anything private, nothing. */
export const visibleText = (el) => {
  if (within(el, MASK) || el.querySelector(MASK)) return MASKED
  const text = el.localName === 'input' ? el.value : el.textContent
  return maskText(text.slice(0, 400).trim().replace(/\s+/g, ' ')).slice(0, 80)
}
