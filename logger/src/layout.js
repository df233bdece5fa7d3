// The layout of a view: the boxes of its visible elements, as a backdrop for heat maps and replays.

import { guard } from './guard.js'
import { isLabelled, visibleText } from './label.js'
import { enqueue } from './recorder.js'
import { isSkipped, options } from './settings.js'

const SETTLED_MS = 500 // without a change of the document's size
const MAX_BOXES = 500
const MAX_ELEMENTS = 2000 // that are looked at
const MAX_TEXT = 8000 // characters of all ids and labels of a layout
const MAX_MOVE = 4 // CSS px that a box may move without having moved
const MAX_GROWTH = 0.1 // share of the document's size

const SIDES = ['x', 'y', 'w', 'h']
const VISIBLE = { checkOpacity: true, checkVisibilityCSS: true }

/** The kinds of boxes, by role and by tag. */
const KINDS = new Map(
  Object.entries({
    link: 'a,link',
    button: 'button,summary',
    field: 'input,select,textarea',
    image: 'img,svg,canvas,video,iframe',
    heading: 'h1,h2,h3,h4,h5,h6,heading',
  }).flatMap(([kind, names]) => names.split(',').map((name) => [name, kind])),
)
/** Kinds whose elements have further boxes inside. */
const OPEN_KINDS = ['text', 'box', 'image', undefined]

/**
 * @typedef {object} Box
 * @property {string} kind
 * @property {number} x left edge in the document, in whole CSS px
 * @property {number} y
 * @property {number} w
 * @property {number} h
 *
 * @typedef {object} Layout
 * @property {number} page_w width of the document in CSS px
 * @property {number} page_h
 * @property {Box[]} boxes in the order of the document
 * @property {number[]} fixed indices of the boxes that stay in the viewport while the page is scrolled
 * @property {Record<number, string>} ids of the boxes that have one, by index
 * @property {Record<number, string>} texts the labels of the boxes that have one
 */

/** @type {Layout | undefined} as last logged in this view */
let logged
/** Width and height of the document when they were last looked at, as text. */
let lastSize
let timer

function hasOwnText(element) {
  let node = element.firstChild
  while (node && !(node.nodeType === Node.TEXT_NODE && node.data.trim())) node = node.nextSibling
  return node !== null
}

/** What a box is; undefined for an element that shows nothing of its own. */
function kindOf(element, style) {
  if (element.ownerSVGElement) return element.firstElementChild ? undefined : 'mark'
  if (element.isContentEditable) return 'field'
  const kind = KINDS.get(element.getAttribute('role')) ?? KINDS.get(element.localName)
  if (kind) return kind === 'field' && /submit|button|reset/.test(element.type) ? 'button' : kind
  if (hasOwnText(element)) return 'text'
  const isTransparent = /, 0\)$/.test(style.backgroundColor) && style.backgroundImage === 'none'
  return isTransparent && style.borderTopWidth === '0px' && style.boxShadow === 'none' ? undefined : 'box'
}

/**
 * Call a function for each element inside an element as a person sees them: those of its shadow root, or what is slotted
 * into it; until it returns false.
 */
function eachChild(element, visit) {
  const slotted = element.assignedElements?.() ?? []
  if (slotted.length > 0) return slotted.every(visit)
  let child = (element.shadowRoot ?? element).firstElementChild
  while (child && visit(child)) child = child.nextElementSibling
}

/** @returns {Layout} */
function readLayout() {
  const { scrollWidth, scrollHeight } = document.documentElement
  const layout = { page_w: scrollWidth, page_h: scrollHeight, boxes: [], fixed: [], ids: {}, texts: {} }
  let elementsLeft = MAX_ELEMENTS
  let charactersLeft = MAX_TEXT

  function addText(texts, text) {
    charactersLeft -= text?.length ?? 0
    if (text && charactersLeft > 0) texts[layout.boxes.length] = text
  }

  function addBox(element, kind, isFixed) {
    const { left, top, width, height } = element.getBoundingClientRect()
    const [x, y, w, h] = [left + scrollX, top + scrollY, width, height].map(Math.round)
    if (w + h === 0 || x + w <= 0 || y + h <= 0) return
    if (isFixed) layout.fixed.push(layout.boxes.length)
    addText(layout.ids, element.getAttribute('id'))
    if (kind !== 'mark' && isLabelled(element)) addText(layout.texts, visibleText(element))
    layout.boxes.push({ kind, x, y, w, h })
  }

  /** Returns whether there may be more boxes. */
  function visit(element, isAroundFixed) {
    if (elementsLeft-- <= 0 || layout.boxes.length >= MAX_BOXES) return false
    // What is hidden may have a size nevertheless, as in a closed `details`.
    if (element.hasAttribute('data-ul-ignore') || element.checkVisibility?.(VISIBLE) === false) return true
    const style = element.ownerSVGElement ? {} : getComputedStyle(element) // it takes long, and a picture may have many marks
    const isFixed = isAroundFixed || /fixed|sticky/.test(style.position)
    const kind = kindOf(element, style)
    if (kind) addBox(element, kind, isFixed)
    if (OPEN_KINDS.includes(kind)) eachChild(element, (child) => visit(child, isFixed))
    return true
  }

  eachChild(document.querySelector('body'), visit)
  return layout
}

/** Whether the document has grown or shrunk by a tenth, or most boxes have moved. */
function hasChanged(layout) {
  if (!logged) return true
  if (['page_w', 'page_h'].some((side) => Math.abs(layout[side] - logged[side]) > MAX_GROWTH * logged[side])) return true
  const isUnmoved = (box, i) => {
    const before = logged.boxes[i]
    return before?.kind === box.kind && SIDES.every((side) => Math.abs(box[side] - before[side]) <= MAX_MOVE)
  }
  return layout.boxes.filter(isUnmoved).length < Math.max(layout.boxes.length, logged.boxes.length) / 2
}

const logIfChanged = guard(() => {
  const { scrollWidth, scrollHeight } = document.documentElement
  const size = `${scrollWidth} ${scrollHeight}`
  const isSettled = size === lastSize
  lastSize = size
  if (!isSettled) return void checkLayout()
  const layout = readLayout()
  const { boxes, ...rest } = layout
  if (boxes.length === 0 || !hasChanged(layout)) return
  const columns = Object.fromEntries(['kind', ...SIDES].map((name) => [name, boxes.map((box) => box[name])]))
  if (enqueue({ name: 'layout', n: boxes.length, ...rest, ...columns }) !== undefined) logged = layout
})

/** Something may have changed the layout: log it when it has settled and the browser is idle, if it has changed. */
export function checkLayout() {
  if (!options.layout || isSkipped('layout')) return
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (window.requestIdleCallback) requestIdleCallback(logIfChanged, { timeout: SETTLED_MS })
    else logIfChanged() // Safari
  }, SETTLED_MS)
}

/** A view begins: log its layout when it has settled. */
export function beginLayout() {
  logged = lastSize = undefined
  checkLayout()
}

/** Check the layout whenever the document's size has changed, until the signal fires. */
export function watchLayout(signal) {
  const observer = new ResizeObserver(checkLayout)
  observer.observe(document.documentElement)
  signal.addEventListener('abort', () => observer.disconnect())
}
