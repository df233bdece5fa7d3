// A sealed batch: {head, from, actions}. `head` is the envelope without its actions, `from` the seq of the first of
// them, `actions` their JSON, one text each: what an action says is fixed when it happens.

import { uuid7 } from './util.js'

/** The envelope as it is posted. `now` holds what is true of this attempt only. */
export const bodyOf = ({ head, actions }, now) =>
  JSON.stringify({ ...head, ...now }).slice(0, -1) + `,"actions":[${actions}]}`

/** The batch that a body holds. */
export function readBody(text) {
  const { actions, ...head } = JSON.parse(text)
  return { head, from: actions[0]?.seq, actions: actions.map((action) => JSON.stringify(action)) }
}

/** What is left of a batch that cannot be delivered: no actions, and the declaration of which they were. */
export const tombstone = ({ head, from, actions }, reason) => ({
  head: { ...head, views: [], lost: actions[0] ? [...head.lost, [from, from + actions.length - 1, reason]] : head.lost },
  actions: [],
})

/** Two halves with the same seqs; each is a batch of its own to the server. */
export function halves({ head, from, actions }) {
  const middle = actions.length >> 1
  const half = (lost, start, end) => ({
    head: { ...head, lost, batch_id: uuid7() },
    from: from + start,
    actions: actions.slice(start, end),
  })
  return [half(head.lost, 0, middle), half([], middle)]
}
