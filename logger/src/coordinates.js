// Where and when an event happened.

import { now, roundToTenth } from './util.js'

/**
 * Where the viewport of an event's window is in this window's viewport: the position of its corner in CSS px, and its
 * scale. Only a frame on this page is elsewhere than at (0, 0); it may be scaled by CSS.
 * @param {Window | null | undefined} view
 */
export function frameTransform(view) {
  const frame = view && view !== window && view.frameElement
  if (!frame) return { x: 0, y: 0, scaleX: 1, scaleY: 1 }
  const outer = frameTransform(view.parent)
  const { left, top, width, height } = frame.getBoundingClientRect()
  const scaleX = width / frame.offsetWidth
  const scaleY = height / frame.offsetHeight
  return {
    x: outer.x + outer.scaleX * (left + scaleX * frame.clientLeft),
    y: outer.y + outer.scaleY * (top + scaleY * frame.clientTop),
    scaleX: outer.scaleX * scaleX,
    scaleY: outer.scaleY * scaleY,
  }
}

/**
 * The six coordinates of an event in CSS px, to a tenth. An event without a position has none. Neither has a click by
 * the keyboard (its `detail` is 0): browsers give it different positions, such as the corner or the middle of the
 * button.
 */
export function coordinates(event) {
  const point = event?.changedTouches?.[0] || event
  if (point?.clientX === undefined || (event.type === 'click' && !event.detail)) return {}
  const { x, y, scaleX, scaleY } = frameTransform(event.view)
  const clientX = x + scaleX * point.clientX
  const clientY = y + scaleY * point.clientY
  // Browsers round a click's clientX and pageX each for itself, so the one does not follow from the other.
  const isOuter = event.view === window && point.pageX !== undefined
  const position = {
    page_x: isOuter ? point.pageX : clientX + scrollX,
    page_y: isOuter ? point.pageY : clientY + scrollY,
    client_x: clientX,
    client_y: clientY,
    screen_x: point.screenX,
    screen_y: point.screenY,
  }
  for (const name in position) position[name] = roundToTenth(position[name])
  return position
}

/**
 * When an event happened, in ms since this page began: not when its handler ran, because the page may have been busy.
 * The time stamps of events in a frame are relative to the frame's own beginning.
 */
export function timeOf({ timeStamp, view, target }) {
  const source = view ?? (target?.ownerDocument ?? target?.document ?? target)?.defaultView
  const { timeOrigin } = source?.performance ?? performance
  const time = timeStamp + timeOrigin - performance.timeOrigin
  return time >= 0 && time <= now() ? time : now()
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
