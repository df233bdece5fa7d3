// Whether anything is captured at all, and what is stored in the browser.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

const stores = (page) => ({ ...page.window.localStorage, ...page.window.sessionStorage })
const gpc = (window) => Object.defineProperty(window.navigator, 'globalPrivacyControl', { value: true })
const dnt = (window) => Object.defineProperty(window.navigator, 'doNotTrack', { value: '1' })
const names = (page) => page.stored().map(({ name }) => name)

test('with data-consent="required" nothing is captured, sent or stored before consent(true)', async () => {
  const page = new Page({ html: '<button>x</button>' })
  const logger = page.logger({ capture: true, consent: 'required', constants: { user: 'p1' } })
  page.document.querySelector('button').click()
  logger.log('step')
  logger.startTask('t')
  logger.set({ condition_1: 'A' })
  page.fire('pagehide')
  await page.tick(60_000)
  assert.deepEqual([page.posted, page.beacons, stores(page)], [[], [], {}])
  assert.deepEqual([logger.stats().recording, logger.stats().why, logger.stats().captured], [false, 'consent', 0])
})

test('consent(true) starts recording, is logged, and applies to the next page of the tab', async () => {
  const page = new Page()
  const logger = page.logger({ consent: 'required' })
  logger.consent(true)
  logger.log('step')
  await page.tick(5000)
  assert.deepEqual(names(page), ['consent', 'step'])
  assert.equal(page.stored()[0].granted, true)
  const next = page.next()
  next.logger({ consent: 'required' }).log('step')
  await next.tick(5000)
  assert.deepEqual(names(next), ['step'])
})

test('consent(false) stops recording, deletes the backlog, is sent to the server, and applies to the next page', async () => {
  const page = new Page()
  page.answer = () => undefined
  const logger = page.logger()
  for (let i = 0; i < 60; i++) logger.log('step')
  await page.tick(5000)
  page.answer = () => ({ status: 200 })
  logger.consent(false)
  logger.log('step')
  await page.tick(120_000)
  assert.deepEqual(names(page), ['consent'])
  assert.deepEqual(page.posted.at(-1).body.lost, [[0, 59, 'consent']])
  assert.deepEqual(Object.values({ ...page.window.sessionStorage }), ['{"consent":false}'])
  const next = page.next()
  next.logger().log('step')
  await next.tick(5000)
  assert.deepEqual([next.posted, next.user.stats().why], [[], 'consent'])
})

test('after consent(false) nothing is stored, even if the server does not answer', async () => {
  const page = new Page()
  const logger = page.logger()
  logger.log('step')
  page.answer = () => undefined
  logger.consent(false)
  await page.tick(120_000)
  const [[key, time], ...others] = Object.entries({ ...page.window.localStorage })
  assert.ok(key.startsWith('userlogger-refusal '))
  assert.match(time, /^[\da-f-]{13}$/)
  assert.deepEqual(others, [])
})

test('a refusal before anything was captured sends nothing to the server', async () => {
  const page = new Page()
  page.logger({ consent: 'required' }).consent(false)
  await page.tick(60_000)
  assert.deepEqual(page.posted, [])
})

test('a refusal on another page applies to a page that comes back from the back-forward cache', async () => {
  const page = new Page()
  await page.loaded()
  const logger = page.logger({ capture: true })
  logger.log('step')
  page.answer = () => undefined
  page.fire('pagehide')
  const next = page.next()
  next.logger().consent(false)
  page.answer = () => ({ status: 200 })
  page.window.sessionStorage.clear() // in a browser, both pages share the tab's sessionStorage
  Object.assign(page.window.sessionStorage, next.window.sessionStorage)
  page.fire('pageshow', page.window, { fields: { persisted: true } })
  logger.log('step')
  page.fire('click', page.document.body)
  await page.tick(60_000)
  assert.deepEqual([logger.stats().recording, logger.stats().why], [false, 'consent'])
  assert.deepEqual(names(page), ['consent'])
  assert.deepEqual(page.posted.at(-1).body.lost, [[0, 2, 'consent']]) // pageview, step, pageleave
})

test('consent can be given after a refusal', async () => {
  const page = new Page()
  const logger = page.logger()
  logger.consent(false)
  logger.consent(true)
  logger.log('step')
  await page.tick(5000)
  assert.deepEqual(names(page), ['consent', 'consent', 'step'])
})

for (const [signal, before, respect, recording] of [
  ['gpc', gpc, undefined, false],
  ['gpc', gpc, 'none', true],
  ['dnt', dnt, undefined, true],
  ['dnt', dnt, 'gpc dnt', false],
]) {
  test(`${signal} with data-respect ${respect ?? 'omitted'}: ${recording ? 'captures, and records the signal' : 'captures nothing, and warns why'}`, async () => {
    const page = new Page({ before })
    page.logger({ respect }).log('step')
    await page.tick(5000)
    assert.equal(page.user.stats().recording, recording)
    if (recording) return assert.equal(page.posted[0].body.env[signal], true)
    assert.deepEqual([page.posted, stores(page), page.user.stats().why], [[], {}, signal])
    assert.equal(page.warnings.filter((line) => line.includes(signal)).length, 1)
  })
}

test('consent overrides the browser’s privacy signal', async () => {
  const page = new Page({ before: gpc })
  page.logger().consent(true)
  await page.tick(5000)
  assert.deepEqual(names(page), ['consent'])
})

test('stop ends all capture and delivers what was captured; start resumes capture', async () => {
  const page = new Page({ html: '<button>x</button>' })
  await page.loaded()
  const push = page.window.history.pushState
  const logger = page.logger({ capture: true })
  logger.log('one')
  logger.stop()
  assert.equal(page.window.history.pushState, push)
  page.document.querySelector('button').click()
  logger.log('two')
  await page.tick(10_000)
  assert.deepEqual(names(page), ['pageview', 'one', 'pageleave'])
  logger.start()
  logger.log('three')
  await page.tick(10_000)
  assert.deepEqual(names(page).slice(-1), ['three'])
})
