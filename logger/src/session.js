// What the tab remembers from one page to the next, in sessionStorage. Nothing is written there before consent.

import { storageKey } from './settings.js'
import { guard, stringify } from './util.js'

/** {session_id, page_no, prev_page, user, task, consent}. Where storage is blocked, the session is this page. */
export let state = {}

export const recall = guard(() => {
  state = JSON.parse(sessionStorage[storageKey()] || '{}')
})

export const save = guard((changes) => {
  Object.assign(state, changes)
  sessionStorage[storageKey()] = stringify(state)
})

/** What the browser says in its person's name. */
export const signals = () => ({ gpc: !!navigator.globalPrivacyControl, dnt: navigator.doNotTrack === '1' })

/** Forget everything but the word that was given. */
export const forget = () => {
  state = {}
  save({ consent: false })
}
