// What a click led to: the first of a change of the document, a scroll or a navigation within one second.

import { logAreasIfChanged } from './areas.js'
import { guard } from './guard.js'
import { enqueue } from './recorder.js'
import { now, roundToTenth } from './util.js'

/** A person does not perceive what happens later as the result of the click. */
const MAX_WAIT_MS = 1000

/** The click whose effect is awaited: its seq, its time in ms since the page began, and its timer. */
let awaited
let observer

/** Stop waiting for the effect of the last click. Returns that click, if its effect was still awaited. */
function endWait() {
  if (!awaited) return undefined
  const click = awaited
  awaited = undefined
  clearTimeout(click.timer)
  observer.disconnect()
  return click
}

/** Wait no longer, and log nothing. */
export function cancelClickEffect() {
  endWait()
}

/**
 * Log what the last click led to, unless that is already known.
 * @param {'mutation' | 'scroll' | 'nav' | 'none'} effect
 */
export function logClickEffect(effect) {
  const click = endWait()
  if (!click) return
  logAreasIfChanged()
  enqueue({ name: 'click_effect', ref: click.seq, effect, ms: roundToTenth(now() - click.time) })
}

/** Whether a node of an event's path is a document or a shadow root. */
function isRoot(node) {
  return node.nodeType === Node.DOCUMENT_NODE || node.nodeType === Node.DOCUMENT_FRAGMENT_NODE
}

/** Begin to wait for the effect of the click that was logged under this seq. */
export function awaitClickEffect(seq, event) {
  if (!observer) observer = new MutationObserver(guard(() => logClickEffect('mutation')))
  const changes = { subtree: true, childList: true, attributes: true, characterData: true }
  // The document or frame document, and the shadow roots, that the click passed through: changes elsewhere are not
  // seen.
  for (const root of event.composedPath().filter(isRoot)) observer.observe(root, changes)
  awaited = { seq, time: now(), timer: setTimeout(() => logClickEffect('none'), MAX_WAIT_MS) }
}
