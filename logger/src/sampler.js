// Mouse, touch and pen: where the pointer was, one sample each 50 ms while it moves, and always where it came to rest.

import { coordinates, timeOf } from './element.js'
import { encode, SAMPLES } from './moves.js'
import { add, arm, writeBefore } from './recorder.js'
import { options } from './settings.js'
import { stringify } from './util.js'

let samples = []
let piece // what the samples have in common
let known // the same as a text
let last // six coordinates of the last sample
let next // the event that waits to become a sample
let timer = 0

/** What waits becomes a sample. */
const rest = () => {
  clearTimeout(timer)
  timer = 0
  const event = next
  next = undefined
  if (event) sample(event)
}

/** The piece of path so far becomes an action. */
const close = () => {
  if (!samples[0]) return
  const path = samples
  samples = []
  add({ name: 'mousemove', ...piece, ...encode(path), ...last }, path[0].t)
}

writeBefore(() => {
  rest()
  close()
})

const sample = (event) => {
  const at = coordinates(event)
  // The browser repeats the last move after a layout: the pointer rests, so there is nothing to say.
  if ([stringify(last), '{}'].includes(stringify(at))) return
  const { client_x: x, client_y: y } = at
  const pointer = event.pointerType
  const [sx, sy, ...off] = [at.page_x - x, at.page_y - y, at.screen_x - x, at.screen_y - y]
  // On a zoomed page `off` drifts with the pointer; every 16 px of that begin a new piece, not every sample.
  const text = [pointer, sx, sy, off.map((px) => px >> 4)] + ''
  if (text !== known || samples.length === SAMPLES) close()
  if (!samples[0]) piece = { pointer, sx, sy, off }
  // A path never runs backwards, whatever clock an event was stamped with.
  samples.push({ t: Math.max(timeOf(event), samples.at(-1)?.t || 0), x, y })
  known = text
  last = at
  arm()
}

export const move = (event) => {
  const interval = options.moveInterval
  if (!interval) return (event.getCoalescedEvents?.() || [event]).forEach(sample)
  next = event
  const wait = interval - timeOf(event) + (samples.at(-1)?.t ?? -interval)
  if (wait > 0) timer ||= setTimeout(rest, wait)
  else rest()
}
