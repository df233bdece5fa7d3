// A selector that still means the same element after the next deployment.

const TEST_IDS = ['data-testid', 'data-test-id', 'data-test', 'data-cy', 'data-qa']
// Ids made by a framework: digits in a row, React's :r1:, hexadecimal. They change with every build or load.
const GENERATED = /\d{3}|^_r|^[\da-f-]{6,}$/i
const PLAIN = /^[a-z][\w-]*$/i

/** A name that is the element's own in its document: a test id, or an id that does not look generated. */
function anchor(el) {
  const attribute = TEST_IDS.find((name) => el.hasAttribute(name))
  const id = el.getAttribute('id')
  const own = attribute
    ? `[${attribute}=${JSON.stringify(el.getAttribute(attribute))}]`
    : PLAIN.test(id) && !GENERATED.test(id) && '#' + id
  return own && el.getRootNode().querySelectorAll(own).length === 1 && own
}

/** The element among its siblings: by name or aria-label, then by place. Class names are left to the style sheet. */
function step(el) {
  const attribute = ['name', 'aria-label'].find((name) => el.hasAttribute(name))
  const tag = el.localName
  const own = tag + (attribute ? `[${attribute}=${JSON.stringify(el.getAttribute(attribute))}]` : '')
  const siblings = [...(el.parentNode?.children || [])]
  if (siblings.filter((other) => other.matches(own)).length < 2) return own
  return `${own}:nth-of-type(${siblings.filter((other) => other.localName === tag).indexOf(el) + 1})`
}

/** CSS selector of an element, unique in its document; ` >>> ` stands where it enters a shadow root. */
export function selectorOf(el) {
  const path = []
  for (let node = el; node; node = node.parentElement) {
    const own = anchor(node)
    path.unshift(own || step(node))
    if (own || node.localName === 'body') break
  }
  const host = el.getRootNode().host
  return ((host ? selectorOf(host) + ' >>> ' : '') + path.join(' > ')).slice(0, 999)
}
