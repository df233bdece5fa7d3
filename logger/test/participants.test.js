// Whose consent and whose data: several participants at one computer, several studies in one tab.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

const names = (page) => page.stored().map(({ name }) => name)

test('the next participant in the same tab has not consented, has no task, and gets a new session', async () => {
  const page = new Page()
  const logger = page.logger({ consent: 'required', constants: { user: 'p1' } })
  logger.consent(true)
  logger.startTask('t')
  await page.tick(5000)
  const next = page.next({ url: 'http://study.test/?pid=p2' })
  const other = next.logger({ consent: 'required', userParam: 'pid', constants: { user: 'p1' } })
  assert.deepEqual([other.stats().recording, other.stats().why], [false, 'consent'])
  other.consent(true)
  await next.tick(5000)
  const [{ body }] = next.posted
  assert.deepEqual([body.const.user, body.page_no, body.prev_page, body.actions[0].task], ['p2', 0, undefined, undefined])
  assert.notEqual(body.session_id, page.posted[0].body.session_id)
})

test('a refusal also deletes what was captured on this page before the user was known', async () => {
  const page = new Page()
  page.answer = () => undefined
  const logger = page.logger()
  logger.log('step')
  logger.setUser('p1')
  logger.log('step')
  await page.tick(5000)
  page.answer = () => ({ status: 200 })
  logger.consent(false)
  await page.tick(120_000)
  assert.deepEqual(names(page), ['consent'])
})

test('consent applies to its study, not to another study on the same server', async () => {
  const page = new Page()
  page.logger({ consent: 'required', study: 'a' }).consent(true)
  const next = page.next()
  assert.equal(next.logger({ consent: 'required', study: 'b' }).stats().recording, false)
})

test('a page of the previous participant that comes back from the cache logs nothing for the next one', async () => {
  const page = new Page()
  const first = page.logger({ consent: 'required', constants: { user: 'p1' } })
  first.consent(true)
  await page.tick(5000)
  page.fire('pagehide')
  const next = page.next()
  next.logger({ consent: 'required', constants: { user: 'p2' } }).consent(true)
  page.window.sessionStorage.clear()
  Object.assign(page.window.sessionStorage, next.window.sessionStorage)
  page.fire('pageshow', page.window, { fields: { persisted: true } })
  first.log('step')
  await page.tick(5000)
  assert.deepEqual(names(page), ['consent'])
  assert.deepEqual({ ...page.window.sessionStorage }, { ...next.window.sessionStorage })
})

test('consent and task survive setUser, even if the tag names another user', async () => {
  const page = new Page()
  const logger = page.logger({ consent: 'required', constants: { user: 'guest' } })
  logger.consent(true)
  logger.setUser('ann')
  logger.startTask('t')
  const next = page.next()
  next.logger({ consent: 'required', constants: { user: 'guest' } }).log('step')
  await next.tick(5000)
  assert.deepEqual(next.stored().filter(({ name }) => name === 'step').map(({ task }) => task), ['t'])
})

test('a refusal deletes the participant’s own backlog, not that of another participant at the same computer', async () => {
  const page = new Page()
  page.answer = () => undefined
  page.logger({ constants: { user: 'p1' } }).log('step')
  page.fire('pagehide')
  const next = page.next()
  next.answer = () => undefined
  const other = next.logger({ constants: { user: 'p2' } })
  other.log('step')
  await next.tick(30_000)
  assert.deepEqual(next.storedBatches().map((batch) => batch.const.user), ['p1', 'p2'])
  next.answer = () => ({ status: 200 })
  other.consent(false)
  assert.deepEqual(next.storedBatches().map((batch) => batch.const.user), ['p1'])
  await next.tick(60_000)
  const sent = next.posted.filter(({ answered }) => answered === 200)
  assert.deepEqual(sent.map(({ body }) => [body.const.user, body.actions.map(({ name }) => name)]), [['p1', ['step']], ['p2', ['consent']]])
})

test('refusal does not carry over to the next participant, and stores no user name', async () => {
  const page = new Page()
  page.logger({ constants: { user: 'alice' } }).consent(false)
  assert.ok(!JSON.stringify({ ...page.window.sessionStorage }).includes('alice'))
  const same = page.next()
  assert.equal(same.logger().stats().why, 'consent')
  assert.equal(same.next().logger({ constants: { user: 'alice' } }).stats().why, 'consent')
  const next = same.next()
  assert.equal(next.logger({ constants: { user: 'bob' } }).stats().recording, true)
})

test('a refusal treats the user 17 and the user "17" as the same', async () => {
  const page = new Page()
  page.answer = () => undefined
  page.logger({ constants: { user: '17' } }).log('step')
  page.fire('pagehide')
  const next = page.next()
  next.answer = () => undefined
  next.logger({ constants: { user: 17 } }).consent(false)
  assert.deepEqual(next.storedBatches(), [])
})

test('a prerendered page starts with the session as it is when the page is shown', async () => {
  const page = new Page()
  const first = page.logger({ consent: 'required', constants: { user: 'p1' } })
  const ahead = new Page()
  ahead.document.prerendering = true
  const logger = ahead.logger({ consent: 'required', constants: { user: 'p1' } })
  first.consent(true)
  first.startTask('t')
  Object.assign(ahead.window.sessionStorage, page.window.sessionStorage)
  assert.equal(logger.stats().recording, false)
  ahead.document.prerendering = false
  ahead.fire('prerenderingchange', ahead.document)
  logger.log('step')
  await ahead.tick(5000)
  assert.deepEqual(ahead.stored().map(({ name, task }) => [name, task]), [['step', 't']])
  assert.equal(ahead.posted[0].body.page_no, 1)
})
