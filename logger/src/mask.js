// What must not leave the browser.

const MASKED = '***'
const SECRET = /pass|pw|secret|token|auth(?!or)|otp|cvv|cvc|card|iban|ssn|sess|(pin|key|sig|code)\b/i
const SECRET_FILL = /cc-|one-time|password/
// E-mail addresses, numbers as long as a telephone's or a card's, JSON web tokens.
const PERSONAL = /[^\s=&?#/]+(@|%40)[^\s&#/]+|\d[\d -]{7,}\d|\beyJ[\w.-]+/g
const MASK =
  '[data-ul-mask],[contenteditable],textarea,select,script,style,' +
  'input:not([type=submit],[type=button],[type=reset])'
const passwords = new WeakSet()

/** Free text without what looks like a person's address, number or token. */
export const maskText = (text) => String(text).replace(PERSONAL, MASKED)

/** A URL without the values of parameters that look like secrets, in the query or in the fragment. */
export const maskUrl = (url) =>
  maskText(url.replace(/([?&#;])([^=&#;]+)=[^&#;]*/g, (all, sep, key) => (SECRET.test(key) ? sep + key + '=' + MASKED : all)))

/** Whether the element or any of its ancestors, through shadow roots, matches. */
export function within(el, selector) {
  for (; el?.closest; el = el.getRootNode().host) if (el.closest(selector)) return true
}

/** Whether the study wants to know nothing of what happens here. */
export const ignored = (el) => within(el, '[data-ul-ignore]')

/** Remember which fields are passwords now: a "show password" button turns them into text fields later. */
export function notePasswords(el) {
  for (const field of el.getRootNode().querySelectorAll('input[type=password]')) passwords.add(field)
}

/** Whether nothing of a field's value may be told, not even its length. */
export const isSecret = (field) =>
  passwords.has(field) ||
  field.type === 'hidden' ||
  SECRET_FILL.test(field.getAttribute('autocomplete')) ||
  SECRET.test(field.name + ' ' + field.id) ||
  within(field, '[data-ul-mask]')

/** The first 80 characters that a person reads on an element; never what was typed into it. */
export function visibleText(el) {
  if (within(el, MASK)) return MASKED
  let text = el.localName === 'input' ? el.value : ''
  const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT)
  for (let node; text.length < 200 && (node = walker.nextNode()); ) text += node.parentNode.closest?.(MASK) ? ' ' : node.data
  return maskText(text.replace(/\s+/g, ' ').trim()).slice(0, 80)
}
