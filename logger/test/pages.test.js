// Pages that do unusual things, and what must not be lost, doubled, or said of a person there.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

const capturing = async ({ html, settings, ...options } = {}) => {
  const page = new Page({ html, ...options })
  await page.loaded()
  page.logger({ capture: true, ...settings })
  return page
}
const stored = async (page, name) => {
  await page.tick(10_000)
  return page.stored().filter((action) => action.name === name)
}
const viewsOf = (page) => page.posted.flatMap(({ body }) => body.views)

test('what a URL has masked is masked in headings, in labels of selectors, and in the title of the next view', async () => {
  const html = '<h1>Results for chest pain</h1><p><a></a><a aria-label="Remove chest pain">x</a></p>'
  const page = await capturing({ html, url: 'http://study.test/search?q=chest+pain' })
  page.document.title = 'chest pain - search'
  page.document.querySelector('h1').click()
  page.document.querySelectorAll('a')[1].click()
  page.window.history.pushState(null, '', '/home')
  const clicks = await stored(page, 'click')
  assert.deepEqual(clicks.map(({ text }) => text), ['Results for ***', 'x'])
  assert.equal(clicks[1].selector, 'body > p > a:nth-of-type(2)')
  assert.doesNotMatch(JSON.stringify(page.posted.map(({ body }) => body)), /chest/)
  assert.ok(viewsOf(page).some(({ title }) => title === '*** - search'))
})

for (const [what, html, before] of [
  ['a form with the name "host"', '<form name="host"></form>'],
  ['a form with the name "title"', '<form name="title"></form>'],
  ['an image with the name "defaultView"', '<img name="defaultView">'],
  ['a form with fields that are called like its properties', '<form><input name="parentElement"><input name="getRootNode"></form>'],
  ['a global variable "matches"', '', (window) => (window.matches = ['a'])],
  ['a global variable "localName"', '', (window) => (window.localName = 'label')],
  ['frozen prototypes', '', (window) => [window.History, window.HTMLFormElement].forEach((owner) => Object.freeze(owner.prototype))],
  ['a constant called "name"', '', undefined, { constants: { name: 'pilot' } }],
]) {
  test(`${what} costs no action`, async () => {
    const settings = what.includes('constant') ? { constants: { name: 'pilot' } } : {}
    const page = await capturing({ html: `${html}<i id="i">x</i>`, before, settings, url: 'http://study.test/?q=abcd' })
    page.user.subscribeObject('b')
    page.document.querySelector('#i').click()
    for (const form of page.document.forms) page.fire('submit', form)
    const clicks = await stored(page, 'click')
    assert.equal(clicks.length, 1)
    assert.equal(page.stored().filter(({ name }) => name === 'pageview').length, 1)
    assert.equal(page.stored().filter(({ name }) => name === 'submit').length, page.document.forms.length)
  })
}

test('a rejection whose reason has no text is an error action', async () => {
  const page = await capturing()
  page.fire('unhandledrejection', page.window, { fields: { reason: Object.create(null) } })
  assert.equal((await stored(page, 'error')).length, 1)
})

test('the last scroll is logged before the action that follows it, in its view and at its time', async () => {
  const page = await capturing({ html: '<div>x</div>' })
  await page.tick(1000)
  page.fire('scroll', page.document.querySelector('div'))
  await page.tick(20)
  page.window.history.pushState(null, '', '/other')
  page.fire('scroll', page.document.querySelector('div'))
  await page.tick(20)
  page.fire('pagehide')
  const scrolls = await stored(page, 'scroll')
  assert.deepEqual(scrolls.map(({ t }) => t), [1000, 1020])
  const actions = page.stored()
  assert.deepEqual(actions.map(({ t }) => t), actions.map(({ t }) => t).sort((one, other) => one - other))
  const urls = page.posted.flatMap(({ body }) => body.actions.map(({ name, view }) => [name, body.views[view].url]))
  assert.deepEqual(urls.filter(([name]) => name === 'scroll').map(([, url]) => url), ['http://study.test/', 'http://study.test/other'])
})

test('one event object that a script dispatches on two fields is two changes', async () => {
  const page = await capturing({ html: '<input name="a"><input name="b">' })
  const event = new page.window.Event('change', { bubbles: true })
  for (const field of page.document.querySelectorAll('input')) field.dispatchEvent(event)
  assert.deepEqual((await stored(page, 'change')).map(({ field }) => field), ['a', 'b'])
})

test('a page without consent begins to record when it returns from the cache after consent elsewhere', async () => {
  const page = await capturing({ settings: { consent: 'required' } })
  const next = page.next()
  next.logger({ consent: 'required' })
  next.user.consent(true)
  Object.assign(page.window.sessionStorage, { ...next.window.sessionStorage })
  page.fire('pageshow', page.window, { fields: { persisted: true } })
  assert.equal(page.user.stats().recording, true)
})

test('a page that returns from the cache has the user that was set meanwhile', async () => {
  const page = await capturing()
  page.user.setUser('p1')
  const next = page.next()
  next.logger()
  next.user.setUser('p2')
  Object.assign(page.window.sessionStorage, { ...next.window.sessionStorage })
  page.fire('pageshow', page.window, { fields: { persisted: true } })
  page.user.log('step')
  await stored(page, 'step')
  assert.equal(page.posted.at(-1).body.const.user, 'p2')
})

test('form.submit() is logged once after stop and start, though a library has wrapped it in between', async () => {
  const page = await capturing({ html: '<form id="f"></form>', before: (window) => (window.HTMLFormElement.prototype.submit = () => {}) })
  const { prototype } = page.window.HTMLFormElement
  assert.equal(prototype.submit.length, 0)
  const ours = prototype.submit
  prototype.submit = function () { return ours.call(this) }
  page.user.stop()
  page.user.start()
  page.document.querySelector('form').submit()
  assert.equal((await stored(page, 'submit')).length, 1)
})

test('a replaced method keeps its name and length, and is restored', async () => {
  const page = new Page()
  const { prototype } = page.window.History
  const own = prototype.pushState
  page.logger({ capture: true })
  assert.notEqual(prototype.pushState, own)
  assert.deepEqual([prototype.pushState.name, prototype.pushState.length], [own.name, own.length])
  page.user.stop()
  assert.equal(prototype.pushState, own)
})

test('in a shadow root, a selector that would match two elements is absent', async () => {
  const page = await capturing({ html: '<my-box id="box"></my-box>' })
  const root = page.document.querySelector('my-box').attachShadow({ mode: 'open' })
  root.innerHTML = '<div><button>1</button></div><section><div><button id="two">2</button></div></section>'
  const [one, two] = [...root.querySelectorAll('button')].map(page.modules.selector.selectorOf)
  assert.deepEqual([one, two], [undefined, '#box >>> #two'])
})

test('consent that is given again does not cover the time without it', async () => {
  const page = await capturing({ html: '<button>yes</button>' })
  await page.tick(6000)
  page.user.consent(false)
  await page.tick(60_000)
  page.document.querySelector('button').addEventListener('click', (event) => page.user.consent(true, event))
  page.fire('click', page.document.querySelector('button'))
  const views = await stored(page, 'pageview')
  assert.deepEqual(views.map(({ nav, t }) => [nav, t]), [['load', 0], ['start', 66_000]])
})

test('consent with an object that is no event is recorded', async () => {
  const page = await capturing({ settings: { consent: 'required' } })
  page.user.consent(true, { type: 'click' })
  assert.equal((await stored(page, 'consent')).length, 1)
})

test('a masked element has no data- attributes', async () => {
  const page = await capturing({ html: '<div data-ul-mask><b data-customer="Ann Smith">x</b></div>' })
  page.document.querySelector('b').click()
  const [click] = await stored(page, 'click')
  assert.equal(click['data-customer'], undefined)
})

test('of an app that puts each of its states into the URL, the last 50 values are masked in texts', async () => {
  const page = await capturing()
  const { mask } = page.modules
  for (let i = 0; i < 60; i++) page.window.history.pushState(null, '', `/map?at=place${i}`)
  assert.deepEqual(['place9', 'place10', 'place59'].map(mask.maskShown), ['place9', '***', '***'])
})
