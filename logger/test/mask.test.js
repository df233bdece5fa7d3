// What must not leave the browser.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskText, maskUrl } from '../src/mask.js'
import { Page } from './page.js'

/** The functions of mask.js on a page with these settings. */
const masking = (settings) => {
  const page = new Page()
  page.logger(settings)
  return page.modules.mask
}

const UUID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789'
for (const [url, expected] of [
  ['https://x.test/a?page=2&q=shoes#top', 'https://x.test/a?page=***&q=***#top'],
  ['https://x.test/?PROLIFIC_PID=60a&STUDY_ID=1&SESSION_ID=2', 'https://x.test/?PROLIFIC_PID=60a&STUDY_ID=1&SESSION_ID=2'],
  ['https://x.test/?PROLIFIC_PID=60a1234567890bcdef123456', 'https://x.test/?PROLIFIC_PID=60a1234567890bcdef123456'],
  ['https://x.test/?user=p1&condition_1=A&condition_2=B&condition=C&c=D', 'https://x.test/?user=p1&condition_1=A&condition_2=B&condition=C&c=***'],
  ['https://x.test/?tab=basket&tabs=1', 'https://x.test/?tab=basket&tabs=***'],
  ['https://x.test/?pid=p7', 'https://x.test/?pid=p7'],
  ['https://x.test/?tab=%2Fcb%3Fcode%3Dabc', 'https://x.test/?tab=***'],
  ['https://x.test/?tab=/cb?code=abc&x=1', 'https://x.test/?tab=***&x=***'],
  ['https://x.test/?%74oken=abc', 'https://x.test/?%74oken=***'],
  ['https://x.test/?user=a;token=x', 'https://x.test/?user=a;token=***'],
  ['https://x.test/?=x', 'https://x.test/?=***'],
  ['https://x.test/?secret', 'https://x.test/?***'],
  ['https://x.test/?one&two&a=b', 'https://x.test/?***&***&a=***'],
  ['https://x.test/?secret=a?b/c', 'https://x.test/?secret=***'],
  ['https://x.test/#id_token=abc&state=1', 'https://x.test/#id_token=***&state=***'],
  ['https://x.test/#/search?q=pain&tab=a', 'https://x.test/#/search?q=***&tab=a'],
  ['https://x.test/a#top', 'https://x.test/a#top'],
  ['https://x.test/;jsessionid=1A', 'https://x.test/;jsessionid=***'],
  ['https://x.test/?to=a@b.test', 'https://x.test/?to=***'],
  ['https://x.test/mail/a@b.test', 'https://x.test/mail/***'],
  ['https://ann:pw@x.test/', 'https://***/'],
  ['https://x.test/reset/abc123DEF456', /^https:\/\/x\.test\/reset\/~[\da-f]{6}$/],
  [`https://x.test/item/${UUID}/edit`, /^https:\/\/x\.test\/item\/~[\da-f]{6}\/edit$/],
  ['https://x.test/o/60a1f2b3c4d5e6f708192a3b', /^https:\/\/x\.test\/o\/~[\da-f]{6}$/],
  ['https://x.test/in/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', /^https:\/\/x\.test\/in\/~[\da-f]{6}$/],
  ['https://x.test/tel/0151-2345678', 'https://x.test/tel/***'],
  ['https://x.test/cal/2026-03-14', 'https://x.test/cal/2026-03-14'],
  ['https://x.test/cal/2026-03-14T10:30', 'https://x.test/cal/2026-03-14T10:30'],
  ['https://x.test/orders/12345', 'https://x.test/orders/12345'],
  ['Cannot load https://x.test/find?chest+pain now', 'Cannot load https://x.test/find?*** now'],
  ['https://x.test/how-to-bake-a-cake-2024', 'https://x.test/how-to-bake-a-cake-2024'],
  ['https://x.test/wiki/Telecommunications', 'https://x.test/wiki/Telecommunications'],
]) {
  test(`masking the URL ${url}`, () => {
    const { maskUrl } = masking({ userParam: 'pid', urlParams: 'tab, view' })
    if (expected instanceof RegExp) assert.match(maskUrl(url), expected)
    else assert.equal(maskUrl(url), expected)
  })
}

test('two tokens stay two pages', () => {
  const { maskUrl } = masking()
  assert.notEqual(maskUrl('https://x.test/reset/abc123DEF456'), maskUrl('https://x.test/reset/abc123DEF457'))
})

for (const [search, title, expected] of [
  ['?q=chest+pain', 'Results for Chest Pain', 'Results for ***'],
  ['?q=a%20(b)%5B', 'a (b)[ - search', '*** - search'],
  ['?q=ab', 'About', 'About'],
  ['?chest+pain', 'Results for chest pain', 'Results for ***'],
  ['#q=chest+pain', 'Results for chest pain', 'Results for ***'],
  ['#/s?q=chest?pain', 'Results for chest?pain', 'Results for ***'],
  ['?page=set', 'Settings', 'Settings'],
  ['?q=%E8%83%B8%E7%97%9B', '胸痛の検索', '***の検索'],
  ['?user=Study', 'Study', 'Study'],
  ['#/find?q=gout', 'gout', '***'],
]) {
  test(`the title ${title} of a page with ${search}`, () => {
    const page = new Page({ url: `http://study.test/${search}` })
    page.document.title = title
    assert.equal(page.modules.pageInfo.readView().title, expected)
  })
}

for (const [text, expected] of [
  ['Pay now', 'Pay now'],
  ['Write to ann@x.test today', 'Write to *** today'],
  ['Card 4111 1111 1111 1111 ends', 'Card *** ends'],
  ['Call 0151-2345678', 'Call ***'],
  ['Add 3 of 1250', 'Add 3 of 1250'],
  ['on 2026-03-14', 'on 2026-03-14'],
  ['call 1026-93-14', 'call ***'],
  ['x'.repeat(5000), 'x'.repeat(2000)],
]) {
  test(`masking the text ${text.slice(0, 40)}`, () => assert.equal(maskText(text), expected))
}

test('masking texts of a megabyte takes less than a second', () => {
  const start = performance.now()
  for (const c of ['a', '?', '1', '@', 'eyJ']) maskUrl(c.repeat(1_000_000))
  assert.ok(performance.now() - start < 1000)
})

test('data- attributes are masked like URLs, except those of a prefix that the study sets', async () => {
  const html = '<b id="b" data-href="/a?token=x" data-mail="a@b.test" data-item="3">x</b>'
  for (const [settings, expected] of [
    [{}, ['/a?token=***', '***', '3']],
    [{ attributesName: 'data' }, ['/a?token=x', 'a@b.test', '3']],
  ]) {
    const page = new Page({ html })
    await page.loaded()
    page.logger({ capture: true, ...settings })
    page.document.querySelector('b').click()
    await page.tick(10_000)
    const click = page.stored().find(({ name }) => name === 'click')
    assert.deepEqual([click['data-href'], click['data-mail'], click['data-item']], expected)
  }
})

/** The change actions of a page on which each field is changed. */
const changed = async (html, settings, act = () => {}) => {
  const page = new Page({ html })
  page.logger({ capture: true, ...settings })
  await act(page)
  for (const field of page.document.querySelectorAll('input,textarea,select')) page.fire('change', field)
  await page.tick(10_000)
  assert.ok(!JSON.stringify(page.posted).includes('hunter2'), 'the value itself was sent')
  return page.stored().filter(({ name }) => name === 'change')
}

test('a change records the field and the length, not the value', async () => {
  const [change] = await changed('<input name="city" value="hunter2">')
  assert.deepEqual([change.field, change.type, change.length, change.value], ['city', 'text', 7, undefined])
})

test('a change of a checkbox records whether it is checked', async () => {
  const [change] = await changed('<input type="checkbox" name="agree" checked>')
  assert.deepEqual([change.checked, change.length], [true, undefined])
})

test('values are recorded, and masked, if the study asks for them', async () => {
  const [change] = await changed('<input name="city" value="Talca, a@b.test">', { values: true })
  assert.equal(change.value, 'Talca, ***')
})

for (const [what, html] of [
  ['a password', '<input type="password" value="hunter2">'],
  ['a hidden field', '<input type="hidden" name="x" value="hunter2">'],
  ['a card number', '<input autocomplete="cc-number" value="hunter2">'],
  ['a one-time code', '<input autocomplete="one-time-code" value="hunter2">'],
  ['a name that suggests a secret', '<input name="user_token" value="hunter2">'],
  ['an id that suggests a secret', '<input id="iban" value="hunter2">'],
  ['data-ul-mask', '<div data-ul-mask><input name="city" value="hunter2"></div>'],
]) {
  test(`${what}: neither value nor length is recorded, even if the study asks for values`, async () => {
    const [change] = await changed(html, { values: true })
    assert.deepEqual([change.length, change.value], [undefined, undefined])
  })
}

test('a select with several values records their number, and all of them if the study asks for values', async () => {
  const html = '<select multiple><option selected>a</option><option>b</option><option selected>c@d.test</option></select>'
  const [[counted], [listed]] = [await changed(html), await changed(html, { values: true })]
  assert.deepEqual([counted.length, counted.value, listed.length, listed.value], [2, undefined, 2, ['a', '***']])
})

test('a password stays secret when a button shows it', async () => {
  const html = '<input id="f" type="password" value="hunter2"><button>show</button>'
  const [change] = await changed(html, { values: true }, (page) => {
    page.document.querySelector('button').addEventListener('click', () => (page.document.querySelector('#f').type = 'text'))
    page.document.querySelector('button').click()
    return page.tick(0)
  })
  assert.deepEqual([change.type, change.length, change.value], ['text', undefined, undefined])
})

test('data-ul-ignore: clicks, changes, submits and fields inside are not captured', async () => {
  const page = new Page({ html: '<form data-ul-ignore><input name="a"><button type="button">x</button></form><form id="f"><input name="b"><p data-ul-ignore><input name="c">' })
  page.logger({ capture: true })
  page.document.querySelector('button').click()
  page.fire('change', page.document.querySelector('[name=a]'))
  for (const form of page.document.forms) page.fire('submit', form)
  await page.tick(10_000)
  const actions = page.stored().filter(({ name }) => /click|change|submit/.test(name))
  assert.deepEqual(actions.map(({ name, form_id, fields }) => [name, form_id, fields]), [['submit', 'f', ['b']]])
})
