// A batch: the actions that are sent in one request, and the fields that they share (the envelope).

import { parse, toJson } from './json.js'
import { uuid7 } from './util.js'

/**
 * @typedef {object} Batch
 * @property {object} envelope all fields of the request body except `actions`; docs/protocol.md lists them
 * @property {string[]} actions each action as JSON, in the order of seq. An action is serialized when it is logged, so
 *   that objects that the page changes later do not change it
 * @property {boolean} [isInFlight] a request or beacon carries it now
 * @property {number} [bytesInFlight] size of the fetch request that carries it now
 * @property {boolean} [isStored] localStorage holds it
 */

export const sumOf = (batches, measure) => batches.reduce((sum, batch) => sum + measure(batch), 0)
export const actionCount = (batch) => batch.actions.length
export const actionCharacters = (batch) => batch.actions.reduce((sum, action) => sum + action.length, 0)

/**
 * The request body of a batch.
 * @param {Batch} batch
 * @param {object} [attemptFields] fields that differ from one attempt to the next
 */
export function serializeBatch({ envelope, actions }, attemptFields) {
  const head = toJson({ ...envelope, ...attemptFields })
  return `${head.slice(0, -1)},"actions":[${actions.join(',')}]}`
}

/** The batch of a request body. */
export function parseBatch(body) {
  const { actions, ...envelope } = parse(body)
  return { envelope, actions: actions.map(toJson) }
}

function seqOf(action) {
  return parse(action).seq
}

/** The batch without its actions and views, but with the declaration that they are lost and why. */
export function declareLost({ envelope, actions }, reason) {
  const lostRange = [seqOf(actions[0]), seqOf(actions.at(-1)), reason]
  return { envelope: { ...envelope, views: [], lost: [...envelope.lost, lostRange] }, actions: [] }
}

/** Add to a declaration what an earlier one of the same page declares, in as few ranges as possible. */
export function mergeDeclarations({ envelope }, earlier) {
  const merged = [...earlier.envelope.lost]
  for (const range of envelope.lost) {
    const last = merged.at(-1)
    if (last && last[1] + 1 === range[0] && last[2] === range[2]) merged[merged.length - 1] = [last[0], ...range.slice(1)]
    else merged.push(range)
  }
  envelope.lost = merged
  envelope.env ??= earlier.envelope.env
}

/**
 * Two batches with half of the actions each, under the same seqs. Both carry the envelope's `lost`; the server accepts
 * the repetition.
 */
export function splitBatch({ envelope, actions }) {
  const middle = Math.floor(actions.length / 2)
  return [actions.slice(0, middle), actions.slice(middle)].map((half) => ({
    envelope: { ...envelope, batch_id: uuid7() },
    actions: half,
  }))
}
