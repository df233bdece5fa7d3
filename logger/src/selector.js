// CSS selectors that are likely to match the same element after the next deployment of the page.

import { isWithin, maskText } from './mask.js'

const MAX_LENGTH = 999 // characters; the server takes fewer than 1000

const TEST_ID_ATTRIBUTE = /^data-(test|cy|qa)/
const NAME_ATTRIBUTE = /^(name|aria-label)$/
/**
 * Ids that a framework generates, which change with each build or load: React's :r1: and _r_1_, numbers, hexadecimal.
 */
const GENERATED_ID = /^[^a-z]|[^\w-]|\d\d\d|^[\da-f-]{6,}$/i

/** `[name="email"]` for the first attribute whose name matches and whose value is not private; empty if none is. */
function attributeSelector(element, attributePattern) {
  for (const name of element.getAttributeNames()) {
    if (!attributePattern.test(name)) continue
    const value = element.getAttribute(name)
    const isPrivate = value !== maskText(value) || isWithin(element, '[data-ul-mask]')
    if (!isPrivate) return `[${CSS.escape(name)}="${value.replace(/["\\]/g, '\\$&')}"]`
  }
  return ''
}

function idSelector({ id }) {
  return id && !GENERATED_ID.test(id) ? `#${id}` : ''
}

/** Selector by a test id, or by an id that does not look generated; empty if another element has it too. */
function uniqueSelector(element) {
  const selector = attributeSelector(element, TEST_ID_ATTRIBUTE) || idSelector(element)
  if (!selector) return ''
  const isUnique = element.getRootNode().querySelectorAll(selector).length < 2
  return isUnique ? selector : ''
}

/**
 * Selector of an element among its siblings: tag and name or aria-label, and if a sibling matches that too, its
 * position. Class names are not used, because they change with the design. The siblings are visited one by one:
 * `children` is slow for long lists, and in a form with a field called "children" it is that field.
 */
function siblingSelector(element) {
  const tag = element.localName
  const selector = CSS.escape(tag) + attributeSelector(element, NAME_ATTRIBUTE)
  let position = 1
  let isAmbiguous = false
  for (let sibling = element.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
    if (sibling.localName === tag) {
      position++
      isAmbiguous = isAmbiguous || sibling.matches(selector)
    }
  }
  for (let sibling = element.nextElementSibling; sibling && !isAmbiguous; sibling = sibling.nextElementSibling) {
    isAmbiguous = sibling.matches(selector)
  }
  return isAmbiguous ? `${selector}:nth-of-type(${position})` : selector
}

/**
 * CSS selector of an element that matches no other element of its document: the path from the nearest ancestor that
 * has a unique selector. ` >>> ` separates the selector of a shadow host from the path inside its shadow root.
 */
export function selectorOf(element) {
  const path = []
  for (let ancestor = element; ancestor; ancestor = ancestor.parentElement) {
    const unique = uniqueSelector(ancestor)
    path.unshift(unique || siblingSelector(ancestor))
    if (unique || ancestor.localName === 'body') break
  }
  const { host } = element.getRootNode()
  const prefix = host ? `${selectorOf(host)} >>> ` : ''
  return (prefix + path.join(' > ')).slice(0, MAX_LENGTH)
}
