// Mouse, touch and pen: where the pointer was, one sample each 50 ms while it moves, and always where it came to rest.

import { coordinates, timeOf } from './element.js'
import { encode, SAMPLES } from './moves.js'
import { add, arm, before } from './recorder.js'
import { options } from './settings.js'

/** px that the window may seem to shift under the path before a new piece begins; only a zoomed page comes near. */
const SHIFT = 8

let samples = []
let piece // what the samples have in common
let last = {} // six coordinates of the last sample
let next // the event that waits to become a sample
let timer = 0

/** What waits becomes a sample. */
function rest() {
  clearTimeout(timer)
  timer = 0
  if (next) sample(next)
  next = undefined
}

/** The piece of path so far becomes an action. */
function close() {
  if (!samples[0]) return
  const path = samples
  samples = []
  add({ name: 'mousemove', ...piece, ...encode(path), ...last }, path[0].t)
}

before.push(() => {
  rest()
  close()
})

function sample(event) {
  const at = coordinates(event)
  const sx = at.page_x - at.client_x
  const sy = at.page_y - at.client_y
  const off = [at.screen_x - at.client_x, at.screen_y - at.client_y]
  const pointer = event.pointerType
  const same = piece?.sx === sx && piece.sy === sy && piece.pointer === pointer
  // The browser repeats the last move after a layout: the pointer rests, so there is nothing to say.
  if (same && last.client_x === at.client_x && last.client_y === at.client_y) return
  if (!same || off.some((px, i) => Math.abs(px - piece.off[i]) > SHIFT) || samples.length === SAMPLES) close()
  if (!samples[0]) piece = { pointer, sx, sy, off }
  // A path never runs backwards, whatever clock an event was stamped with.
  samples.push({ t: Math.max(timeOf(event), samples.at(-1)?.t || 0), x: at.client_x, y: at.client_y })
  last = at
  arm()
}

export function move(event) {
  const interval = options.moveInterval
  if (!interval) return (event.getCoalescedEvents?.() || [event]).forEach(sample)
  next = event
  const wait = interval - timeOf(event) + (samples.at(-1)?.t ?? -interval)
  if (wait > 0) timer ||= setTimeout(rest, wait)
  else rest()
}
