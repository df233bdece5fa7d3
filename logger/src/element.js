// Where an event happened: on which element, and at which of the six coordinates.

import { visibleText } from './mask.js'
import { selectorOf } from './selector.js'
import { now, tenth } from './util.js'

/** The innermost element that an event is for, also inside open shadow roots. */
export const targetOf = (event) => event.composedPath().find((el) => el.localName) || document.body

/** Where the event's window begins in this one: [0, 0], except for a frame on this page. */
const frameOffset = ({ view }) => {
  const frame = view !== window && view?.frameElement
  if (!frame) return [0, 0]
  const [dx, dy] = frameOffset({ view: view.parent })
  return rectangle(frame, frame.clientLeft + dx, frame.clientTop + dy)
}

/** The six coordinates of an event in whole CSS px, cut as browsers cut a click's; none where it has no place. */
export const coordinates = (event) => {
  const point = event?.changedTouches?.[0] || event
  // A click by a key is nowhere, whatever place browsers give it: the corner or the middle of a button.
  if (point?.clientX === undefined || (point.type === 'click' && !point.detail)) return {}
  const [dx, dy] = frameOffset(point)
  const client_x = Math.floor(point.clientX + dx)
  const client_y = Math.floor(point.clientY + dy)
  return {
    page_x: client_x + Math.floor(scrollX),
    page_y: client_y + Math.floor(scrollY),
    client_x,
    client_y,
    screen_x: Math.floor(point.screenX),
    screen_y: Math.floor(point.screenY),
  }
}

/** When an event happened; a frame stamps its events by a clock of its own. */
export const timeOf = ({ timeStamp, view }) => (view === window ? timeStamp : now())

/** Position, device, button and modifier keys; `trusted: false` where a script made the event. */
export const pointer = (event) => ({
  ...coordinates(event),
  pointer: event.pointerType,
  button: event.button,
  mods: 'alt ctrl meta shift'.split(' ').filter((key) => event[key + 'Key']).join('+') || undefined,
  trusted: event.isTrusted && undefined,
})

/** Which element it is. */
export const name = (el) => ({ element_id: el.getAttribute('id'), tag: el.localName, selector: selectorOf(el) })

/** Left, top, width and height of an element, moved by so much. */
export const rectangle = (el, dx, dy) => {
  const rect = el.getBoundingClientRect()
  return [rect.x + dx, rect.y + dy, rect.width, rect.height].map(tenth)
}

/** Which element it is, what stands on it, its rectangle in the viewport, and the event's place inside it. */
export const describe = (el, event) => {
  const [dx, dy] = frameOffset(event)
  const [el_x, el_y, el_w, el_h] = rectangle(el, dx, dy)
  const inside = (distance, size) => event.detail ? Math.round((distance / size) * 1e3) / 1e3 : undefined
  return {
    ...name(el),
    text: visibleText(el),
    el_x,
    el_y,
    el_w,
    el_h,
    rel_x: inside(event.clientX + dx - el_x, el_w),
    rel_y: inside(event.clientY + dy - el_y, el_h),
  }
}

/** Attributes whose name starts with the prefix, verbatim, with their values of this moment. */
export const attributesOf = (el, prefix) => {
  const found = {}
  for (const key of el.getAttributeNames()) if (key.startsWith(prefix)) found[key] = el.getAttribute(key)
  return found
}
