// What happens around a word of consent, an early router, a foreign runtime: nothing more is captured, and nothing twice.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

const sent = (page) => page.posted.flatMap(({ body }) => body.actions.map(({ name }) => name))
const capturing = async (html, settings) => {
  const page = new Page({ html })
  await page.loaded()
  page.logger({ capture: true, ...settings })
  return page
}

test('consent(false) sends no path that waited', async () => {
  const page = await capturing()
  await page.tick(6000)
  page.posted.length = 0
  for (const clientX of [1, 9]) page.document.body.dispatchEvent(new page.window.MouseEvent('pointermove', { bubbles: true, clientX }))
  page.user.consent(false)
  await page.tick(20_000)
  assert.deepEqual(sent(page), ['consent'])
})

test('without a user constant an action keeps its own; a user called 0 is one', async () => {
  const page = new Page()
  page.logger().log('a', { user: 'bob' })
  await page.tick(6000)
  assert.equal(page.stored()[0].user, 'bob')
  const zero = new Page()
  zero.logger({ constants: { user: 0 } }).log('a')
  await zero.tick(6000)
  assert.equal(zero.posted[0].body.const.user, 0)
})

test('a router that replaces the state of a page in the making makes no view of its own', async () => {
  const page = new Page()
  assert.equal(page.document.readyState, 'loading')
  page.logger({ capture: true })
  page.window.history.replaceState(null, '', '/x')
  await page.loaded()
  await page.tick(6000)
  assert.deepEqual(page.stored().filter(({ name }) => name === 'pageview').map(({ nav }) => nav), ['load'])
})

test('signals may be separated by commas', () => {
  const before = (window) => Object.defineProperty(window.navigator, 'globalPrivacyControl', { value: true })
  assert.equal(new Page({ before }).logger({ respect: 'gpc,dnt' }).stats().recording, false)
})

test('the module can be imported where there is no page', () => import('../../static/UserLogger.mjs'))
