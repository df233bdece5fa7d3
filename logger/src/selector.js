// A selector that still means the same element after the next deployment.

import { stringify } from './util.js'

import { maskText, within } from './mask.js'

const TEST_ID = /^data-(test|cy|qa)/
const NAME = /^(name|aria-label)$/
// Ids that a framework made: React's :r1: and _r_1_, digits in a row, hexadecimal. They change with every build or load.
const GENERATED = /^[^a-z]|[^\w-]|\d\d\d|^[\da-f-]{6,}$/i

/** `[name="email"]` for the first attribute of that kind that holds nothing private; empty where there is none. */
const attribute = (el, kind) => {
  for (const name of el.getAttributeNames()) {
    const value = el.getAttribute(name)
    if (kind.test(name) && value === maskText(value) && !within(el, '[data-ul-mask]')) return `[${name}=${stringify(value)}]`
  }
  return ''
}

/** A name that is the element's own in its document: a test id, or an id that does not look generated. */
const anchor = (el) => {
  const { id } = el
  const own = attribute(el, TEST_ID) || (id && !GENERATED.test(id) && '#' + id)
  return own && !el.getRootNode().querySelectorAll(own)[1] && own
}

/** The element among its siblings: by name or aria-label, then by place. Class names are left to the style sheet. */
const step = (el) => {
  const tag = el.localName
  const own = CSS.escape(tag) + attribute(el, NAME)
  let place = 1
  let twin
  let other = el
  // Not `children`: slow in a long list, and a form has a field of that name in its place, where it has one.
  while ((other = other.previousElementSibling))
    if (other.localName === tag) {
      place++
      twin ||= other.matches(own)
    }
  other = el
  while (!twin && (other = other.nextElementSibling)) twin = other.matches(own)
  return own + (twin ? `:nth-of-type(${place})` : '')
}

/** CSS selector of an element, unique in its document; ` >>> ` stands where it enters a shadow root. */
export const selectorOf = (el) => {
  const path = []
  for (let node = el; node; node = node.parentElement) {
    const own = anchor(node)
    path.unshift(own || step(node))
    if (own || node.localName === 'body') break
  }
  const host = el.getRootNode().host
  return ((host ? selectorOf(host) + ' >>> ' : '') + path.join(' > ')).slice(0, 999)
}
