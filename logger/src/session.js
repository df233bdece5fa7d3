// What the tab remembers from one page to the next, in sessionStorage. Nothing is written there before consent.

import { options } from './settings.js'

/** {session_id, page_no, prev_page, user, task, consent} */
export let state = {}

const key = () => 'userlogger ' + options.server

export function recall() {
  try {
    state = JSON.parse(sessionStorage[key()])
  } catch {
    // Nothing there yet, or storage is blocked: then the session is this page.
  }
}

export function save(changes) {
  Object.assign(state, changes)
  try {
    sessionStorage[key()] = JSON.stringify(state)
  } catch {
    // As above.
  }
}

/** Forget everything but the word that was given. */
export function forget() {
  state = {}
  save({ consent: false })
}
