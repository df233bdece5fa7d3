// How actions are put into batches, and how batches are sent.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logMany, Page, seqs, stuck } from './page.js'

test('a batch is sealed at 50 actions', async () => {
  const page = new Page()
  page.logger()
  logMany(page, 120)
  await page.tick(0)
  assert.deepEqual(page.posted.map((post) => [post.body.actions.length, post.body.reason]), [[50, 'size'], [50, 'size']])
  await page.tick(5000)
  assert.deepEqual(page.posted.flatMap(seqs), [...Array(120).keys()])
})

test('a batch is sealed after 5 s and not earlier', async () => {
  const page = new Page()
  page.logger()
  page.user.log('step')
  await page.tick(4999)
  assert.equal(page.posted.length, 0)
  await page.tick(1)
  assert.equal(page.posted[0].body.reason, 'time')
})

test('a batch is sealed before it exceeds 48 KB', async () => {
  const page = new Page()
  page.logger()
  logMany(page, 10, { text: 'ü'.repeat(10_000) }) // 20 KB each in UTF-8
  await page.tick(5000)
  const sizes = page.posted.map((post) => Buffer.byteLength(post.request.body))
  assert.equal(page.posted[0].body.reason, 'bytes')
  assert.ok(Math.max(...sizes) < 49_000, `${sizes}`)
  assert.deepEqual(page.posted.flatMap(seqs), [...Array(10).keys()])
})

test('views count towards the size of a batch, in an app that changes its URL often', async () => {
  const page = new Page()
  await page.loaded()
  page.logger({ capture: true })
  for (let i = 0; i < 60; i++) {
    page.document.title = 'ü'.repeat(1900)
    page.window.history.pushState(null, '', `/${i}/` + 'x'.repeat(1900))
  }
  await page.tick(5000)
  const sizes = page.posted.map((post) => Buffer.byteLength(post.request.body))
  assert.ok(Math.max(...sizes) < 60_000, `${sizes}`)
  assert.equal(page.stored().filter(({ name }) => name === 'pageview').length, 61)
})

test('a page whose own fetch wrapper logs something never has two actions with the same seq', async () => {
  const wrapFetch = (window) => {
    const { fetch } = window
    window.fetch = (...request) => {
      if (page.posted.length < 5) page.user.log('fetched')
      return fetch(...request)
    }
  }
  const page = new Page({ before: wrapFetch })
  page.logger()
  logMany(page, 6, { text: 'x'.repeat(20_000) }) // each third action seals the batch while it is itself being recorded
  await page.tick(20_000)
  const all = page.posted.flatMap(seqs)
  assert.equal(page.stored().filter(({ name }) => name === 'fetched').length, 5)
  assert.deepEqual(all, [...all.keys()])
})

test('maxActions and maxTime are respected', async () => {
  const page = new Page()
  page.logger({ maxActions: '3', maxTime: 20 })
  logMany(page, 4)
  await page.tick(19_999)
  assert.deepEqual(page.posted.map(seqs), [[0, 1, 2]])
  await page.tick(1)
  assert.deepEqual(page.posted.map(seqs), [[0, 1, 2], [3]])
})

test('one request is in flight at a time, and actions logged meanwhile are neither lost nor sent twice', async () => {
  const page = new Page()
  page.logger()
  let release
  page.answer = () => new Promise((done) => (release = () => done({ status: 200 })))
  logMany(page, 130)
  await page.tick(10_000)
  assert.equal(page.posted.length, 1)
  for (let i = 0; i < 3; i++) {
    release()
    await page.tick(5000)
  }
  assert.deepEqual(page.posted.flatMap(seqs), [...Array(130).keys()])
})

test('changing an object after it was logged does not change the action', async () => {
  const page = new Page()
  page.logger()
  const extent = [[1, 2], [3, 4]]
  page.user.log('brush', { extent })
  extent[0][0] = 99
  await page.tick(5000)
  assert.deepEqual(page.posted[0].body.actions[0].extent, [[1, 2], [3, 4]])
})

test('the clock offset comes from the answer with the shortest round trip', async () => {
  const page = new Page()
  page.logger()
  const answers = [[300, 9000], [40, 5000], [500, 7777]] // rtt, ms that the server is ahead
  page.answer = async () => {
    const [rtt, ahead] = answers.shift() ?? [1000, 0]
    const half = page.clock.start + page.clock.elapsed + rtt / 2
    await new Promise((done) => page.clock.set(done, rtt))
    return { status: 200, headers: { 'X-Server-Time': String(half + ahead) } }
  }
  for (let i = 0; i < 4; i++) {
    page.user.log('step')
    await page.tick(8000)
  }
  const clocks = page.posted.map((post) => post.body.clock)
  assert.deepEqual(clocks, [null, { offset: 9000, rtt: 300 }, { offset: 5000, rtt: 40 }, { offset: 5000, rtt: 40 }])
})

test('a request needs no preflight, sends no credentials, has a timeout, and outlives its page', async () => {
  const page = await stuck(() => ({ status: 200 }))
  const { method, credentials, keepalive, headers, body, signal } = page.posted[0].request
  assert.deepEqual([method, credentials, keepalive, headers, typeof body, signal.ms], ['POST', 'omit', true, undefined, 'string', 30_000])
})

test('flush resolves when everything is acknowledged, with pending 0', async () => {
  const page = new Page()
  page.logger()
  logMany(page, 60)
  const flushed = page.user.flush()
  await page.tick(0)
  const { acked, pending } = await flushed
  assert.deepEqual([acked, pending, page.posted.at(-1).body.reason], [60, 0, 'manual'])
})

test('flush resolves with the number of pending actions if the server does not answer', async () => {
  const page = await stuck(() => undefined, 7)
  const flushed = page.user.flush(3000)
  await page.tick(3000)
  const { acked, pending } = await flushed
  assert.deepEqual([acked, pending], [0, 7])
})

test('flush sends at once, even while a retry is scheduled', async () => {
  const page = await stuck(() => undefined)
  await page.tick(100_000)
  page.answer = () => ({ status: 200 })
  const flushed = page.user.flush()
  await page.tick(0)
  assert.equal((await flushed).pending, 0)
})

test('debug prints what is sent', async () => {
  const page = new Page()
  const printed = []
  page.window.console.log = (text) => printed.push(text)
  page.logger({ debug: 'true' }).log('step')
  await page.tick(5000)
  assert.equal(printed[0], page.posted[0].request.body)
})
