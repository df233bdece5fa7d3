// A sealed batch: {envelope, actions}. `envelope` is the envelope without its actions, `actions` their JSON, one text each in
// the order of their seqs: what an action says is fixed when it happens.

import { stringify, uuid7 } from './util.js'

/** The envelope as it is posted. `now` holds what is true of this attempt only. */
export const bodyOf = ({ envelope, actions }, now) =>
  stringify({ ...envelope, ...now }).slice(0, -1) + `,"actions":[${actions}]}`

/** The batch that a body holds. */
export const readBody = (text) => {
  const { actions, ...envelope } = JSON.parse(text)
  return { envelope, actions: actions.map((action) => stringify(action)) }
}

const seqOf = (action) => JSON.parse(action).seq

/** What is left of a batch that cannot be delivered: no actions, and the declaration of which they were. */
export const tombstone = ({ envelope, actions }, reason) => ({
  envelope: { ...envelope, lost: [...envelope.lost, [seqOf(actions[0]), seqOf(actions.at(-1)), reason]] },
  actions: [],
})

/** Two halves with the same seqs; each is a batch of its own to the server, and may declare what both do. */
export const halves = ({ envelope, actions }) => {
  const middle = actions.length >> 1
  return [actions.slice(0, middle), actions.slice(middle)].map((actions) => ({
    envelope: { ...envelope, batch_id: uuid7() },
    actions,
  }))
}
