// Web components: what happens in an open shadow root is heard like anything else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Page } from './page.js'

const capturing = async (html) => {
  const page = new Page({ html })
  await page.loaded()
  page.logger({ capture: true })
  return page
}

test('a form in a web component is heard like any other, and what is slotted there once', async () => {
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
  page.fire('pointerover', slotted) // a root becomes known once
  page.fire('focusin', last)
  changes()
  await page.tick(6000)
  const heard = (name) => page.stored().filter((action) => action.name === name).map((action) => action.field ?? action.fields ?? action.selector)
  assert.deepEqual(heard('change'), ['slotted', 'inner', 'deep'])
  assert.deepEqual(heard('submit'), [['inner']])
  assert.equal(heard('click').length, 3)
  page.user.stop()
  changes()
  page.user.start()
  page.fire('pointerover', last)
  changes()
  await page.tick(6000)
  assert.deepEqual(heard('change'), ['slotted', 'inner', 'deep', 'slotted', 'inner', 'deep'])
})

test('what a click changes inside its web component is its effect', async () => {
  const page = await capturing('<my-box></my-box>')
  const root = page.document.querySelector('my-box').attachShadow({ mode: 'open' })
  root.innerHTML = '<button>x</button>'
  root.querySelector('button').click()
  root.append('changed')
  await page.tick(6000)
  const [effect] = page.stored().filter(({ name }) => name === 'click_effect')
  assert.equal(effect.effect, 'mutation')
})
