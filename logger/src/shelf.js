// The shelf: sealed batches in localStorage, one key each, for the case that this page cannot deliver them itself.
// Any page of the same origin may take what lies there, without locks: the server suppresses what comes twice.

import { bodyOf, readBody, tombstone } from './batch.js'
import { options } from './settings.js'
import { bornAt } from './util.js'

const MAX_CHARS = 1e6
const MAX_AGE = 7 * 24 * 3600e3

const prefix = () => `userlogger ${options.server} `
const keyOf = (batch) => prefix() + batch.head.batch_id
const read = (key) => readBody(localStorage[key])
// A batch's id is a UUIDv7: sorted by name is sorted by age.
const keys = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix()))
    .sort()

/** Storage may be full, blocked or gone at any moment; then a batch is in memory only. */
const quietly = (work) => (batch) => {
  try {
    return work(batch)
  } catch {
    return []
  }
}

/** Make room: the oldest batch gives up its actions and says so; failing that, the oldest such note goes. */
function evict() {
  const all = keys()
  const oldest = all.find((key) => read(key).actions.length)
  if (oldest) localStorage[oldest] = bodyOf(tombstone(read(oldest), 'quota'))
  else localStorage.removeItem(all[0])
  return all[0]
}

export const put = quietly((batch) => {
  const text = bodyOf(batch)
  do {
    if (keys().reduce((sum, key) => sum + localStorage[key].length, text.length) < MAX_CHARS) {
      try {
        return (localStorage[keyOf(batch)] = text)
      } catch {
        // The page's own data fill the quota: make room on our side.
      }
    }
  } while (evict())
})

export const remove = quietly((batch) => localStorage.removeItem(keyOf(batch)))

/** All that lies here, oldest first; what is too old only says what it was. */
export const all = quietly(() =>
  keys()
    .map(read)
    .map((batch) => (Date.now() - bornAt(batch.head.batch_id) > MAX_AGE ? tombstone(batch, 'quota') : batch)),
)

export const clear = quietly(() => keys().forEach((key) => localStorage.removeItem(key)))
