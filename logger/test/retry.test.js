// When a batch is sent again, split, or dropped.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logMany, Page, seqs, stuck } from './page.js'

for (const status of [undefined, 408, 425, 429, 500, 502, 503, 301, 404, 405]) {
  test(`${status ?? 'no answer'} is retried until it succeeds`, async () => {
    const page = await stuck(() => status && { status })
    await page.tick(60_000)
    assert.ok(page.posted.length > 3)
    page.answer = () => ({ status: 200 })
    await page.tick(60_000)
    assert.deepEqual(page.stored().map((action) => action.seq), [0])
    assert.deepEqual(page.user.stats().pending, 0)
    assert.equal(page.posted.at(-1).body.reason, 'retry')
    assert.deepEqual(page.posted.map((post) => post.body.attempt), [...page.posted.keys()])
  })
}

test('the maximum delay doubles from 1 s to 60 s', async () => {
  const page = await stuck(() => undefined)
  await page.tick(400_000)
  const at = page.posted.map((post) => post.at)
  assert.deepEqual(at.slice(1, 10).map((time, i) => time - at[i]), [1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000))
})

test('a delay is a random part of the maximum (full jitter)', async () => {
  const page = await stuck(() => undefined)
  page.random = 0.25
  await page.tick(1000) // the first delay was chosen before
  const at = page.posted.map((post) => post.at)
  await page.tick(500)
  assert.equal(page.posted[2].at - at[1], 500)
})

test('a success resets the delay', async () => {
  const page = await stuck(() => undefined)
  await page.tick(31_000)
  page.answer = () => ({ status: 200 })
  await page.tick(60_000)
  page.answer = () => undefined
  page.user.log('step')
  await page.tick(5000)
  const failed = page.posted.at(-1).at
  await page.tick(1000)
  assert.equal(page.posted.at(-1).at - failed, 1000)
})

test('requests that fail together, as when the page is hidden, count as one failure', async () => {
  const page = await stuck(() => undefined) // its retry is 1 s from here
  for (let i = 0; i < 3; i++) {
    logMany(page, 1, { text: 'x'.repeat(40_000) })
    page.user.set({ i })
  }
  page.hide()
  await page.tick(0)
  const before = page.posted.length
  await page.tick(999)
  assert.equal(page.posted.length, before)
  await page.tick(1)
  assert.equal(page.posted.length, before + 1)
})

test('a Retry-After in seconds is respected', async () => {
  const page = await stuck(() => ({ status: 503, headers: { 'Retry-After': '20' } }))
  await page.tick(19_999)
  assert.equal(page.posted.length, 1)
  await page.tick(1)
  assert.equal(page.posted.length, 2)
})

test('a Retry-After with a date is respected', async () => {
  const page = new Page() // its clock begins on 1 January 2026, and the first batch is sent 5 s later
  page.logger().log('step')
  page.answer = () => ({ status: 503, headers: { 'Retry-After': 'Thu, 01 Jan 2026 00:00:25 GMT' } })
  await page.tick(24_999)
  assert.equal(page.posted.length, 1)
  await page.tick(1)
  assert.equal(page.posted.length, 2)
})

test('a date in Retry-After is compared with the server’s clock, not with the device’s', async () => {
  const page = new Page()
  page.logger().log('step')
  const serverIsAhead = () => String(page.clock.start + page.clock.elapsed + 60_000)
  page.answer = () => ({ status: 503, headers: { 'Retry-After': 'Thu, 01 Jan 2026 00:01:25 GMT', 'X-Server-Time': serverIsAhead() } })
  await page.tick(24_999)
  assert.equal(page.posted.length, 1)
  await page.tick(1)
  assert.equal(page.posted.length, 2)
})

for (const [what, retryAfter] of [['a date in the past', 'Wed, 31 Dec 2025 23:59:59 GMT'], ['a text that is neither number nor date', 'later']]) {
  test(`a Retry-After with ${what} does not change the delay`, async () => {
    const page = await stuck(() => ({ status: 503, headers: { 'Retry-After': retryAfter } }))
    await page.tick(1000)
    assert.equal(page.posted.length, 2)
  })
}

for (const [what, retryAfter] of [['seconds', '99999999999'], ['a date', 'Fri, 31 Dec 2100 23:59:59 GMT']]) {
  test(`a Retry-After of more than an hour is limited to an hour, given as ${what}`, async () => {
    const page = await stuck(() => ({ status: 503, headers: { 'Retry-After': retryAfter } }))
    await page.tick(3_599_999)
    assert.equal(page.posted.length, 1)
    await page.tick(1)
    assert.equal(page.posted.length, 2)
  })
}

test('the online event triggers a retry at once', async () => {
  const page = await stuck(() => undefined)
  await page.tick(40_000)
  const count = page.posted.length
  page.answer = () => ({ status: 200 })
  page.fire('online')
  await page.tick(0)
  assert.equal(page.posted.length, count + 1)
  assert.equal(page.user.stats().pending, 0)
})

test('413 splits a batch in halves, down to the single action that is too large', async () => {
  const page = new Page()
  page.logger()
  page.answer = (body) => ({ status: body.actions.some((action) => action.big) || body.actions.length > 10 ? 413 : 200 })
  logMany(page, 21)
  page.user.log('step', { big: true })
  logMany(page, 8)
  await page.tick(5000)
  assert.deepEqual(page.stored().map((action) => action.seq).sort((a, b) => a - b), [...Array(30).keys()].filter((seq) => seq !== 21))
  assert.deepEqual(page.posted.flatMap((post) => (post.answered === 200 ? post.body.lost : [])), [[21, 21, 'oversize']])
  assert.equal(new Set(page.posted.map((post) => post.body.batch_id)).size, page.posted.length - 1, 'each part is a batch of its own')
})

test('a batch that makes the server fail does not block the others', async () => {
  const page = new Page()
  page.logger()
  page.answer = (body) => ({ status: body.actions[0].seq === 0 ? 500 : 200 })
  logMany(page, 150)
  await page.tick(60_000)
  assert.deepEqual(page.stored().map((action) => action.seq), [...Array(150).keys()].slice(50))
})

test('an action of more than 48 KB is declared as lost; the actions around it are sent', async () => {
  const page = new Page()
  page.logger()
  page.user.log('step')
  page.user.log('step', { text: 'x'.repeat(50_000) })
  page.user.log('step', { text: 'x'.repeat(50_000) })
  page.user.log('step')
  await page.tick(5000)
  assert.deepEqual(page.posted.map((post) => [seqs(post), post.body.lost]), [[[0], []], [[3], [[1, 2, 'oversize']]]])
  assert.equal(page.user.stats().lost, 2)
})

test('actions beyond 5000 in 10 s are declared as lost', async () => {
  const page = new Page()
  page.logger()
  logMany(page, 6000)
  await page.tick(5000)
  assert.equal(page.stored().length, 5000)
  assert.deepEqual(page.posted.flatMap((post) => post.body.lost), [[5000, 5999, 'rate']])
  await page.tick(10_000)
  page.user.log('step')
  await page.tick(5000)
  assert.equal(page.stored().at(-1).seq, 6000)
})

test('if the queue exceeds its limit, the oldest batches are dropped and declared as lost', async () => {
  const page = await stuck(() => undefined)
  for (let i = 0; i < 110; i++) page.user.log('step', { text: 'x'.repeat(40_000) })
  page.answer = () => ({ status: 200 })
  await page.tick(60_000)
  const lost = page.posted.flatMap((post) => (post.answered === 200 ? post.body.lost : []))
  const stored = new Set(page.stored().map((action) => action.seq))
  const declared = lost.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
  assert.ok(declared.length > 5 && lost.every(([, , reason]) => reason === 'queue'))
  assert.deepEqual([...stored, ...declared].sort((a, b) => a - b), [...Array(111).keys()])
  assert.equal(page.user.stats().lost, declared.length)
})
