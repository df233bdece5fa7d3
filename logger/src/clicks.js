// Clicks: on which element, and what followed.

import { attributesOf, describe, pointer, targetOf } from './element.js'
import { notePasswords, within } from './mask.js'

const EFFECT_WAIT = 1000 // ms; what comes later is not what a person takes for the answer to a click

/** Watches the page after a click until something happens, or long enough. */
export function createEffects(recorder) {
  let click

  function end(effect) {
    if (!click) return
    const { ref, start, timer, observer } = click
    click = undefined
    clearTimeout(timer)
    observer.disconnect()
    recorder.add({ name: 'click_effect', ref, effect, ms: Math.round(performance.now() - start) })
  }

  return {
    end,
    begin(ref) {
      const observer = new MutationObserver(() => end('mutation'))
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
      click = { ref, start: performance.now(), observer, timer: setTimeout(end, EFFECT_WAIT, 'none') }
    },
  }
}

/**
 * One action for each subscribed element that the click went through, innermost first; where none is subscribed,
 * one for the element that was clicked. Never two for the same element.
 */
export function createClicks(recorder, options, subscribed, effects) {
  return (event) => {
    const target = targetOf(event)
    if (!target.localName || within(target, '[data-ul-ignore]')) return
    notePasswords(target)
    effects.end('none')
    const hits = event.composedPath().filter((el) => el.matches && [...subscribed].some((selector) => el.matches(selector)))
    if (!hits.length && options.capture) hits.push(target)
    const refs = hits.map((el) =>
      recorder.add({ ...attributesOf(el, options.attributesName), ...describe(el, event), ...pointer(event), name: 'click' }),
    )
    if (options.capture && refs[0] !== undefined) effects.begin(refs[0])
  }
}
