// What a click led to within one second.

import { logAreasIfChanged } from './areas.js'
import { isRoot, pathOf, targetOf } from './element.js'
import { isField } from './forms.js'
import { guard } from './guard.js'
import { checkLayout } from './layout.js'
import { enqueue } from './recorder.js'
import { currentTime, roundToTenth } from './util.js'

/** A person does not perceive what happens later as the result of the click. */
const MAX_WAIT_MS = 1000

/** The click whose effects are awaited: {seq, time, effects, link, event, timer}; time in ms since the page began. */
let awaited
let observer
/** Whether the press that will become a click has moved the focus into a field; undefined if there is none. */
let pressMovedFocus

/** Note that something has happened that the last click may have led to. */
export function noteEffect(kind) {
  if (!awaited || kind in awaited.effects) return
  awaited.effects[kind] = Math.max(roundToTenth(currentTime() - awaited.time), 0)
}

/** An attribute or text that is written with the value that it has is no change. */
function isChange({ type, target, oldValue, attributeName, attributeNamespace }) {
  if (type === 'childList') return true
  return oldValue !== (type === 'attributes' ? target.getAttributeNS(attributeNamespace, attributeName) : target.data)
}

const noteMutations = guard((records) => {
  if (records.some(isChange)) noteEffect('mutation')
})

/** Wait no longer for effects, and log nothing. */
export function cancelClickEffect() {
  clearTimeout(awaited?.timer)
  observer?.disconnect()
  awaited = undefined
}

/** Whether following the link opens another tab, by its target or by the way in which it was clicked. */
function opensTab(link, { button, ctrlKey, metaKey, shiftKey }) {
  return button || ctrlKey || metaKey || shiftKey || /^(_blank|[^_])/.test(link.getAttribute('target') ?? '')
}

/** Log what the last click has led to, and wait no longer. */
export function endClickEffect() {
  if (!awaited) return
  noteMutations(observer.takeRecords())
  const { seq, time, effects, link, event } = awaited
  cancelClickEffect()
  if (link && !event.defaultPrevented) {
    if (link.hasAttribute('download')) effects.download = 0
    else if (opensTab(link, event)) effects.tab = 0
  }
  const wait = roundToTenth(currentTime() - time)
  const [effect, ms] = Object.entries(effects).sort((one, other) => one[1] - other[1])[0] ?? ['none', wait]
  logAreasIfChanged()
  checkLayout()
  enqueue({ name: 'click_effect', ref: seq, effect, ms, effects })
}

/** Begin to wait for the effects of the click that was logged under this seq. */
export function awaitClickEffect(seq, event) {
  observer ??= new MutationObserver(noteMutations)
  const path = pathOf(event)
  const changes = { subtree: true, childList: true, attributeOldValue: true, characterDataOldValue: true }
  // The document or frame document, and the shadow roots, that the click passed through: changes elsewhere are not
  // seen.
  for (const root of path.filter(isRoot)) observer.observe(root, changes)
  awaited = {
    seq,
    event,
    time: currentTime(),
    effects: pressMovedFocus ? { focus: 0 } : {},
    link: path.find((node) => node.localName === 'a'),
    timer: setTimeout(guard(endClickEffect), MAX_WAIT_MS),
  }
  pressMovedFocus = undefined
}

/** A press begins: what it does, such as moving the focus, is no effect of the click before. */
export function beginPress() {
  endClickEffect()
  pressMovedFocus = false
}

const EFFECTS = { change: 'change', focusin: 'focus', scroll: 'scroll', toggle: 'toggle', play: 'play', visibilitychange: 'tab' }

/** Note the effects that have an event of their own: of fields, details, media, and a tab that covers this one. */
export function captureEffect(event) {
  const effect = EFFECTS[event.type]
  if (effect === 'tab' && !document.hidden) return
  if (/change|focus/.test(effect) && !isField(targetOf(event))) return
  if (effect === 'focus') pressMovedFocus = pressMovedFocus === false || pressMovedFocus
  noteEffect(effect)
}
