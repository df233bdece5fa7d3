// On which element an event happened.

import { frameOffset } from './coordinates.js'
import { visibleText } from './mask.js'
import { selectorOf } from './selector.js'
import { roundToTenth } from './util.js'

/** The innermost element that an event happened on, also inside open shadow roots. */
export function targetOf(event) {
  return event.composedPath().find((node) => node.localName) || document.body
}

/** Fields that identify an element. */
export function elementFields(element) {
  return { element_id: element.getAttribute('id'), tag: element.localName, selector: selectorOf(element) }
}

/** Position in the element's own viewport, width and height of an element, in CSS px with one decimal. */
export function rectangle(element, offset) {
  const { x, y, width, height } = element.getBoundingClientRect()
  return {
    x: roundToTenth(x + offset.x),
    y: roundToTenth(y + offset.y),
    width: roundToTenth(width),
    height: roundToTenth(height),
  }
}

/** How far across an element a point is, from 0 to 1 with three decimals. */
function fraction(distance, size) {
  return Math.round((distance / size) * 1000) / 1000
}

/**
 * Fields of the element that was clicked: its identity, its visible text, its rectangle in the viewport in CSS px, and
 * where in it the click was. A click by the keyboard has no place inside it.
 */
export function clickedElementFields(element, event) {
  const offset = frameOffset(event)
  const { x, y, width, height } = rectangle(element, offset)
  const hasPlace = Boolean(event.detail)
  return {
    ...elementFields(element),
    text: visibleText(element),
    el_x: x,
    el_y: y,
    el_w: width,
    el_h: height,
    rel_x: hasPlace ? fraction(event.clientX + offset.x - x, width) : undefined,
    rel_y: hasPlace ? fraction(event.clientY + offset.y - y, height) : undefined,
  }
}

/** The attributes of an element whose name begins with the prefix, with their present values. */
export function attributesWithPrefix(element, prefix) {
  const attributes = {}
  for (const name of element.getAttributeNames()) {
    if (name.startsWith(prefix)) attributes[name] = element.getAttribute(name)
  }
  return attributes
}
