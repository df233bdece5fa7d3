// What the tab remembers of a study from one page to the next, in sessionStorage. Nothing is written there before consent.

import { options, storageKey } from './settings.js'
import { guard, hash, stringify } from './util.js'

/** {session_id, page_no, prev_page, given (a hash of the user that a URL or tag named), user, task, consent}. Where storage is blocked, the session is this page. */
export let state = {}

/** `given` is the user that the page's URL or tag names, if it does. */
export const recall = guard((given) => {
  state = JSON.parse(sessionStorage[storageKey() + options.study] || '{}')
  const mark = given ? hash(given) : state.given
  // Another person at the same computer: has given no word yet, and is in no task.
  if (![undefined, mark].includes(state.given)) state = {}
  state.given = mark
})

export const save = guard((changes) => {
  Object.assign(state, changes)
  sessionStorage[storageKey() + options.study] = stringify(state)
})

/** What the browser says in its person's name. */
export const signals = () => ({ gpc: !!navigator.globalPrivacyControl, dnt: navigator.doNotTrack === '1' })

/** The person's word, or else the browser's signal, that stands against capture. */
export const refusal = () => {
  if (state.consent) return
  if (options.consent || state.consent === false) return 'consent'
  return options.respect.split(/\W/).find((signal) => signals()[signal])
}

/** Forget everything but the word that was given, and whose it was. */
export const forget = () => {
  state = { given: state.given }
  save({ consent: false })
}
