// Clicks, and the elements that subscribeObject() names.

import { awaitClickEffect, logClickEffect } from './clickEffect.js'
import { pointerFields } from './coordinates.js'
import { attributesWithPrefix, clickedElementFields, targetOf } from './element.js'
import { isIgnored, rememberPasswordFields } from './mask.js'
import { enqueue } from './recorder.js'
import { options } from './settings.js'

const subscribedSelectors = []

/** Log each click on an element that matches the selector as that element's click, also on elements that come later. */
export function subscribeSelector(selector) {
  subscribedSelectors.push(selector)
}

/** The subscribed elements that the click passed through, innermost first. */
function subscribedElements(event) {
  if (subscribedSelectors.length === 0) return []
  const selector = subscribedSelectors.join(',')
  return event.composedPath().filter((node) => node.matches?.(selector))
}

function enqueueClick(element, event) {
  return enqueue({
    ...attributesWithPrefix(element, options.attributesName),
    ...clickedElementFields(element, event),
    ...pointerFields(event),
    name: 'click',
  })
}

/**
 * Log one action for each subscribed element that the click passed through; if there is none, one for the element that
 * was clicked. An element never gets two actions for one click.
 */
export function captureClick(event) {
  const target = targetOf(event)
  if (isIgnored(target)) return
  rememberPasswordFields(target)
  logClickEffect('none') // of the click before
  const elements = subscribedElements(event)
  if (elements.length === 0 && options.capture) elements.push(target)
  const seqs = elements.map((element) => enqueueClick(element, event))
  const innermostSeq = seqs[0]
  if (options.capture && innermostSeq !== undefined) awaitClickEffect(innermostSeq, event)
}
