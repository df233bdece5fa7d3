// Edge cases of consent, stop and start, frames, scripts on the page, and unusual documents.

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

test('consent(false) discards the mouse path collected so far', async () => {
  const page = await capturing()
  await page.tick(6000)
  page.posted.length = 0
  for (const clientX of [1, 9]) page.document.body.dispatchEvent(new page.window.MouseEvent('pointermove', { bubbles: true, clientX }))
  page.user.consent(false)
  await page.tick(20_000)
  assert.deepEqual(sent(page), ['consent'])
})

test('after stop, no click effect and no scroll is logged for earlier events', async () => {
  const page = await capturing('<button>x</button>')
  page.document.querySelector('button').click()
  page.fire('scroll', page.document)
  page.user.stop()
  page.document.body.append('changed')
  await page.tick(20_000)
  assert.deepEqual(sent(page), ['pageview', 'click', 'click_effect', 'pageleave'])
})

test('scrolling an element that is then removed does not prevent later scroll actions', async () => {
  const page = await capturing('<p>a</p><div>x</div>')
  page.fire('scroll', page.document) // fails: this DOM does not implement scrollingElement
  page.fire('scroll', page.document.querySelector('div'))
  page.document.querySelector('div').remove()
  await page.tick(1000)
  page.fire('scroll', page.document.querySelector('p'))
  await page.tick(6000)
  assert.deepEqual(page.stored().filter(({ name }) => name === 'scroll').map(({ tag }) => tag), ['div', 'p'])
})

test('a click on an element whose tag name is not a valid selector is captured', async () => {
  const page = await capturing('')
  page.document.body.innerHTML = '<o:p>a</o:p><o:p>b</o:p>' // as pasted from a word processor
  page.document.body.lastChild.click()
  await page.tick(6000)
  const [click] = page.stored().filter(({ name }) => name === 'click')
  assert.equal(page.document.querySelector(click.selector), page.document.body.lastChild)
})

test('synthetic moves without a pointer type do not corrupt a path', async () => {
  const page = await capturing('')
  const move = (clientX, pointerType) => page.document.body.dispatchEvent(Object.assign(new page.window.MouseEvent('pointermove', { bubbles: true, clientX }), { pointerType }))
  for (const x of [1, 2, 3]) {
    move(x, 'mouse')
    move(x, '')
    await page.tick(60)
  }
  await page.tick(6000)
  const paths = page.stored().filter(({ name }) => name === 'mousemove')
  assert.ok(paths.length)
  for (const { x } of paths) assert.ok(x.every((px) => px !== null))
})

test('a secret in a URL in an error message is masked', async () => {
  const page = await capturing('')
  page.fire('error', page.window, { fields: { message: 'Cannot load https://x.test/?access_token=abc&x=1' } })
  await page.tick(6000)
  const [error] = page.stored().filter(({ name }) => name === 'error')
  assert.equal(error.message, 'Cannot load https://x.test/?access_token=***&x=***')
})

test('stop and start while the server does not answer count no action twice', async () => {
  const page = new Page()
  page.answer = () => undefined
  page.logger().log('a')
  await page.tick(5000)
  page.user.stop()
  page.user.start()
  assert.equal(page.user.stats().pending, 1)
  page.answer = () => ({ status: 200 })
  await page.tick(120_000)
  assert.deepEqual([page.user.stats().acked, page.user.stats().pending], [1, 0])
})

test('captureFrame and trackAreas before consent take effect with consent, once, and end with stop', async () => {
  const page = await capturing('<iframe></iframe><p id="area">x</p>', { consent: 'required' })
  const frame = page.document.querySelector('iframe')
  page.user.captureFrame(frame)
  page.user.trackAreas('#area')
  const click = () => frame.contentDocument.body.dispatchEvent(new frame.contentWindow.MouseEvent('click', { bubbles: true, composed: true }))
  click()
  page.user.consent(true)
  page.fire('load', frame) // browsers fire load late for the frame's first document: same window, same listeners
  click()
  page.user.stop()
  click()
  page.user.start()
  click()
  await page.tick(20_000)
  assert.equal(sent(page).filter((name) => name === 'click').length, 2)
  assert.equal(sent(page).filter((name) => name === 'areas').length, 1)
})

test('clicks and submits are captured in a form whose fields are named like form properties', async () => {
  const names = ['children', 'attributes', 'id', 'name', 'elements', 'action']
  const page = await capturing(`<form>${names.map((name) => `<input name="${name}">`).join('')}<p>a</p><p id="x1">b</p><p>c</p></form>`)
  const [, , last] = page.document.querySelectorAll('p')
  last.click()
  page.document.querySelector('input').click()
  page.fire('submit', page.document.querySelector('form'))
  await page.tick(6000)
  const actions = page.stored().filter(({ name }) => /click$|submit/.test(name))
  assert.deepEqual(actions.map(({ name, selector }) => [name, selector]), [
    ['click', 'body > form > p:nth-of-type(3)'],
    ['click', 'body > form > input[name="children"]'],
    ['submit', 'body > form'],
  ])
  assert.deepEqual(actions[2].fields, names)
})

test('an action keeps its own user if there is no user constant; the user 0 is valid', async () => {
  const page = new Page()
  page.logger().log('a', { user: 'bob' })
  await page.tick(6000)
  assert.equal(page.stored()[0].user, 'bob')
  const zero = new Page()
  zero.logger({ constants: { user: 0 } }).log('a')
  await zero.tick(6000)
  assert.equal(zero.posted[0].body.const.user, 0)
})

test('a router that replaces the history state while the page loads adds no page view', async () => {
  const page = new Page()
  assert.equal(page.document.readyState, 'loading')
  page.logger({ capture: true })
  page.window.history.replaceState(null, '', '/x')
  await page.loaded()
  await page.tick(6000)
  assert.deepEqual(page.stored().filter(({ name }) => name === 'pageview').map(({ nav }) => nav), ['load'])
})

test('signals in data-respect can be separated by commas', () => {
  const before = (window) => Object.defineProperty(window.navigator, 'globalPrivacyControl', { value: true })
  assert.equal(new Page({ before }).logger({ respect: 'gpc,dnt' }).stats().recording, false)
})

test('the module can be imported outside a browser', () => import('../../static/UserLogger.mjs'))

test('a click by the keyboard has no coordinates, even if the browser gives it a position and no pointer type', async () => {
  const page = await capturing('<button>x</button>')
  page.window.Element.prototype.getClientRects = () => [1]
  page.window.Element.prototype.getBoundingClientRect = () => ({ x: 0, y: 0, width: 100, height: 100 })
  const click = (detail) => page.document.querySelector('button').dispatchEvent(new page.window.MouseEvent('click', { bubbles: true, clientX: 40, clientY: 20, detail }))
  click(0)
  click(1)
  await page.tick(6000)
  const clicks = page.stored().filter(({ name }) => name === 'click')
  assert.deepEqual(clicks.map(({ client_x, page_y, rel_x }) => [client_x, page_y, rel_x !== undefined]), [[undefined, undefined, false], [40, 20, true]])
})

test('a row of resize events is logged each 100 ms and once at the end', async () => {
  const page = await capturing()
  for (const width of [801, 802, 803, 804, 805, 806]) {
    page.window.innerWidth = width
    page.fire('resize')
    await page.tick(30)
  }
  await page.tick(6000)
  const widths = page.posted.flatMap(({ body }) => body.actions.filter(({ name }) => name === 'resize').map(({ view }) => body.views[view].viewport_w))
  assert.deepEqual(widths, [804, 806])
})
