// On which element an event happened.

import { frameTransform } from './coordinates.js'
import { guard } from './guard.js'
import { textToRecord } from './label.js'
import { hostOf, isWithin, maskUrl } from './mask.js'
import { selectorOf } from './selector.js'
import { options } from './settings.js'
import { roundToTenth } from './util.js'

/** The elements, roots and documents that an event passes, from the innermost, also inside open shadow roots. */
export function pathOf(event) {
  const path = event.composedPath().filter((node) => node !== node.window) // a window's properties are global variables
  return path.length > 0 ? path : [event.target] // it is empty after the event
}

/** Whether a node of an event's path is a document or a shadow root. */
export function isRoot(node) {
  return node.nodeType === Node.DOCUMENT_NODE || node.nodeType === Node.DOCUMENT_FRAGMENT_NODE
}

/** The innermost element that an event happened on. */
export function targetOf(event) {
  return pathOf(event).find((node) => node.localName) || document.body
}

/** Fields that identify an element. */
export function elementFields(element) {
  return { element_id: element.getAttribute('id'), tag: element.localName, selector: selectorOf(element) }
}

/**
 * Position in this window's viewport, width and height of an element, in CSS px with one decimal; empty for an element
 * without a box, such as an `area`.
 */
export function rectangle(element, { x, y, scaleX, scaleY }) {
  if (element.getClientRects().length === 0) return {}
  const box = element.getBoundingClientRect()
  return {
    x: roundToTenth(x + scaleX * box.x),
    y: roundToTenth(y + scaleY * box.y),
    width: roundToTenth(scaleX * box.width),
    height: roundToTenth(scaleY * box.height),
  }
}

/** `true` if the element, or one around it, stays where it is in the viewport while the page is scrolled. */
export function isFixed(element) {
  if (!element) return undefined
  if (/fixed|sticky/.test(getComputedStyle(element).position)) return true
  // The next positioned element around it: to ask each parent takes long in a deep tree. SVG has no offsetParent.
  const isHtml = element.offsetParent !== undefined
  return isFixed(isHtml ? element.offsetParent ?? hostOf(element) : element.parentElement)
}

/** How far across an element a point is, from 0 to 1 with three decimals; undefined if it is outside. */
function fraction(distance, size) {
  const share = Math.round((distance / size) * 1000) / 1000
  return share >= 0 && share <= 1 ? share : undefined
}

const label = guard(textToRecord)

/**
 * Fields of the element that was clicked: its identity, its label, its rectangle in the viewport in CSS px, and where
 * in it the click was. A click by the keyboard has no place inside it.
 */
export function clickedElementFields(element, event) {
  const path = pathOf(event)
  const frame = frameTransform(event.view)
  const { x, y, width, height } = rectangle(element, frame)
  const hasPlace = Boolean(event.detail)
  return {
    ...elementFields(element),
    text: label(path.slice(path.indexOf(element))),
    el_x: x,
    el_y: y,
    el_w: width,
    el_h: height,
    rel_x: hasPlace ? fraction(frame.x + frame.scaleX * event.clientX - x, width) : undefined,
    rel_y: hasPlace ? fraction(frame.y + frame.scaleY * event.clientY - y, height) : undefined,
    fixed: isFixed(element),
  }
}

/**
 * The attributes of an element whose name begins with `attributesName`, with their present values: masked like URLs,
 * unless the study has named a prefix of its own; none of a masked element.
 */
export function studyAttributes(element) {
  const attributes = {}
  if (isWithin(element, '[data-ul-mask]')) return attributes
  for (const name of element.getAttributeNames()) {
    const value = element.getAttribute(name)
    const isOwn = options.attributesName !== 'data-'
    if (name.startsWith(options.attributesName)) attributes[name] = isOwn ? value : maskUrl(value)
  }
  return attributes
}
