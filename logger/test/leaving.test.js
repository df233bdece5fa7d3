// What happens to actions when their page is hidden or left.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logged, noAnswer, URL_OF_SERVER } from './page.js'

const beaconed = (page) => page.beacons.map(({ body }) => JSON.parse(body))

test('nothing is stored while delivery works', async () => {
  const page = logged(() => ({ status: 200 }), 60)
  await page.tick(5000)
  assert.deepEqual(page.storedBatches(), [])
})

test('a batch that fails is stored, and removed when it is acknowledged', async () => {
  const page = logged(noAnswer)
  await page.tick(5000)
  assert.equal(page.storedBatches().length, 1)
  page.answer = () => ({ status: 200 })
  await page.tick(2000)
  assert.deepEqual(page.storedBatches(), [])
})

test('hidden: everything is sealed, stored and sent', async () => {
  const page = logged(noAnswer)
  page.hide()
  assert.equal(page.storedBatches().length, 1)
  await page.tick(0)
  assert.equal(page.posted[0].body.reason, 'hidden')
})

test('hidden: at most 60 KB are in flight', async () => {
  const page = logged(() => new Promise(() => {}), 10, { text: 'x'.repeat(15_000) }) // 3 to a batch
  page.hide()
  await page.tick(0)
  const sizes = page.posted.map((post) => Buffer.byteLength(post.request.body))
  assert.ok(sizes.reduce((a, b) => a + b) <= 60_000, `${sizes}`)
  assert.equal(page.storedBatches().length, 4)
})

test('pagehide: keepalive requests carry what fits, beacons of at most 30 KB the rest, and everything stays stored', async () => {
  const page = logged(noAnswer, 9, { text: 'x'.repeat(10_000) }) // 4 to a batch
  page.fire('pagehide')
  const pieces = beaconed(page)
  assert.equal(pieces.length, 2)
  assert.ok(page.posted.every(({ request }) => request.keepalive))
  assert.ok(page.beacons.every(({ url, body }) => url === URL_OF_SERVER && Buffer.byteLength(body) <= 30_000))
  const carried = pieces.flatMap((piece) => piece.actions.map(({ seq }) => seq))
  const inFlight = page.posted.flatMap((post) => post.body.actions.map(({ seq }) => seq))
  assert.deepEqual([...inFlight, ...carried].sort((a, b) => a - b), [...Array(9).keys()])
  assert.deepEqual(page.storedBatches().flatMap((batch) => batch.actions.map(({ seq }) => seq)), [...Array(9).keys()])
  assert.equal(page.posted.at(-1).body.reason, 'pagehide')
})

test('pagehide: batches for which the browser refuses a beacon stay stored', async () => {
  const page = logged(noAnswer, 9, { text: 'x'.repeat(10_000) })
  page.acceptsBeacons = false
  page.fire('pagehide')
  await page.tick(0)
  const next = page.next()
  next.logger()
  await next.tick(0)
  assert.deepEqual(next.stored().map(({ seq }) => seq).sort((a, b) => a - b), [...Array(9).keys()])
})

test('pagehide: a browser whose requests do not outlive the page sends beacons', async () => {
  const page = logged(noAnswer)
  page.window.Request = class {}
  page.fire('pagehide')
  page.hide()
  await page.tick(0)
  assert.deepEqual([page.beacons.length, page.posted.length, page.storedBatches().length], [1, 0, 1])
})

test('hidden after pagehide does not send again what is in flight', async () => {
  const page = logged(() => new Promise(() => {}))
  page.fire('pagehide')
  page.hide()
  await page.tick(0)
  assert.deepEqual([page.beacons.length, page.posted.length], [0, 1])
})

test('the next page adopts stored batches, marks them as adopted, and removes them', async () => {
  const page = logged(noAnswer, 3)
  page.fire('pagehide')
  const next = page.next()
  next.logger()
  await next.tick(0)
  assert.deepEqual(next.posted.map(({ body }) => [body.reason, body.page_id, body.actions.length]), [['adopt', page.posted[0].body.page_id, 3]])
  assert.deepEqual(next.storedBatches(), [])
  assert.equal(next.user.stats().acked, 0, "another page's actions are not this page's")
})

test('a page that comes back (bfcache) sends again and waits for the answer', async () => {
  const page = logged(() => ({ status: 200 }))
  page.fire('pagehide')
  page.fire('pageshow', page.window, { fields: { persisted: true } })
  await page.tick(0)
  assert.deepEqual([page.user.stats().acked, page.user.stats().pending, page.storedBatches().length], [1, 0, 0])
})

test('freeze: everything is sealed, stored and sent', async () => {
  const page = logged(noAnswer)
  page.fire('freeze', page.document)
  await page.tick(0)
  assert.equal(page.posted[0].body.reason, 'freeze')
  assert.equal(page.storedBatches().length, 1)
})

test('prev_page links the pages of a tab and shows that the end of a page was lost', async () => {
  const first = logged(() => ({ status: 200 }), 3)
  await first.tick(5000)
  first.user.log('step')
  first.acceptsBeacons = false
  first.fire('pagehide')
  const second = first.next({ local: {} }) // what the first page stored is gone
  second.logger().log('step')
  await second.tick(5000)
  const { page_id, session_id } = first.posted[0].body
  const { body } = second.posted[0]
  assert.deepEqual(body.prev_page, { id: page_id, seq: 4 })
  assert.deepEqual([body.session_id, body.page_no, body.batch_seq], [session_id, 1, 0])
  assert.notEqual(body.page_id, page_id)
})
