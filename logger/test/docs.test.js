// docs/logger.md describes every attribute, method, action and field, and none that does not exist.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Page } from './page.js'

const docs = readFileSync(new URL('../../docs/logger.md', import.meta.url), 'utf8')
const types = readFileSync(new URL('../src/UserLogger.d.ts', import.meta.url), 'utf8')
const { settings, index } = new Page().modules
const options = Object.keys(settings.options).filter((key) => key !== 'config')
const methods = Object.keys(index.UserLogger.prototype)
const kebab = (key) => 'data-' + key.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())
/** All names in backquotes in a part of the documentation. */
const quoted = (text) => new Set([...text.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code.split(/[^\w-]+/)).filter(Boolean))
const section = (title) => docs.split('\n## ').find((part) => part.startsWith(title))
const firstCells = (text) => text.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...quoted(line.split('|')[1])])

test('every setting is documented as an attribute and as a setting, and declared in the types', () => {
  const rows = section('Attributes').split('\n')
  for (const key of options) {
    assert.ok(rows.some((row) => row.startsWith(`| \`${kebab(key)}\` | \`${key}\` |`)), key)
    assert.match(types, new RegExp(`^  ${key}\\?: `, 'm'))
  }
})

test('every documented attribute exists', () => {
  const constants = ['data-user', 'data-condition-1', 'data-condition-2', 'data-const-', 'data-ul-mask', 'data-ul-ignore']
  for (const name of firstCells(section('Attributes'))) assert.ok(options.map(kebab).includes(name) || constants.includes(name), name)
})

test('the documented defaults are the actual ones', () => {
  for (const key of ['maxActions', 'maxTime', 'moveInterval', 'values', 'debug', 'capture', 'attributesName', 'respect']) {
    const row = section('Attributes').split('\n').find((line) => line.includes(`| \`${key}\` |`))
    assert.equal(row.split('|')[3].trim().replaceAll('`', ''), String(settings.options[key]))
  }
})

test('every method is documented and declared in the types, and no other is documented', () => {
  const documented = firstCells(section('Methods'))
  for (const method of methods) {
    assert.ok(documented.includes(method), method)
    assert.match(types, new RegExp(`^  ${method}(<.*>)?\\(`, 'm'))
  }
  const calls = [...section('Methods').matchAll(/`(\w+)\(/g)].map(([, name]) => name)
  assert.deepEqual(calls.filter((name) => !methods.includes(name)), [])
})

/** This DOM has no layout: every element gets a box. */
const withBoxes = (window) => {
  window.Element.prototype.getClientRects = () => [1]
  window.Element.prototype.getBoundingClientRect = () => ({ x: 1, y: 1, left: 1, top: 1, width: 9, height: 9 })
}

/** The request bodies of a page on which everything happens that the logger captures. */
const everything = async () => {
  const html = '<form id="f"><input name="q" value="x"><input type="checkbox" name="agree"></form><button id="b">x</button>'
  const page = new Page({ html, before: withBoxes })
  await page.loaded()
  const logger = page.logger({ capture: true, values: true, constants: { user: 'p1' } })
  const at = { clientX: 1, clientY: 2, screenX: 3, screenY: 4, pageX: 1, pageY: 2, pointerType: 'mouse', button: 0, altKey: true }
  const [button, form] = ['#b', '#f'].map((selector) => page.document.querySelector(selector))
  for (const type of ['pointermove', 'click', 'dblclick', 'contextmenu', 'dragstart', 'drop', 'dragend']) page.fire(type, button, { fields: at })
  for (const type of ['copy', 'cut', 'paste']) page.fire(type, button)
  for (const el of page.document.querySelectorAll('input')) page.fire('change', el)
  page.fire('submit', form)
  page.fire('scroll', button)
  for (const type of ['focus', 'blur', 'resize']) page.fire(type)
  page.fire('error', page.window, { fields: { message: 'm', filename: 'f', lineno: 1 } })
  logger.assign('condition_1', ['A', 'B'])
  logger.startTask('t')
  logger.endTask()
  logger.trackAreas('#b')
  logger.consent(true)
  logger.addAction({ dimensions: 1 }, at)
  await page.tick(2000)
  page.window.history.pushState(null, '', '/x')
  await page.tick(200)
  logger.log('step', { text: 'x'.repeat(50_000) })
  page.hide()
  await page.tick(5000)
  const next = page.next()
  next.logger()
  next.user.log('step')
  await next.tick(5000)
  return [...page.posted, ...next.posted].map(({ body }) => body)
}
const bodies = await everything()

test('every action is documented, and no other is', () => {
  const documented = new Set(firstCells(section('What is captured').split('The groups of fields')[0]))
  const captured = new Set(bodies.flatMap(({ actions }) => actions.map(({ name }) => name)))
  for (const own of ['step', 'action']) captured.delete(own)
  assert.deepEqual([...captured].sort(), [...documented].sort())
})

test('every field of every action is documented in its row or in a group of fields that the row names', () => {
  const captured = section('What is captured')
  const [rowsText, groupsText] = captured.split('The groups of fields')
  const groups = Object.fromEntries(
    groupsText.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').slice(1, 3)).map(([name, fields]) => [name.trim(), quoted(fields)]),
  )
  const six = [...groups.pointer].filter((field) => /_[xy]$/.test(field))
  for (const action of bodies.flatMap(({ actions }) => actions)) {
    const row = rowsText.split('\n').find((line) => line.startsWith('| ') && quoted(line.split('|')[1]).has(action.name))
    if (!row) continue
    const cell = row.split('|').slice(2).join()
    const allowed = new Set([...quoted(row), ...groups['every action'], ...(cell.includes('six coordinates') ? six : [])])
    for (const group of ['pointer', 'element', 'rectangle']) if (cell.includes(group)) groups[group].forEach((field) => allowed.add(field))
    for (const field of Object.keys(action)) assert.ok(allowed.has(field), `${action.name}: ${field}`)
  }
})

test('every field of batch, view and environment is documented', () => {
  const known = quoted(section('What is captured'))
  for (const { actions, env, views, ...head } of bodies) {
    assert.ok(actions)
    for (const field of [head, env ?? {}, ...views].flatMap(Object.keys)) assert.ok(known.has(field), field)
  }
})

test('every reason for a loss is documented', () => {
  const reasons = new Set(firstCells(section('Delivery')))
  assert.deepEqual([...reasons].sort(), ['consent', 'http4xx', 'oversize', 'queue', 'quota', 'rate'])
  for (const [, , reason] of bodies.flatMap(({ lost }) => lost)) assert.ok(reasons.has(reason))
})
