// What must not leave the browser.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskText, maskUrl } from '../src/mask.js'
import { Page } from './page.js'

for (const [url, expected] of [
  ['https://x.test/a?page=2&q=shoes#top', 'https://x.test/a?page=2&q=shoes#top'],
  ['https://x.test/?token=abc&x=1', 'https://x.test/?token=***&x=1'],
  ['https://x.test/?access_token=abc', 'https://x.test/?access_token=***'],
  ['https://x.test/#id_token=abc&state=1', 'https://x.test/#id_token=***&state=1'],
  ['https://x.test/?password=a%20b&pw=1', 'https://x.test/?password=***&pw=***'],
  ['https://x.test/?api_key=1&apikey=2&monkeys=3', 'https://x.test/?api_key=***&apikey=***&monkeys=3'],
  ['https://x.test/;jsessionid=1A', 'https://x.test/;jsessionid=***'],
  ['https://x.test/?mail=a%40b.test&x=1', 'https://x.test/?mail=***&x=1'],
  ['https://x.test/?to=a@b.test', 'https://x.test/?to=***'],
  ['https://x.test/in/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'https://x.test/in/***'],
  ['https://x.test/?next=/cb?code=abc&x=1', 'https://x.test/?next=/cb?code=***&x=1'],
  ['https://x.test/?next=%2Fcb%3Fcode%3Dabc%26state%3D1&x=1', 'https://x.test/?next=%2Fcb%3Fcode%3D***&x=1'],
  ['https://x.test/?X-Amz-Credential=A&X-Amz-Signature=b', 'https://x.test/?X-Amz-Credential=***&X-Amz-Signature=***'],
  ['https://x.test/?secret=a?b/c', 'https://x.test/?secret=***'],
  ['https://x.test/passages/token?x=1#code', 'https://x.test/passages/token?x=1#code'],
  ['https://x.test/?author=Fisher', 'https://x.test/?author=Fisher'],
  ['https://x.test/?PROLIFIC_PID=60a', 'https://x.test/?PROLIFIC_PID=60a'],
]) {
  test(`masking the URL ${url}`, () => assert.equal(maskUrl(url), expected))
}

for (const [text, expected] of [
  ['Pay now', 'Pay now'],
  ['Write to ann@x.test today', 'Write to *** today'],
  ['Card 4111 1111 1111 1111 ends', 'Card *** ends'],
  ['Call 0151-2345678', 'Call ***'],
  ['Add 3 of 1250', 'Add 3 of 1250'],
  ['x'.repeat(5000), 'x'.repeat(2000)],
]) {
  test(`masking the text ${text.slice(0, 40)}`, () => assert.equal(maskText(text), expected))
}

test('masking texts of a megabyte takes less than a second', () => {
  const start = performance.now()
  for (const c of ['a', '?', '1', '@', 'eyJ']) maskUrl(c.repeat(1_000_000))
  assert.ok(performance.now() - start < 1000)
})

const textOf = (html) => {
  const page = new Page({ html })
  return page.modules.mask.visibleText(page.document.querySelector('.here'))
}

for (const [what, html, expected] of [
  ['a button', '<button class="here">\n  Pay\n  <b>now</b></button>', 'Pay now'],
  ['a long text', `<p class="here">${'word '.repeat(100)}</p>`, 'word '.repeat(16)],
  ['a submit button', '<input type="submit" value="Send" class="here">', 'Send'],
  ['a text field', '<input value="secret" class="here">', '***'],
  ['a text area', '<textarea class="here">secret</textarea>', '***'],
  ['a select', '<select class="here"><option>secret', '***'],
  ['an editor', '<div contenteditable><p class="here">secret', '***'],
  ['a masked element', '<div data-ul-mask><p class="here">secret', '***'],
  ['an element that contains a masked one', '<p class="here">Dear <b data-ul-mask>Ann</b>', '***'],
  ['an element that contains an editor', '<p class="here">x <span contenteditable>secret</span>', '***'],
]) {
  test(`the visible text of ${what}`, () => assert.equal(textOf(html), expected))
}

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

test('a password stays secret when a button shows it', async () => {
  const html = '<input id="f" type="password" value="hunter2"><button>show</button>'
  const [change] = await changed(html, { values: true }, (page) => {
    page.document.querySelector('button').addEventListener('click', () => (page.document.querySelector('#f').type = 'text'))
    page.document.querySelector('button').click()
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
