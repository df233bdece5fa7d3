// The shelf: sealed batches in localStorage, one key each, for the case that this page cannot deliver them itself.
// Any page of the same origin may take what lies there, without locks: the server suppresses what comes twice.

import { bornAt } from './util.js'
import { bodyOf, readBody, tombstone } from './batch.js'

const MAX_CHARS = 1e6
const MAX_AGE = 7 * 24 * 3600e3

export function createShelf(server) {
  const prefix = 'userlogger ' + server + ' '
  // The batch's id is a UUIDv7: sorted by name is sorted by age.
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort()
  const read = (key) => readBody(localStorage[key])
  const filled = () => keys().reduce((sum, key) => sum + localStorage[key].length, 0)

  /** Make room: the oldest batch gives up its actions and says so; failing that, the oldest such note goes. */
  function evict() {
    const all = keys()
    const oldest = all.find((key) => read(key).actions.length)
    if (oldest) localStorage[oldest] = bodyOf(tombstone(read(oldest), 'quota'))
    else if (all[0]) localStorage.removeItem(all[0])
    return all[0]
  }

  /** Storage may be full, blocked or gone at any moment; then the batch stays in memory only. */
  const quietly = (work) => (batch) => {
    try {
      return work(batch)
    } catch {
      return []
    }
  }

  return {
    put: quietly((batch) => {
      const text = bodyOf(batch)
      for (let room = true; room; room = evict()) {
        if (filled() + text.length > MAX_CHARS) continue
        try {
          localStorage[prefix + batch.head.batch_id] = text
          return
        } catch {
          // The page's own data fill the quota: make room on our side.
        }
      }
    }),

    remove: quietly((batch) => localStorage.removeItem(prefix + batch.head.batch_id)),

    /** All that lies here, oldest first; what is too old only says what it was. */
    all: quietly(() =>
      keys().map((key) => {
        const batch = read(key)
        return Date.now() - bornAt(batch.head.batch_id) > MAX_AGE ? tombstone(batch, 'quota') : batch
      }),
    ),

    clear: quietly(() => keys().forEach((key) => localStorage.removeItem(key))),
  }
}
