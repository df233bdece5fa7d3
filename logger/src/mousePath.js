// The paths of mouse, fingers and pen: a sample each 50 ms while the pointer moves, one where it comes to rest, and one
// where it was until it moves again.

import { beforeEachAction } from './collectors.js'
import { coordinates, timeOf } from './coordinates.js'
import { guard } from './guard.js'
import { encode, SAMPLES } from './moves.js'
import { enqueue, startSealTimer } from './recorder.js'
import { saveSession, session } from './session.js'
import { options } from './settings.js'
import { roundToTenth } from './util.js'

const MAX_OFFSET_CHANGE = 16 // CSS px
/** A pointer that fires no event for so long rests; a moving one fires one with each frame of 60 Hz or more. */
const MIN_REST_MS = 20
/** A mouse tells its position 125 times a second or more, so it rested until at most so long before an event. */
const REPORT_MS = 8

/**
 * @typedef {object} Path
 * @property {number} id pointer id of a finger or pen; 0 for the mouse
 * @property {{t: number, x: number, y: number}[]} samples of the piece that is not yet logged: t in ms since the page
 *   began, x and y in CSS px of the viewport
 * @property {object} [common] what these samples have in common, see commonFields()
 * @property {object} [sampledPosition] the six coordinates of the last sample
 * @property {{t: number, position: object, fields: object, isSampled?: boolean}} [last] the last movement
 * @property {number} sampleTime ms of the last sample
 * @property {boolean} [isAway] the pointer has left the page, or entered a frame that is not captured
 */

/** @type {Map<number, Path>} */
const paths = new Map()
/** The last coordinates of any pointer on this page. */
let lastPosition
let sampleTimer = 0

/** Fingers have a path each, and so have pens. */
function pointerIdOf({ pointerType, pointerId }) {
  return /touch|pen/.test(pointerType) ? pointerId : 0
}

function pathOf(event) {
  const id = pointerIdOf(event)
  if (!paths.has(id)) paths.set(id, { id, samples: [], sampleTime: -Infinity })
  return paths.get(id)
}

/**
 * Fields that are the same for all samples of a piece: device, scroll position, and distance of viewport and screen.
 */
function commonFields(event, position) {
  return {
    pointer: event.pointerType || 'mouse', // an event of drag and drop does not tell it
    pointer_id: pointerIdOf(event) || undefined,
    trusted: event.isTrusted ? undefined : false,
    sx: roundToTenth(scrollX),
    sy: roundToTenth(scrollY),
    off: [roundToTenth(position.screen_x - position.client_x), roundToTenth(position.screen_y - position.client_y)],
  }
}

/** On a zoomed page `off` changes with the position. A new piece begins after 16 px of that, not at each sample. */
function canShareAction(one, other) {
  return Object.keys(one).every((name) => {
    if (name !== 'off') return one[name] === other[name]
    return one.off.every((distance, axis) => Math.abs(distance - other.off[axis]) < MAX_OFFSET_CHANGE)
  })
}

/** Log the piece of path so far. */
function logPiece(path) {
  if (path.samples.length === 0) return
  const { samples, common, sampledPosition } = path
  path.samples = [] // first, because enqueue() calls this function again
  enqueue({ name: 'mousemove', ...common, ...encode(samples), ...sampledPosition }, samples[0].t)
}

function addSample(path, t, position, fields) {
  if (path.samples.length === SAMPLES || (path.samples.length > 0 && !canShareAction(path.common, fields))) logPiece(path)
  if (path.samples.length === 0) path.common = fields
  // The times of a path must not decrease, but a script may give its events any time.
  path.samples.push({ t: Math.max(t, path.samples.at(-1)?.t ?? 0), x: position.client_x, y: position.client_y })
  path.sampledPosition = position
  startSealTimer()
}

/** Take a sample of the last movement, if there is none yet. */
function sampleLast(path) {
  const { last } = path
  if (!last || last.isSampled) return
  last.isSampled = true
  path.sampleTime = last.t
  addSample(path, last.t, last.position, last.fields)
}

function sampleAll() {
  clearTimeout(sampleTimer)
  sampleTimer = 0
  paths.forEach(sampleLast)
}

beforeEachAction(() => {
  sampleAll()
  paths.forEach(logPiece)
})

function isSamePosition(one, other) {
  return Object.keys(one).every((name) => one[name] === other[name])
}

function handleMovement(path, event) {
  const interval = options.moveInterval
  const position = coordinates(event)
  const before = path.last
  if (position.client_x === undefined) return
  // Browsers can also send mouse events when the layout changes under a pointer that does not move:
  // https://chromestatus.com/feature/5687758374830080
  if (before && isSamePosition(position, before.position)) return
  const t = timeOf(event)
  const fields = commonFields(event, position)
  if (before && !path.isAway && t - before.t > Math.max(interval, MIN_REST_MS)) {
    sampleLast(path)
    addSample(path, t - REPORT_MS, before.position, fields)
  }
  path.isAway = false
  path.last = { t, position, fields }
  lastPosition = position
  const wait = path.sampleTime + interval - t
  if (wait <= 0) sampleLast(path)
  else if (!sampleTimer) sampleTimer = setTimeout(guard(sampleAll), wait)
}

/** Handle pointermove, or dragover, which replaces it while something is dragged. */
export function capturePointerMove(event) {
  const path = pathOf(event)
  const movements = event.getCoalescedEvents?.() ?? []
  for (const movement of movements.length > 0 ? movements : [event]) handleMovement(path, movement)
}

/** The pointer leaves the page, or enters a frame: where it is until it returns is not known. */
export function capturePointerOut(event) {
  const path = paths.get(pointerIdOf(event))
  const { relatedTarget } = event
  if (path && (!relatedTarget || relatedTarget.localName === 'iframe')) path.isAway = true
}

/** A finger or pen is lifted: its path ends. */
export function capturePointerUp(event) {
  const id = pointerIdOf(event)
  const path = paths.get(id)
  if (!path || id === 0) return
  sampleLast(path)
  logPiece(path)
  paths.delete(id)
}

/** Note where the pointer is: a finger that taps does not move. */
export function notePointer(event) {
  lastPosition = coordinates(event)
}

/** Fields of an action that no pointer event causes: the last known coordinates of the pointer, if there are any. */
export function pointerPosition() {
  const position = lastPosition ?? session.pointer
  if (!position) return {}
  const { client_x, client_y } = position
  return { ...position, page_x: roundToTenth(client_x + scrollX), page_y: roundToTenth(client_y + scrollY) }
}

/** Remember the pointer's position for the next page in the tab. */
export function savePointerPosition() {
  if (lastPosition) saveSession({ pointer: lastPosition })
}
