// Batches that wait in storage, also when it is damaged, full or blocked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logged, noAnswer, Page } from './page.js'

const DAY = 24 * 3600e3

test('a damaged storage entry does not affect the others', async () => {
  const page = logged(noAnswer, 3)
  page.fire('pagehide')
  const { localStorage } = page.window
  const [key] = Object.keys(localStorage)
  localStorage[key.slice(0, -1)] = 'damaged'
  const next = page.next()
  next.logger()
  await next.tick(0)
  assert.deepEqual(next.posted.map(({ body }) => [body.reason, body.actions.length]), [['adopt', 3]])
})

test('batches older than seven days are declared as lost, not sent', async () => {
  const page = logged(noAnswer, 3)
  page.fire('pagehide')
  const young = page.next({ at: page.clock.start + 6.9 * DAY })
  young.logger()
  await young.tick(0)
  assert.equal(young.stored().length, 3)
  const old = page.next({ at: page.clock.start + 7.1 * DAY })
  old.logger()
  await old.tick(0)
  assert.equal(old.stored().length, 0)
  assert.deepEqual(old.posted.map(({ body }) => body.lost), [[[0, 2, 'quota']]])
  assert.deepEqual(old.storedBatches(), [])
})

test('at most 1 MB is stored: the oldest batches are dropped and declared as lost', async () => {
  const page = logged(noAnswer, 0)
  for (let i = 0; i < 60; i++) {
    page.user.log('step', { text: 'x'.repeat(40_000) })
    await page.tick(10)
  }
  await page.tick(20_000)
  const size = Object.values({ ...page.window.localStorage }).join('').length
  assert.ok(size <= 1e6 && size > 9e5, `${size}`)
  const storedBatches = page.storedBatches()
  const kept = storedBatches.flatMap((batch) => batch.actions.map(({ seq }) => seq))
  const declared = storedBatches.flatMap((batch) => batch.lost)
  assert.ok(declared.every(([, , reason]) => reason === 'quota'))
  assert.deepEqual([...kept, ...declared.map(([from]) => from)].sort((a, b) => a - b), [...Array(60).keys()])
  assert.equal(Math.max(...kept), 59)
  assert.equal(Math.min(...kept), declared.length)
})

test('without storage, everything that does not need it works', async () => {
  const blocked = (window) => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get: () => { throw new Error('blocked') } })
    }
  }
  const page = new Page({ before: blocked })
  page.logger()
  page.answer = noAnswer
  page.user.log('step')
  await page.tick(5000)
  page.answer = () => ({ status: 200 })
  await page.tick(2000)
  assert.equal(page.stored().length, 1)
  assert.ok(page.warnings.length <= 2, 'one warning, not one per action')
})

test('a page does not send batches that are stored for another server', async () => {
  const page = logged(noAnswer)
  page.fire('pagehide')
  const other = page.next()
  other.logger({ server: 'http://other.test/analytics' })
  await other.tick(0)
  assert.equal(other.posted.length, 0)
})
