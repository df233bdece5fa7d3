// Texts are recorded of controls and headings only, as a person sees them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

/** The text of a click on the element .here. */
const textOf = async (html, settings) => {
  const page = new Page({ html })
  await page.loaded()
  page.logger({ capture: true, ...settings })
  page.document.querySelector('.here').click()
  await page.tick(10_000)
  return page.stored().find(({ name }) => name === 'click').text
}

for (const [what, html, expected, settings] of [
  ['a button', '<button class="here">\n  Pay\n  <b>now</b></button>', 'Pay now'],
  ['an element in a button', '<button>Pay <b class="here">now</b></button>', 'Pay now'],
  ['an icon in a link', '<a href="#"><i class="here"></i> Home</a>', 'Home'],
  ['a long label', `<button class="here">${'word '.repeat(100)}</button>`, 'word '.repeat(16)],
  ['separate elements', '<a class="here"><i>Meeting</i><i>13</i><i>14</i></a>', 'Meeting 13 14'],
  ['hidden elements', '<a class="here">Save<i hidden>secret</i><i style="visibility:hidden">secret</i><style>b{}</style></a>', 'Save'],
  ['a submit button', '<input type="submit" value="Send" class="here">', 'Send'],
  ['a heading', '<h2 class="here">Results</h2>', 'Results'],
  ['a tab', '<li role="tab" class="here">Prices</li>', 'Prices'],
  ['a menu item', '<li role="menuitemradio" class="here">Large</li>', 'Large'],
  ['a label with a field', '<label class="here">City <select><option>secret</select></label>', 'City ***'],
  ['a message', '<p class="here">Dear Ann</p>', undefined],
  ['a row of a table', '<table><tr class="here"><td>Ann</td></tr></table>', undefined],
  ['a message, with data-text="all"', '<p class="here">Dear Ann</p>', 'Dear Ann', { text: 'all' }],
  ['a button, with data-text="none"', '<button class="here">Pay</button>', undefined, { text: 'none' }],
  ['a button, with an unknown data-text', '<button class="here">Pay</button>', undefined, { text: 'some' }],
  ['a text field', '<input value="secret" class="here">', undefined],
  ['a text field, with data-text="all"', '<input value="secret" class="here">', '***', { text: 'all' }],
  ['a text area, with data-text="all"', '<textarea class="here">secret</textarea>', '***', { text: 'all' }],
  ['an editor, with data-text="all"', '<div contenteditable><p class="here">secret', '***', { text: 'all' }],
  ['a masked element', '<div data-ul-mask><button class="here">secret</button></div>', '***'],
  ['a label that contains a masked element', '<button class="here">Dear <b data-ul-mask>Ann</b></button>', 'Dear ***'],
  ['a label that contains an editor', '<h1 class="here">x <span contenteditable>secret</span></h1>', 'x ***'],
  ['a label with an e-mail address', '<button class="here">Write to ann@x.test</button>', 'Write to ***'],
]) {
  test(`the text of ${what}`, async () => assert.equal(await textOf(html, settings), expected))
}

test('the text of a component is what a person sees: its shadow root with what is slotted into it', async () => {
  const page = new Page({ html: '<my-button>Save <b>all</b></my-button>' })
  await page.loaded()
  page.logger({ capture: true })
  const root = page.document.querySelector('my-button').attachShadow({ mode: 'open' })
  root.innerHTML = '<button><i>+</i> <slot></slot></button>'
  root.querySelector('slot').click()
  page.document.querySelector('b').click()
  await page.tick(10_000)
  assert.deepEqual(page.stored().filter(({ name }) => name === 'click').map(({ text }) => text), ['+ Save all', '+ Save all'])
})
