// The shelf: sealed batches in localStorage, one key each, for the case that this page cannot deliver them itself.
// Any page of the same origin may take what lies there, without locks: the server suppresses what comes twice.
// Storage may be full, blocked or gone at any moment (hence the guards); then a batch is in memory only.

import { bodyOf, readBody, tombstone } from './batch.js'
import { storageKey } from './settings.js'
import { guard, uuid7 } from './util.js'

const MAX_CHARS = 1e6
const MAX_AGE = 7 * 24 * 3600e3

const keyOf = (batch) => storageKey() + batch.envelope.batch_id
// What somebody else spoiled is told once and left alone; it must not hide what lies beside it.
const read = guard((key) => readBody(localStorage[key]))
// A batch's id is a UUIDv7: sorted by name is sorted by age.
const keys = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(storageKey()))
    .sort()

/** Make room: the oldest batch gives up its actions and says so; failing that, the oldest such note goes. */
const evict = () => {
  const all = keys()
  const oldest = all.find((key) => read(key)?.actions[0])
  if (oldest) localStorage[oldest] = bodyOf(tombstone(read(oldest), 'quota'))
  else localStorage.removeItem(all[0])
  return all[0]
}

/** Returns something true when the batch lies there. */
export const put = guard((batch) => {
  const text = bodyOf(batch)
  while (keys().reduce((sum, key) => sum + localStorage[key].length, text.length) > MAX_CHARS && evict());
  return (localStorage[keyOf(batch)] = text)
})

export const remove = guard((batch) => localStorage.removeItem(keyOf(batch)))

/** All that lies here, oldest first; what is too old only says what it was. */
export const all = guard(() =>
  keys()
    .flatMap((key) => read(key) || [])
    .map((batch) => (batch.actions[0] && batch.envelope.batch_id < uuid7(Date.now() - MAX_AGE) ? tombstone(batch, 'quota') : batch)),
)
