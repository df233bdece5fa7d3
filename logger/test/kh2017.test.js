// What mouse-tracking research computes from sampled paths agrees with what it computes from the raw data.
//
// The data of Kieslich & Henninger (2017), Behavior Research Methods 49, 1652-1667, raw_data.csv.gz, are not part of the
// project; KH2017 is their path.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { decode } from '../src/moves.js'
import { Page } from './page.js'

const file = process.env.KH2017 ?? ''
const skip = existsSync(file) ? false : 'KH2017 is not the path of raw_data.csv.gz'

/** The fields of a line of CSV. */
const fieldsOf = (line) => [...line.matchAll(/"([^"]*)"|([^",]+)/g)].map(([, quoted, plain]) => quoted ?? plain)

/** The correct trials as {condition, participant, points: [{t, x, y}]}; t in ms from 0, x and y in px. */
function readTrials() {
  const [head, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  const names = fieldsOf(head)
  return lines.map((line) => Object.fromEntries(fieldsOf(line).map((value, i) => [names[i], value])))
    .filter(({ correct }) => correct === '1')
    .map((row) => {
      const [times, xs, ys] = ['timestamps', 'xpos', 'ypos'].map((name) => JSON.parse(row[`${name}_get_response`]))
      const points = times.map((t, i) => ({ t: t - times[0], x: xs[i], y: ys[i] }))
      return { condition: row.Condition, participant: row.subject_nr, points: points.filter(({ t }, i) => t !== points[i + 1]?.t) }
    })
}

/** The path that the logger records of a pointer that fires an event whenever its position has changed. */
async function recorded(page, points) {
  const { mousePath } = page.modules
  mousePath.capturePointerOut({ pointerType: 'mouse', relatedTarget: null }) // it does not come from the last trial's end
  page.posted.length = 0
  const start = page.clock.elapsed
  let last
  for (const point of points) {
    await page.tick(start + point.t - page.clock.elapsed)
    if (last && last.x === point.x && last.y === point.y) continue
    last = point
    mousePath.capturePointerMove({
      type: 'pointermove', isTrusted: true, pointerType: 'mouse', view: page.window, timeStamp: page.clock.elapsed,
      clientX: point.x, clientY: point.y, screenX: point.x, screenY: point.y, pageX: point.x, pageY: point.y,
    })
  }
  page.user.log('click')
  await page.tick(6000)
  const samples = page.posted.flatMap(({ body }) => body.actions).filter(({ name }) => name === 'mousemove')
    .flatMap((piece) => decode(piece, piece.t - start))
  // The pointer stays where it is until the click that ends the trial.
  return [...samples, { ...samples.at(-1), t: points.at(-1).t }]
}

/** The positions of a path at these times, on straight lines between its samples. */
function at(samples, times) {
  let i = 0
  return times.map((t) => {
    while (i < samples.length - 2 && samples[i + 1].t < t) i++
    const [one, other] = [samples[i], samples[i + 1]]
    const share = Math.min(Math.max((t - one.t) / (other.t - one.t || 1), 0), 1)
    return { t, x: one.x + share * (other.x - one.x), y: one.y + share * (other.y - one.y) }
  })
}

/**
 * Measures as in the package mousetrap: MAD, AD (px; maximum and mean deviation from the straight line between the ends,
 * signed), idle and initiation time (ms), and changes of the direction of x.
 */
function measures(points, flipsOf = points) {
  const [first, last] = [points[0], points.at(-1)]
  const [dx, dy] = [last.x - first.x, last.y - first.y]
  const length = Math.hypot(dx, dy)
  const above = Math.sign(dx * dy) || 1 // both sides of the screen count alike
  const deviations = points.map(({ x, y }) => (above * ((y - first.y) * dx - (x - first.x) * dy)) / length)
  const mad = deviations.reduce((max, deviation) => (Math.abs(deviation) > Math.abs(max) ? deviation : max), 0)
  const moves = points.slice(1).map((point, i) => ({ ms: point.t - points[i].t, distance: Math.hypot(point.x - points[i].x, point.y - points[i].y) }))
  // A fraction of a px is no movement: it comes from the straight lines between samples.
  const isRest = ({ distance }) => distance < 0.5
  const directions = flipsOf.slice(1).map(({ x }, i) => Math.sign(x - flipsOf[i].x)).filter(Boolean)
  return {
    MAD: mad,
    AD: deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length,
    idle: moves.filter(isRest).reduce((sum, { ms }) => sum + ms, 0),
    initiation: moves.slice(0, moves.findIndex((move) => !isRest(move))).reduce((sum, { ms }) => sum + ms, 0),
    flips: directions.filter((direction, i) => i > 0 && direction !== directions[i - 1]).length,
  }
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
const unique = (values) => [...new Set(values)]

/** Means over participants of the means over each participant's trials, by condition and measure. */
function summary(results) {
  const valueOf = (condition, name) => {
    const rows = results.filter((row) => row.condition === condition)
    const people = unique(rows.map((row) => row.participant))
    return mean(people.map((one) => mean(rows.filter((row) => row.participant === one).map((row) => row.measures[name]))))
  }
  const names = Object.keys(results[0].measures)
  return Object.fromEntries(unique(results.map((row) => row.condition)).map((condition) => {
    return [condition, Object.fromEntries(names.map((name) => [name, valueOf(condition, name)]))]
  }))
}

const TOLERANCE = { MAD: 0.01, AD: 0.02, idle: 0.05, initiation: 0.05, flips: 0.03 }
const PUBLISHED_MAD = { Atypical: 343.7954, Typical: 172.2093 } // px

for (const moveInterval of [0, 50]) {
  test(`measures of paths sampled with data-move-interval="${moveInterval}"`, { skip }, async (t) => {
    const trials = readTrials()
    const page = new Page()
    page.logger({ moveInterval, maxActions: 1000, maxTime: 5 })
    const [raw, sampled] = [[], []]
    for (const { points, ...trial } of trials) {
      const samples = await recorded(page, points)
      raw.push({ ...trial, measures: measures(points) })
      sampled.push({ ...trial, measures: measures(at(samples, points.map((point) => point.t)), samples) })
    }
    const [expected, found] = [summary(raw), summary(sampled)]
    assert.equal(trials.length, 1064)
    for (const [condition, values] of Object.entries(expected)) {
      assert.ok(Math.abs(values.MAD - PUBLISHED_MAD[condition]) < 0.001, `${condition}: ${values.MAD}`)
      for (const [name, value] of Object.entries(values)) {
        const error = found[condition][name] / value - 1
        t.diagnostic(`${condition} ${name}: ${value.toFixed(2)}, sampled ${found[condition][name].toFixed(2)} (${(100 * error).toFixed(2)} %)`)
        assert.ok(Math.abs(error) <= TOLERANCE[name], `${condition} ${name}: ${error}`)
      }
    }
  })
}
