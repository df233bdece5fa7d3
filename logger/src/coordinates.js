// Where and when an event happened.

import { now, roundToTenth } from './util.js'

/**
 * The position of the event's window in this window, in CSS px: (0, 0), except for a frame on this page.
 * @param {{view?: Window | null}} event
 */
export function frameOffset({ view }) {
  const frame = view !== window && view?.frameElement
  if (!frame) return { x: 0, y: 0 }
  const outer = frameOffset({ view: view.parent })
  const { left, top } = frame.getBoundingClientRect()
  return { x: roundToTenth(left + frame.clientLeft + outer.x), y: roundToTenth(top + frame.clientTop + outer.y) }
}

/**
 * The six coordinates of an event in CSS px, rounded down to whole numbers as browsers do for a click. An event without
 * a position has none. Neither has a click by the keyboard (its `detail` is 0): browsers give it different positions,
 * such as the corner or the middle of the button.
 */
export function coordinates(event) {
  const point = event?.changedTouches?.[0] || event
  if (point?.clientX === undefined) return {}
  if (point.type === 'click' && !point.detail) return {}
  const offset = frameOffset(point)
  const client_x = Math.floor(point.clientX + offset.x)
  const client_y = Math.floor(point.clientY + offset.y)
  return {
    page_x: client_x + Math.floor(scrollX),
    page_y: client_y + Math.floor(scrollY),
    client_x,
    client_y,
    screen_x: Math.floor(point.screenX),
    screen_y: Math.floor(point.screenY),
  }
}

/**
 * When an event happened, in ms since this page began. The time stamps of events in a frame are relative to the frame's
 * own start; the present time is used for them instead.
 */
export function timeOf({ timeStamp, view }) {
  return view === window ? timeStamp : now()
}

const MODIFIER_KEYS = ['alt', 'ctrl', 'meta', 'shift']

/**
 * Fields of a pointer event: coordinates, device, button, modifier keys; `trusted: false` if a script made the event.
 */
export function pointerFields(event) {
  const modifiers = MODIFIER_KEYS.filter((key) => event[`${key}Key`]).join('+')
  return {
    ...coordinates(event),
    pointer: event.pointerType,
    button: event.button,
    mods: modifiers || undefined,
    trusted: event.isTrusted ? undefined : false,
  }
}
