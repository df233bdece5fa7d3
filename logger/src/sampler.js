// Mouse, touch and pen: where the pointer was, one sample each 50 ms while it moves, and always where it came to rest.

import { coordinates, timeOf } from './element.js'
import { encode, SAMPLES } from './moves.js'

/** px that the window may seem to shift under the path before a new piece begins; only a zoomed page comes near. */
const SHIFT = 8

export function createSampler(recorder, interval) {
  let samples = []
  let piece // what the samples have in common
  let last // six coordinates of the last sample
  let next // the event that waits to become a sample
  let timer = 0

  /** The piece of path so far becomes an action. */
  function close() {
    clearTimeout(timer)
    timer = 0
    if (next) sample(next)
    next = undefined
    if (!samples.length) return
    const { t } = samples[0]
    const columns = encode(samples)
    samples = []
    recorder.add({ name: 'mousemove', ...piece, ...columns, ...last }, t)
  }

  function sample(event) {
    const at = coordinates(event)
    const sx = at.page_x - at.client_x
    const sy = at.page_y - at.client_y
    const off = [at.screen_x - at.client_x, at.screen_y - at.client_y]
    const pointer = event.pointerType
    const same = piece && piece.sx === sx && piece.sy === sy && piece.pointer === pointer
    // The browser repeats the last move after a layout: the pointer rests, so there is nothing to say.
    if (same && last.client_x === at.client_x && last.client_y === at.client_y) return
    const shifted = !same || off.some((px, i) => Math.abs(px - piece.off[i]) > SHIFT)
    next = undefined
    if (shifted || samples.length === SAMPLES) close()
    if (!samples.length) piece = { pointer, sx, sy, off }
    // A path never runs backwards, whatever clock an event was stamped with.
    samples.push({ t: Math.max(timeOf(event), samples.at(-1)?.t || 0), x: at.client_x, y: at.client_y })
    last = at
    recorder.arm()
  }

  recorder.before.push(close)
  return (event) => {
    if (!interval) return (event.getCoalescedEvents?.() || [event]).forEach(sample)
    const wait = interval - (timeOf(event) - (samples.at(-1)?.t ?? -Infinity))
    if (wait > 0) {
      next = event
      timer ||= setTimeout(() => ((timer = 0), next && sample(next), (next = undefined)), wait)
    } else {
      next = undefined
      sample(event)
    }
  }
}
