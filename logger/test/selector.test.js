// Selectors are stable and unique, and contain no class names.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Page } from './page.js'

const selectorOf = (html, pick = '.here') => {
  const page = new Page({ html })
  const el = page.document.querySelector(pick)
  return { selector: page.modules.selector.selectorOf(el), el, document: page.document }
}

for (const [what, html, expected] of [
  ['its test id', '<div><b class="here" data-testid="pay" id="x1">', '[data-testid="pay"]'],
  ['its id', '<div><b class="here" id="pay-now">', '#pay-now'],
  ['the id of an ancestor', '<form id="pay"><p><b class="here">', '#pay > p > b'],
  ['its name', '<form id="pay"><input name="a"><input name="b" class="here">', '#pay > input[name="b"]'],
  ['its aria-label', '<div id="bar"><a aria-label="Save"></a><a class="here" aria-label="Save as">', '#bar > a[aria-label="Save as"]'],
  ['its position, if its label needs escapes', '<div id="bar"><a aria-label="Save"></a><a class="here" aria-label="Save &quot;as&quot;">', '#bar > a:nth-of-type(2)'],
  ['its position, if its label has a line break', '<div id="bar"><a></a><a class="here" aria-label="Save\nas">', '#bar > a:nth-of-type(2)'],
  ['its position, if its label is long', `<div id="bar"><a></a><a class="here" aria-label="${'x'.repeat(41)}">`, '#bar > a:nth-of-type(2)'],
  ['its position, if its label says a state', '<div id="bar"><a></a><a class="here" aria-label="Row (checked)">', '#bar > a:nth-of-type(2)'],
  ['its position, if its label is empty', '<div id="bar"><a></a><a class="here" aria-label="">', '#bar > a:nth-of-type(2)'],
  ['its position, if it is labelled but no control', '<div id="bar"><b></b><b class="here" aria-label="Message from Ann">', '#bar > b:nth-of-type(2)'],
  ['its position among siblings', '<ul id="l"><li><li><li class="here">', '#l > li:nth-of-type(3)'],
  ['its name and position', '<p id="q"><input name="r"><input name="r" class="here">', '#q > input[name="r"]:nth-of-type(2)'],
  ['its path', '<div></div><div><b class="here">', 'body > div:nth-of-type(2) > b'],
]) {
  test(`an element is identified by ${what}`, () => {
    const { selector, el, document } = selectorOf(html)
    assert.equal(selector, expected)
    assert.equal(document.querySelector(selector), el)
  })
}

for (const id of [':r1:', '_r_1_', 'ember1234', 'deadbeef', '0a1b2c3d-4e5f-6789-abcd-ef0123456789', 'mui-482', '1', 'a.b', 'modebar-e78e08', 'ag-56-input', 'ag-646-input', 'tab-key-1-6', 'sl-tab-2', 'sq_3i']) {
  test(`the generated id ${id} is not used`, () => {
    assert.equal(selectorOf(`<main id="m"><b class="here" id="${id}">`).selector, '#m > b')
  })
}

test('an id that two elements have is not used', () => {
  assert.equal(selectorOf('<b id="twice"></b><b id="twice" class="here">').selector, 'body > b:nth-of-type(2)')
})

test('class names are not used', () => {
  const { selector } = selectorOf('<div class="css-x1"><p class="y"><b class="here z">')
  assert.equal(selector, 'body > div > p > b')
})

test('inside a shadow root, the selector begins with that of the host', () => {
  const page = new Page({ html: '<my-box id="box"></my-box>' })
  const root = page.document.querySelector('my-box').attachShadow({ mode: 'open' })
  root.innerHTML = '<p><b>1</b><b>2</b></p>'
  assert.equal(page.modules.selector.selectorOf(root.querySelectorAll('b')[1]), '#box >>> p > b:nth-of-type(2)')
})

test('the label of a masked element is not used', () => {
  assert.equal(selectorOf('<div id="m" data-ul-mask><b class="here" aria-label="Mail from Ann">').selector, '#m > b')
})

test('a label that contains an e-mail address is not used', () => {
  const page = new Page({ html: '<button>a</button><button aria-label="Write to ann@x.test">b</button>' })
  assert.equal(page.modules.selector.selectorOf(page.document.querySelectorAll('button')[1]), 'body > button:nth-of-type(2)')
})

test('of a path that is longer than the server accepts, the inner part is the selector if it is unique', () => {
  const { selector, el, document } = selectorOf('<div>'.repeat(300) + '<b class="here">')
  assert.ok(selector.length < 1000)
  assert.deepEqual([...document.querySelectorAll(selector)], [el])
  const twice = selectorOf(('<div>'.repeat(300) + '<b class="here"></b>' + '</div>'.repeat(300)).repeat(2))
  assert.equal(twice.selector, undefined)
})

test('ids that people give are used', () => {
  for (const id of ['pay-now', 'q1', 'step2', 'circle12', 'userName', 'nav_main']) {
    assert.equal(selectorOf(`<b class="here" id="${id}">`).selector, `#${id}`)
  }
})

const attribute = fc.option(fc.constantFrom('a', 'b', 'pay "now"', 'x y', 'two\nlines', 'x'.repeat(50), '\\', ''), { nil: undefined })
const tree = fc.letrec((tie) => ({
  node: fc.record({
    tag: fc.constantFrom('div', 'span', 'button', 'section'),
    id: fc.option(fc.constantFrom('one', 'two', 'r123', 'x'), { nil: undefined }),
    name: attribute,
    label: attribute,
    testid: attribute,
    children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('node'), { maxLength: 4 })),
  }),
})).node

test('in any tree, the selector of each element matches that element only', () => {
  const page = new Page()
  const { document, modules } = page
  const build = ({ tag, id, name, label, testid, children }) => {
    const el = document.createElement(tag)
    for (const [key, value] of Object.entries({ id, name, 'aria-label': label, 'data-testid': testid })) if (value !== undefined) el.setAttribute(key, value)
    el.append(...children.map(build))
    return el
  }
  fc.assert(
    fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (nodes) => {
      document.body.replaceChildren(...nodes.map(build))
      for (const el of document.body.querySelectorAll('*')) {
        assert.deepEqual([...document.querySelectorAll(modules.selector.selectorOf(el))], [el])
      }
    }),
    { numRuns: 60 },
  )
})
