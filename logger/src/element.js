// Where an event happened: on which element, and at which of the six coordinates.

import { visibleText } from './mask.js'
import { selectorOf } from './selector.js'
import { tenth } from './util.js'

/** The element under the event, also inside open shadow roots. */
export const targetOf = (event) => event.composedPath()[0]

/** Where the event's window begins in this one: [0, 0], except for a frame on this page. */
function frameOffset(view) {
  let [x, y] = [0, 0]
  for (; view && view !== window && view.frameElement; view = view.parent) {
    const box = view.frameElement.getBoundingClientRect()
    x += box.left
    y += box.top
  }
  return [x, y]
}

/** The six coordinates of an event in whole CSS px, cut as browsers cut a click's; none where it has no position. */
export function coordinates(event) {
  const point = event?.changedTouches?.[0] || event
  if (!Number.isFinite(point?.clientX)) return {}
  const framed = event.view && event.view !== window
  const [dx, dy] = framed ? frameOffset(event.view) : [0, 0]
  const client_x = Math.floor(point.clientX + dx)
  const client_y = Math.floor(point.clientY + dy)
  return {
    // page - client is the scroll position, without asking for a layout.
    page_x: client_x + Math.round(framed ? scrollX : point.pageX - point.clientX),
    page_y: client_y + Math.round(framed ? scrollY : point.pageY - point.clientY),
    client_x,
    client_y,
    screen_x: Math.floor(point.screenX),
    screen_y: Math.floor(point.screenY),
  }
}

/** ms since this page's zero at which an event happened; a frame counts from a zero of its own. */
export const timeOf = (event) =>
  event.timeStamp + (event.view ? event.view.performance.timeOrigin - performance.timeOrigin : 0)

const modifiers = (event) => ['alt', 'ctrl', 'meta', 'shift'].filter((key) => event[key + 'Key']).join('+') || undefined

/** Position, device, button and modifier keys; `trusted: false` where a script made the event. */
export const pointer = (event) => ({
  ...coordinates(event),
  pointer: event.pointerType || undefined,
  button: event.button,
  mods: modifiers(event),
  trusted: event.isTrusted && undefined,
})

/** Which element it is. */
export const name = (el) => ({
  element_id: el.getAttribute?.('id')?.slice(0, 200),
  tag: el.localName,
  selector: selectorOf(el),
})

/** Which element it is, what stands on it, its rectangle in the viewport, and the event's place inside it. */
export function describe(el, event) {
  const box = el.getBoundingClientRect()
  const [dx, dy] = frameOffset(event.view)
  const inside = (distance, size) => (size ? Math.round((distance / size) * 1000) / 1000 : undefined)
  return {
    ...name(el),
    text: visibleText(el),
    el_x: tenth(box.left + dx),
    el_y: tenth(box.top + dy),
    el_w: tenth(box.width),
    el_h: tenth(box.height),
    rel_x: inside(event.clientX - box.left, box.width),
    rel_y: inside(event.clientY - box.top, box.height),
  }
}

/** Attributes whose name starts with the prefix, verbatim, with their values of this moment. */
export const attributesOf = (el, prefix) =>
  Object.fromEntries(
    el.getAttributeNames().filter((attribute) => attribute.startsWith(prefix)).map((attribute) => [attribute, el.getAttribute(attribute)]),
  )
