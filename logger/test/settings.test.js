// How a page gives settings, and how the logger warns about wrong ones.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

/** The settings that the logger reads from a script tag. */
const ofTag = (attributes, src = 'http://logs.test/UserLogger.js') => {
  const page = new Page({ html: `<script type="x" src="${src}" ${attributes}></script>` })
  return { page, given: page.modules.settings.settingsOfTag(page.document.querySelector('script')) }
}
const plain = (value) => JSON.parse(JSON.stringify(value))

test('a tag without settings starts no logger', () => {
  assert.ok(!ofTag('').given)
  assert.ok(!ofTag('data-cfasync="false" id="x"').given, 'an attribute of other software')
})

test('the default server is in the same folder as the script', () => {
  assert.equal(ofTag('data-study="s"').given.server, 'http://logs.test/analytics')
  assert.equal(ofTag('data-study="s"', 'https://x.test/log/UserLogger.min.js?v=1').given.server, 'https://x.test/log/analytics')
})

test('the default server of an inline script is in the same folder as the page', () => {
  assert.equal(ofTag('data-study="s"', '').given.server, 'http://study.test/analytics')
})

test('attributes become settings and constants', () => {
  const { given } = ofTag('data-study="s" data-user="p1" data-condition-1="A" data-condition_2="B" data-const-age-group="old" data-const-lab="2" data-user-param="pid" data-max-time="9"')
  assert.deepEqual(plain(given.constants), { user: 'p1', condition_1: 'A', condition_2: 'B', age_group: 'old', lab: '2' })
  assert.deepEqual([given.userParam, given.maxTime], ['pid', '9'])
})

test('a server can be given with a path, without one, or relative to the page', () => {
  for (const [server, expected] of [
    ['https://logs.test', 'https://logs.test/analytics'],
    ['https://logs.test/in', 'https://logs.test/in'],
    ['/analytics', 'http://study.test/analytics'],
  ]) {
    const page = new Page()
    page.logger({ server })
    assert.equal(page.modules.settings.options.server, expected)
  }
})

test('settings are converted to the type of their default', () => {
  const page = new Page()
  page.logger({ maxActions: '7', values: 'false', debug: '', study: 5, maxTime: undefined })
  const { maxActions, values, debug, study, maxTime } = page.modules.settings.options
  assert.deepEqual([maxActions, values, debug, study, maxTime], [7, false, true, '5', 5])
})

test('only true or an empty attribute turns on a setting that records more', () => {
  for (const [given, on] of [['', true], ['true', true], [true, true], ['false', false], ['no', false], ['0', false], [0, false], ['off', false]]) {
    const page = new Page()
    page.logger({ values: given })
    assert.equal(page.modules.settings.options.values, on, `values: ${given}`)
  }
})

test('properties that a library adds to Object.prototype are not settings and start no logger', async () => {
  assert.ok(!ofTag('data-to-string="x" data-constructor="throw 1"').given)
  const page = new Page({ before: (window) => window.eval('Object.prototype.extend = function () {}') })
  page.logger().log('step')
  await page.tick(5000)
  assert.deepEqual(page.stored().map(({ name }) => name), ['step'])
})

test('a constructor without arguments causes the warning about the server', () => {
  const page = new Page()
  new page.modules.index.UserLogger()
  assert.deepEqual(page.warnings, ['UserLogger: no server'])
})

for (const [what, settings, mentioned] of [
  ['an unknown setting', { colour: 'red' }, 'colour'],
  ['a value that is not a number', { maxTime: 'soon' }, 'maxTime'],
  ['a value that is neither true nor false', { values: 'off' }, 'values'],
  ['a missing server', { server: '' }, 'server'],
]) {
  test(`${what} causes one warning and no exception`, async () => {
    const page = new Page()
    page.logger(settings).log('step')
    page.user.log('step')
    await page.tick(5000)
    assert.deepEqual(page.warnings.map((line) => line.includes(mentioned)), [true])
  })
}

test('an invalid selector causes one warning and does not affect the others', async () => {
  const page = new Page({ html: '<b id="x">x</b>' })
  const logger = page.logger()
  logger.subscribeObject('b')
  logger.subscribeObject('b[')
  logger.trackAreas(']')
  page.document.querySelector('b').click()
  await page.tick(5000)
  assert.equal(page.warnings.length, 2)
  assert.deepEqual(page.stored().map(({ element_id }) => element_id), ['x'])
})

test('what cannot be serialized as JSON becomes its text', async () => {
  const page = new Page()
  const circle = { size: 2 }
  circle.self = circle
  page.logger().log('odd', { circle, n: 10n })
  page.user.log('getter', { get broken() { throw new Error('no') }, ok: 1 })
  await page.tick(5000)
  const [odd, getter] = page.stored()
  assert.deepEqual([odd.circle, odd.n, getter.broken, getter.ok], [{ size: 2, self: '[object Object]' }, '10', 'Error: no', 1])
})

test('the user comes from the URL, otherwise from the attribute, otherwise from the previous page', async () => {
  const userOf = (page, settings) => {
    page.logger({ userParam: 'PID', ...settings })
    return page.modules.settings.constants.user
  }
  const first = new Page({ url: 'http://study.test/?PID=p9' })
  assert.equal(userOf(first, { constants: { user: 'x' } }), 'p9')
  assert.equal(userOf(first.next(), {}), 'p9')
  assert.equal(userOf(first.next(), { constants: { user: 'x' } }), 'x')
})

test('actions named in data-skip are not captured', async () => {
  const page = new Page()
  await page.loaded()
  page.logger({ capture: true, skip: 'pageview, scroll' }).log('step')
  await page.tick(5000)
  assert.deepEqual(page.stored().map(({ name, seq }) => [name, seq]), [['step', 0]])
})

test('a second constructor call returns the page’s logger and adds its constants', async () => {
  const page = new Page()
  const first = page.logger({ capture: true })
  const { UserLogger } = page.modules.index
  const second = new UserLogger('http://elsewhere.test/', 10, 20, 'iris', { user: 'test' })
  assert.equal(second, first)
  second.log('step')
  await page.tick(5000)
  assert.deepEqual(page.posted.map(({ url }) => url), ['http://server.test/analytics'].concat(Array(page.posted.length - 1).fill('http://server.test/analytics')))
  assert.equal(page.posted.at(-1).body.const.user, 'test')
})

test('the original project’s constructor: five arguments, no automatic capture, maxTime in seconds', async () => {
  const page = new Page({ html: '<p class="c" id="o" data-x="outer"><b class="c" id="i" data-x="1" other="2">x</b></p><i>y</i>' })
  const { UserLogger } = page.modules.index
  const logger = new UserLogger('http://server.test/analytics', 10, 20, 'data', { user: 'test', condition_1: 'c' })
  logger.subscribeObject('.c')
  const given = { name: 'new brush', dimensions: [1, 2], user: 'other' }
  logger.addAction(given, { pageX: 1, pageY: 2, clientX: 1, clientY: 2, screenX: 11, screenY: 12 })
  page.document.querySelector('#i').setAttribute('data-x', 'now')
  page.document.querySelector('#i').click()
  page.document.querySelector('i').click()
  await page.tick(19_999)
  assert.equal(page.posted.length, 0)
  await page.tick(1)
  const { body } = page.posted[0]
  assert.deepEqual(body.const, { user: 'test', condition_1: 'c' })
  assert.deepEqual(body.actions.map((action) => [action.name, action.element_id, action['data-x'], action.user]), [
    ['new brush', undefined, undefined, 'test'],
    ['click', 'i', 'now', undefined],
    ['click', 'o', 'outer', undefined],
  ])
  assert.deepEqual([body.actions[0].client_x, body.actions[0].screen_y, body.actions[0].dimensions], [1, 12, [1, 2]])
  assert.deepEqual([given.client_x, given.user, given.timestamp], [1, 'test', 1_767_225_600_000])
})

test('an element that is added after subscribeObject is logged', async () => {
  const page = new Page()
  page.logger().subscribeObject('circle')
  page.document.body.innerHTML = '<svg><circle id="late"></circle></svg>'
  page.fire('click', page.document.querySelector('circle'))
  await page.tick(5000)
  assert.deepEqual(page.stored().map(({ element_id }) => element_id), ['late'])
})
