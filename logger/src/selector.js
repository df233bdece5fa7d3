// CSS selectors that are likely to match the same element after the next deployment of the page.

import { guard } from './guard.js'
import { isLabelled } from './label.js'
import { hostOf, isWithin, maskShown } from './mask.js'

const LONG_LIST = 100 // elements
const MAX_LENGTH = 999 // characters; the server takes fewer than 1000

const TEST_ID_ATTRIBUTE = /^data-(test|cy|qa)/
const NAME_ATTRIBUTE = /^(name|aria-label)$/
/** Values that a selector may quote: short, and without characters that need to be escaped. */
const QUOTABLE = /^[^"\\\n\r\f\0]{1,40}$/
/** Parts of ids and names that a framework generates, so that they change with each build, load or sorting. */
const GENERATED = /\d\d\d|[-_]\d|\d[a-z]/i
/** Ids that a framework generates: also React's :r1: and _r_1_, and hexadecimal ones. */
const GENERATED_ID = new RegExp(`^[^a-z]|[^\\w-]|^[\\da-f-]{6,}$|${GENERATED.source}`, 'i')
/** Labels that contain a state: a count, "(checked)", "sorted ascending". */
const STATE = /[\d()]|check|select|expand|collaps|sort|press/i

/** Whether an attribute says nothing private, and the same after a change of state and after the next load. */
function isUsable(element, name) {
  const value = element.getAttribute(name)
  if (!QUOTABLE.test(value) || value !== maskShown(value) || isWithin(element, '[data-ul-mask]')) return false
  if (name === 'aria-label') return isLabelled(element) && !STATE.test(value)
  return name !== 'name' || !GENERATED.test(value)
}

/** `[name="email"]` for the first usable attribute whose name matches; empty if there is none. */
function attributeSelector(element, pattern) {
  const name = element.getAttributeNames().find((name) => pattern.test(name) && isUsable(element, name))
  return name ? `[${CSS.escape(name)}="${element.getAttribute(name)}"]` : ''
}

function idSelector({ id }) {
  return id && !GENERATED_ID.test(id) ? `#${id}` : ''
}

/** Selector by a test id, or by an id that does not look generated; empty if another element has it too. */
function uniqueSelector(element) {
  const selector = attributeSelector(element, TEST_ID_ATTRIBUTE) || idSelector(element)
  if (!selector) return ''
  const root = element.getRootNode()
  // The first look is fast where many elements have the same.
  const isUnique = root.querySelector(selector) === element && root.querySelectorAll(selector).length === 1
  return isUnique ? selector : ''
}

/** Position of an element among its siblings of this name, from 1. */
function positionAmong(element, localName) {
  let position = 1
  for (let sibling = element.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
    if (sibling.localName === localName) position++
  }
  return position
}

/**
 * Selector of an element among its siblings: its tag and name, or the `aria-label` of a control, and if a sibling
 * matches that too, its position. Class names are not used, because they change with the design. The siblings are
 * visited one by one: `children` is slow for long lists, and in a form with a field called "children" it is that field.
 */
function siblingSelector(element) {
  const { localName } = element // once: a table may have tens of thousands of rows
  const selector = CSS.escape(localName) + attributeSelector(element, NAME_ATTRIBUTE)
  let position = 1
  let isAmbiguous = false
  for (let sibling = element.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
    position++
    isAmbiguous = isAmbiguous || sibling.matches(selector)
  }
  for (let sibling = element.nextElementSibling; sibling && !isAmbiguous; sibling = sibling.nextElementSibling) {
    isAmbiguous = sibling.matches(selector)
  }
  if (!isAmbiguous) return selector
  // To compare the names of all siblings takes as long again, and most long lists have elements of one kind.
  const isOneKind = position > LONG_LIST && element.matches(`:nth-of-type(${position})`)
  if (!isOneKind) position = positionAmong(element, localName)
  return `${selector}:nth-of-type(${position})`
}

/**
 * The path as a selector, or if that is too long, its inner part; undefined if that matches another element too, as may
 * also be the case where no `body` is the outermost element.
 */
function joinPath(path, root, maxLength) {
  const inner = [...path]
  while (inner.join(' > ').length > maxLength) inner.shift()
  const selector = inner.join(' > ')
  const isUnique = inner.length === path.length && root.nodeType === Node.DOCUMENT_NODE
  return isUnique || root.querySelectorAll(selector).length === 1 ? selector : undefined
}

/**
 * CSS selector of an element that matches no other element of its document: the path from the nearest ancestor that
 * has a unique selector. ` >>> ` separates the selector of a shadow host from the path inside its shadow root.
 * @returns {string | undefined} undefined if there is none of at most 999 characters
 */
export const selectorOf = guard((element) => {
  const root = element.getRootNode()
  const host = hostOf(element)
  const prefix = host ? `${selectorOf(host)} >>> ` : ''
  const path = []
  // A form with a field called "parentElement" would have no end.
  for (let ancestor = element; ancestor && path.length < MAX_LENGTH; ancestor = ancestor.parentElement) {
    const unique = uniqueSelector(ancestor)
    path.unshift(unique || siblingSelector(ancestor))
    if (unique || ancestor.localName === 'body') break
  }
  const selector = joinPath(path, root, MAX_LENGTH - prefix.length)
  return selector && !prefix.startsWith('undefined') ? prefix + selector : undefined
})
