// A limit on the number of actions, for pages that log in a loop.

import { now } from './util.js'

const WINDOW_MS = 10e3
const MAX_ACTIONS = 5000 // more comes from a script, not from a person

let windowStart = 0
let actions = 0

/** Count an action. Returns whether the page has logged more than 5000 in the last 10 s. */
export function exceedsRate() {
  if (now() - windowStart > WINDOW_MS) {
    windowStart = now()
    actions = 0
  }
  actions++
  return actions > MAX_ACTIONS
}
