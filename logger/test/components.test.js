// Web components: what happens in an open shadow root is captured like anything else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

const capturing = async (html) => {
  const page = new Page({ html })
  await page.loaded()
  page.logger({ capture: true })
  return page
}

test('a form in a web component is captured like any other, and a slotted element once', async () => {
  const page = await capturing('<my-box><input name="slotted"></my-box>')
  const { document } = page
  const root = document.querySelector('my-box').attachShadow({ mode: 'open' })
  root.innerHTML = '<form><input name="inner"><my-inner></my-inner></form><slot></slot>'
  const deep = root.querySelector('my-inner').attachShadow({ mode: 'open' })
  deep.innerHTML = '<input name="deep">'
  const [slotted, inner, last] = [document.querySelector('input'), root.querySelector('input'), deep.querySelector('input')]
  const changes = () => {
    for (const field of [slotted, inner, last]) page.fire('change', field, { composed: false })
    page.fire('submit', root.querySelector('form'), { composed: false })
    for (const field of [slotted, inner, last]) field.click()
  }
  page.fire('pointerover', slotted)
  page.fire('pointerover', slotted) // listeners are added to a root only once
  page.fire('focusin', last)
  changes()
  await page.tick(6000)
  const captured = (name) => page.stored().filter((action) => action.name === name).map((action) => action.field ?? action.fields ?? action.selector)
  assert.deepEqual(captured('change'), ['slotted', 'inner', 'deep'])
  assert.deepEqual(captured('submit'), [['inner']])
  assert.equal(captured('click').length, 3)
  page.user.stop()
  changes()
  page.user.start()
  page.fire('pointerover', last)
  changes()
  await page.tick(6000)
  assert.deepEqual(captured('change'), ['slotted', 'inner', 'deep', 'slotted', 'inner', 'deep'])
})

test('a change inside the web component that was clicked is the effect of the click', async () => {
  const page = await capturing('<my-box></my-box>')
  const root = page.document.querySelector('my-box').attachShadow({ mode: 'open' })
  root.innerHTML = '<button>x</button>'
  root.querySelector('button').click()
  root.append('changed')
  await page.tick(6000)
  const [effect] = page.stored().filter(({ name }) => name === 'click_effect')
  assert.equal(effect.effect, 'mutation')
})
