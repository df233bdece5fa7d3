// The format of mouse paths, and how they are sampled.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode, encode, SAMPLES } from '../src/moves.js'
import { Page } from './page.js'

const px = fc.integer({ min: -20_000, max: 20_000 })
const path = fc
  .array(fc.record({ after: fc.double({ min: 0, max: 5000, noNaN: true }), x: px, y: px }), { minLength: 1, maxLength: SAMPLES })
  .map((steps) => {
    let t = 1234.5
    return steps.map(({ after, x, y }, i) => ({ t: (t += i ? after : 0), x, y }))
  })

test('decoding restores every position exactly and every time to half a millisecond', () => {
  fc.assert(
    fc.property(path, (samples) => {
      const columns = JSON.parse(JSON.stringify(encode(samples)))
      const decoded = decode(columns, samples[0].t)
      assert.equal(columns.n, samples.length)
      decoded.forEach((sample, i) => {
        assert.deepEqual([sample.x, sample.y], [samples[i].x, samples[i].y])
        assert.ok(Math.abs(sample.t - samples[i].t) <= 0.5 + 1e-6)
      })
    }),
    { numRuns: 1000 },
  )
})

test('columns hold whole numbers, begin with absolute positions, and times never decrease', () => {
  fc.assert(
    fc.property(path, (samples) => {
      const { dt, x, y } = encode(samples)
      assert.ok([...dt, ...x, ...y].every(Number.isInteger))
      assert.ok(dt.every((ms) => ms >= 0))
      assert.deepEqual([dt[0], x[0], y[0]], [0, samples[0].x, samples[0].y])
    }),
  )
})

/** A page that captures, a function that moves the pointer, and one that returns the logged paths. */
const moving = async (settings) => {
  const page = new Page()
  await page.loaded()
  page.logger({ capture: true, ...settings })
  const move = (x, y, more = {}) => {
    const at = { clientX: x, clientY: y, screenX: x + 10, screenY: y + 100, pointerType: 'mouse', view: page.window }
    const event = new page.window.Event('pointermove', { bubbles: true })
    for (const [key, value] of Object.entries({ timeStamp: page.clock.elapsed, ...at, ...more })) Object.defineProperty(event, key, { value })
    page.document.body.dispatchEvent(event)
  }
  const paths = async () => {
    await page.tick(10_000)
    return page.stored().filter(({ name }) => name === 'mousemove')
  }
  return { page, move, paths }
}

test('a moving pointer is sampled each 50 ms, and where it comes to rest', async () => {
  const { page, move, paths } = await moving()
  for (let i = 0; i <= 13; i++) {
    move(i * 10, 5)
    await page.tick(16)
  }
  const [{ dt, x, n, client_x, screen_y, off }, ...others] = await paths()
  assert.equal(others.length, 0)
  assert.deepEqual(decode({ dt, x, y: dt }, 0).map((sample) => sample.x), [0, 30, 60, 90, 120, 130])
  assert.ok(dt.slice(1, -1).every((ms) => ms >= 48 && ms <= 66), `${dt}`)
  assert.deepEqual([n, client_x, screen_y, off], [6, 130, 105, [10, 100]])
})

test('a path is logged before the action that follows it', async () => {
  const { page, move, paths } = await moving()
  move(1, 1)
  await page.tick(10)
  move(2, 2)
  page.user.log('step')
  await paths()
  const names = page.stored().map(({ name }) => name)
  assert.ok(names.indexOf('mousemove') < names.indexOf('step'))
  assert.equal(page.stored().find(({ name }) => name === 'mousemove').client_x, 2)
})

test('a path of more than 200 samples becomes several actions', async () => {
  const { page, move, paths } = await moving({ maxTime: 60 })
  for (let i = 0; i < 450; i++) {
    move(i, i)
    await page.tick(50)
  }
  await page.tick(60_000)
  const all = await paths()
  assert.deepEqual(all.map(({ n }) => n), [200, 200, 50])
  assert.deepEqual(all.flatMap(({ dt, x, y }) => decode({ dt, x, y }, 0).map((sample) => sample.x)), [...Array(450).keys()])
})

test('scrolling begins a new mousemove action, so that each has one scroll position', async () => {
  const { page, move, paths } = await moving()
  move(1, 1)
  await page.tick(50)
  page.window.scrollY = 300
  move(1, 1)
  await page.tick(50)
  move(2, 2)
  const all = await paths()
  assert.deepEqual(all.map(({ n, sy, page_y }) => [n, sy, page_y]), [[1, 0, 1], [2, 300, 302]])
})

test('a move event with an unchanged position is not sampled', async () => {
  const { page, move, paths } = await moving()
  for (let i = 0; i < 5; i++) {
    move(7, 7)
    await page.tick(60)
  }
  assert.deepEqual((await paths()).map(({ n }) => n), [1])
})

test('data-move-interval="0" samples every coalesced event', async () => {
  const { move, paths } = await moving({ moveInterval: 0 })
  const at = (x) => ({ clientX: x, clientY: 0, screenX: x, screenY: 0, timeStamp: x, pointerType: 'pen' })
  move(3, 0, { getCoalescedEvents: () => [at(1), at(2), at(3)] })
  const [{ n, x, pointer }] = await paths()
  assert.deepEqual([n, x, pointer], [3, [1, 1, 1], 'pen'])
})

test('no two actions get the same seq when logging a path fills a batch', async () => {
  const { page, move } = await moving({ maxActions: 2 })
  for (let i = 0; i < 40; i++) {
    move(i, 0)
    await page.tick(20)
    if (i % 3 === 0) page.window.scrollY += 1
  }
  await page.tick(10_000)
  const seqs = page.posted.flatMap(({ body }) => body.actions.map(({ seq }) => seq))
  assert.deepEqual(seqs, [...seqs.keys()])
  assert.ok(seqs.length > 10)
})
