// Clicks, and the elements that subscribeObject() names.

import { awaitClickEffect, endClickEffect } from './clickEffect.js'
import { pointerFields } from './coordinates.js'
import { clickedElementFields, pathOf, studyAttributes, targetOf } from './element.js'
import { isIgnored } from './mask.js'
import { enqueue } from './recorder.js'
import { options } from './settings.js'

const SECONDARY_BUTTON = 2 // its press is logged as `contextmenu`

const subscribedSelectors = []

/** The field of the label that was just clicked: the browser clicks it next, in the same task. */
let labelledField
/** The subscribed elements that the last click passed through. */
let lastSubscribed = []

/** Log each click on an element that matches the selector as that element's click, also on elements that come later. */
export function subscribeSelector(selector) {
  subscribedSelectors.push(selector)
}

/** The subscribed elements that the click passed through, innermost first. */
function subscribedElements(path) {
  if (subscribedSelectors.length === 0) return []
  const selector = subscribedSelectors.join(',')
  return path.filter((node) => node.matches?.(selector))
}

function enqueueClick(element, event, activation) {
  return enqueue({
    ...studyAttributes(element),
    ...clickedElementFields(element, event),
    ...pointerFields(event),
    name: 'click',
    activation,
  })
}

/** Whether the browser makes this click because the field's label was clicked: `true` or undefined. */
function isActivation(target, path) {
  const result = target === labelledField || undefined
  const field = path.find((node) => node.localName === 'label')?.control
  labelledField = path.includes(field) ? undefined : field
  setTimeout(() => (labelledField = undefined))
  return result
}

/**
 * Log one action for each subscribed element that the click passed through; if there is none, one for the element that
 * was clicked. An element never gets two actions for one click.
 */
export function captureClick(event) {
  const target = targetOf(event)
  if (event.button === SECONDARY_BUTTON || isIgnored(target)) return
  const path = pathOf(event)
  const activation = isActivation(target, path)
  if (!activation) endClickEffect() // of the click before
  const subscribed = subscribedElements(path)
  const elements = subscribed.filter((element) => !activation || !lastSubscribed.includes(element))
  lastSubscribed = subscribed
  if (subscribed.length === 0 && options.capture) elements.push(target)
  const seqs = elements.map((element) => enqueueClick(element, event, activation))
  if (options.capture && seqs[0] !== undefined && !activation) awaitClickEffect(seqs[0], event)
}
