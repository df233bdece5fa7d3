// Texts that may be recorded: the labels of controls and headings, as a person sees them.

import { isWithin, MASKED, maskShown } from './mask.js'
import { options } from './settings.js'
import { cut } from './util.js'

const MAX_LABEL = 80 // characters
const MAX_NODES = 200 // that are looked at for one label

/** Elements whose text is a label: links, buttons, labels, options, tabs, menu items and headings. */
const LABELLED =
  'a,area,button,summary,label,option,h1,h2,h3,h4,h5,h6,[type=submit],[type=button],[type=reset],[role=button],' +
  '[role=link],[role=option],[role=tab],[role=heading],[role^=menuitem]'
/** Elements whose text is private: masked by the study, or what a person enters. */
const PRIVATE =
  '[data-ul-mask],[contenteditable],textarea,select,input:not([type=submit],[type=button],[type=reset])'
const WITHOUT_TEXT = /^(style|script|noscript|template|title)$/

/** Whether the element's text is a label that may be recorded. */
export function isLabelled(element) {
  return options.text !== 'none' && Boolean(element.matches?.(LABELLED))
}

/** Append the texts that a person sees in a node, also of a shadow root and of what is slotted into it. */
function collectTexts(node, texts, budget) {
  if (budget.nodes-- <= 0) return
  if (node.nodeType === Node.TEXT_NODE) texts.push(node.data)
  if (!node.localName || WITHOUT_TEXT.test(node.localName)) return
  const { display, visibility } = getComputedStyle(node)
  if (display === 'none' || visibility === 'hidden') return
  if (node.matches(PRIVATE)) return void texts.push(MASKED)
  const slotted = node.assignedNodes?.() ?? []
  const children = slotted.length > 0 ? slotted : (node.shadowRoot ?? node).childNodes
  for (let i = 0; i < children.length && budget.nodes > 0; i++) collectTexts(children[i], texts, budget)
}

/** The first 80 characters of the text that a person sees on an element; `***` for what may be private. */
export function visibleText(element) {
  if (isWithin(element, PRIVATE)) return MASKED
  const texts = []
  if (element.localName === 'input') texts.push(element.value)
  else collectTexts(element, texts, { nodes: MAX_NODES })
  return cut(maskShown(texts.join(' ').replace(/\s+/g, ' ').trim()), MAX_LABEL)
}

/**
 * The text to record for an element, as `data-text` says: the label that the element is or belongs to (`labels`), its
 * own text (`all`), or none.
 * @param {Element[]} path the element and its ancestors, as in Event.composedPath()
 */
export function textToRecord(path) {
  const element = options.text === 'all' ? path[0] : path.find(isLabelled)
  return element && visibleText(element)
}
