// The path of mouse, finger or pen: one sample each 50 ms while the pointer moves, and one where it comes to rest.

import { coordinates, timeOf } from './coordinates.js'
import { guard } from './guard.js'
import { encode, SAMPLES } from './moves.js'
import { beforeEachAction, enqueue, startSealTimer } from './recorder.js'
import { options } from './settings.js'

const OFFSET_STEP = 16 // CSS px

/** Samples {t, x, y} of the piece of path that is not yet logged: t in ms, x and y in CSS px of the viewport. */
let samples = []
/** What these samples have in common, see commonFields(). */
let common
/** The six coordinates of the last sample, also after its piece was logged. */
let lastCoordinates = {}
/** The last event, if it has not become a sample yet. */
let waitingEvent
let sampleTimer = 0

/**
 * Fields that are the same for all samples of a piece: device, scroll position, and distance of viewport and screen.
 */
function commonFields(event, position) {
  return {
    pointer: event.pointerType,
    sx: position.page_x - position.client_x,
    sy: position.page_y - position.client_y,
    off: [position.screen_x - position.client_x, position.screen_y - position.client_y],
  }
}

/** On a zoomed page `off` changes with the position. A new piece begins at each 16 px of that, not at each sample. */
function canShareAction(one, other) {
  const step = (distance) => Math.floor(distance / OFFSET_STEP)
  return (
    one.pointer === other.pointer &&
    one.sx === other.sx &&
    one.sy === other.sy &&
    step(one.off[0]) === step(other.off[0]) &&
    step(one.off[1]) === step(other.off[1])
  )
}

function isSamePosition(one, other) {
  return (
    one.client_x === other.client_x &&
    one.client_y === other.client_y &&
    one.page_x === other.page_x &&
    one.page_y === other.page_y &&
    one.screen_x === other.screen_x &&
    one.screen_y === other.screen_y
  )
}

function takeSample(event) {
  const position = coordinates(event)
  if (position.client_x === undefined) return
  // Browsers can also send mouse events when the layout changes under a pointer that does not move:
  // https://chromestatus.com/feature/5687758374830080
  if (isSamePosition(position, lastCoordinates)) return
  const fields = commonFields(event, position)
  if (samples.length === SAMPLES || (samples.length > 0 && !canShareAction(common, fields))) logPath()
  if (samples.length === 0) common = fields
  // The times of a path must not decrease, but timeOf() determines them differently for the page and for a frame.
  const time = Math.max(timeOf(event), samples.at(-1)?.t ?? 0)
  samples.push({ t: time, x: position.client_x, y: position.client_y })
  lastCoordinates = position
  startSealTimer()
}

function sampleWaitingEvent() {
  clearTimeout(sampleTimer)
  sampleTimer = 0
  const event = waitingEvent
  waitingEvent = undefined
  if (event) takeSample(event)
}

/** Log the piece of path so far. */
function logPath() {
  if (samples.length === 0) return
  const path = samples
  samples = [] // first, because enqueue() calls this function again
  enqueue({ name: 'mousemove', ...common, ...encode(path), ...lastCoordinates }, path[0].t)
}

beforeEachAction(() => {
  sampleWaitingEvent()
  logPath()
})

/** Handle a pointermove event: take a sample, or wait until `moveInterval` ms after the last sample have passed. */
export function capturePointerMove(event) {
  const interval = options.moveInterval
  if (interval === 0) {
    const events = event.getCoalescedEvents?.() ?? [event]
    events.forEach(takeSample)
    return
  }
  waitingEvent = event
  const lastSample = samples.at(-1)
  const wait = lastSample ? lastSample.t + interval - timeOf(event) : 0
  if (wait <= 0) sampleWaitingEvent()
  else if (!sampleTimer) sampleTimer = setTimeout(guard(sampleWaitingEvent), wait)
}
