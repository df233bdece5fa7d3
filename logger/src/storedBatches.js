// Sealed batches in localStorage, one key per batch, for the case that this page cannot deliver them itself. The next
// page of the same origin reads and sends them. Two pages may read the same batch, because there are no locks: the
// server stores an action only once. Storage can be full, blocked or cleared at any time, hence the guards; the batch
// is then in memory only.

import { declareLost, parseBatch, serializeBatch } from './batch.js'
import { guard } from './guard.js'
import { storagePrefix } from './settings.js'
import { epochMs, uuid7 } from './util.js'

const MAX_CHARACTERS = 1e6
const MAX_AGE_MS = 7 * 24 * 3600e3

const batchKey = (batch) => storagePrefix() + batch.envelope.batch_id

/** All keys of stored batches, oldest first: a batch's id is a UUIDv7, which begins with its time. */
function storedKeys() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(storagePrefix()))
    .sort()
}

/** The batch under this key; undefined, with a warning, if other code has damaged the entry. */
const readBatch = guard((key) => parseBatch(localStorage.getItem(key)))

/** Replace the oldest batch that has actions by the declaration that they are lost; if none has, remove the oldest. */
function evictOldest(keys) {
  const keyWithActions = keys.find((key) => readBatch(key)?.actions.length > 0)
  if (keyWithActions === undefined) localStorage.removeItem(keys[0])
  else localStorage.setItem(keyWithActions, serializeBatch(declareLost(readBatch(keyWithActions), 'quota')))
}

function totalCharacters(keys) {
  return keys.reduce((sum, key) => sum + localStorage.getItem(key).length, 0)
}

function makeRoomFor(body) {
  let keys = storedKeys()
  while (keys.length > 0 && totalCharacters(keys) + body.length > MAX_CHARACTERS) {
    evictOldest(keys)
    keys = storedKeys()
  }
}

/**
 * Store a batch. Older batches make room for it.
 * @returns {true | undefined} true if it is stored
 */
export const storeBatch = guard((batch) => {
  const body = serializeBatch(batch)
  makeRoomFor(body)
  localStorage.setItem(batchKey(batch), body)
  return true
})

/** Remove a batch, if it is stored. */
export const removeStoredBatch = guard((batch) => {
  localStorage.removeItem(batchKey(batch))
})

const readAll = guard(() => {
  const oldestId = uuid7(epochMs() - MAX_AGE_MS)
  return storedKeys()
    .map(readBatch)
    .filter((batch) => batch !== undefined)
    .map((batch) => {
      const isTooOld = batch.envelope.batch_id < oldestId
      return isTooOld && batch.actions.length > 0 ? declareLost(batch, 'quota') : batch
    })
})

/** All stored batches, oldest first. A batch that is too old only declares that its actions are lost. */
export function readStoredBatches() {
  return readAll() ?? []
}
