// The format of mouse paths: one column per quantity, in differences. A sample takes about 10 bytes instead of 200.

import { roundToTenth } from './util.js'

/** Samples in one action at most; the server rejects more. */
export const SAMPLES = 200

/** The first value, then the difference of each value from the one before, to a tenth. */
function differences(values) {
  return values.map((value, i) => (i === 0 ? value : roundToTenth(value - values[i - 1])))
}

/** The inverse of differences(). */
function runningSums(values) {
  let sum = 0
  return values.map((value) => (sum = roundToTenth(sum + value)))
}

/**
 * Encode samples as columns.
 * @param {{t: number, x: number, y: number}[]} samples t in ms, x and y in CSS px of the viewport, to a tenth
 * @returns {{n: number, dt: number[], x: number[], y: number[]}} n is the number of samples; dt is in whole ms, from 0;
 *   the first x and y are absolute
 */
export function encode(samples) {
  const start = samples[0].t
  return {
    n: samples.length,
    // The times since the start are rounded, not the differences, so that the errors do not add up.
    dt: differences(samples.map((sample) => Math.round(sample.t - start))),
    x: differences(samples.map((sample) => sample.x)),
    y: differences(samples.map((sample) => sample.y)),
  }
}

/**
 * Decode what encode() returned, with times rounded to whole ms after `start`. The server's decoder is in
 * analytics_app/actions/mousemove.py.
 */
export function decode({ dt, x, y }, start) {
  const times = runningSums(dt)
  const xs = runningSums(x)
  const ys = runningSums(y)
  return times.map((time, i) => ({ t: start + time, x: xs[i], y: ys[i] }))
}
