// Clicks: on which element, and what followed.

import { check } from './areas.js'
import { attributesOf, describe, pointer, targetOf } from './element.js'
import { ignored, notePasswords } from './mask.js'
import { add } from './recorder.js'
import { options } from './settings.js'
import { guard, now, tenth } from './util.js'

const EFFECT_WAIT = 1000 // ms; what comes later is not what a person takes for the answer to a click

/** Selectors whose elements log each click on them, whenever they come into the page. */
export const subscribed = []

let clicked
let observer

/** What followed the last click is known. */
export const effect = (kind) => {
  if (!clicked) return
  const [ref, start, timer] = clicked
  clearTimeout(timer)
  clicked = undefined
  observer.disconnect()
  check()
  add({ name: 'click_effect', ref, effect: kind, ms: tenth(now() - start) })
}

const awaitEffect = (ref, event) => {
  observer ||= new MutationObserver(guard(() => effect('mutation')))
  // In the document, and in the shadow roots and the frame's document that the click went through.
  const trees = event.composedPath().filter((node) => node.nodeType > 8)
  trees.forEach((tree) => observer.observe(tree, { subtree: true, childList: true, attributes: true, characterData: true }))
  clicked = [ref, now(), setTimeout(effect, EFFECT_WAIT, 'none')]
}

/**
 * One action for each subscribed element that the click went through, innermost first; where none is subscribed,
 * one for the element that was clicked. Never two for the same element.
 */
export const click = (event) => {
  const target = targetOf(event)
  if (ignored(target)) return
  notePasswords(target)
  effect('none')
  const hits = event.composedPath().filter((el) => subscribed[0] && el.matches?.(subscribed))
  if (!hits[0] && options.capture) hits.push(target)
  const [ref] = hits.map((el) =>
    add({ ...attributesOf(el, options.attributesName), ...describe(el, event), ...pointer(event), name: 'click' }),
  )
  if (options.capture && ref >= 0) awaitEffect(ref, event)
}
