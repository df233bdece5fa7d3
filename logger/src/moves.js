// Mouse paths in columns: a sample costs about ten bytes instead of two hundred.

/** One sample in so many is the server's limit for one action. */
export const SAMPLES = 200

const deltas = (values) => values.map((value, i) => value - (values[i - 1] || 0))

/** Samples {t, x, y} (ms, whole client px) into columns; the first x and y are absolute, all else differences. */
export const encode = (samples) => {
  const start = samples[0].t
  return {
    n: samples.length,
    // The time since the start is rounded, not each step, so that the errors do not add up.
    dt: deltas(samples.map((sample) => Math.round(sample.t - start))),
    x: deltas(samples.map((sample) => sample.x)),
    y: deltas(samples.map((sample) => sample.y)),
  }
}

/** What `encode` was given, times to the millisecond; the server does the same in actions/mousemove.py. */
export const decode = ({ dt, x, y }, start) => {
  const sums = (values) => values.reduce((all, value) => [...all, (all.at(-1) || 0) + value], [])
  const [times, xs, ys] = [dt, x, y].map(sums)
  return times.map((later, i) => ({ t: start + later, x: xs[i], y: ys[i] }))
}
