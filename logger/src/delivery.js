// Delivery, at least once: a batch leaves the queue only when the server has answered 200 for it, or when it cannot be
// delivered and its actions are declared as lost.

import { declareLost, serializeBatch, splitBatch } from './batch.js'
import { warn } from './guard.js'
import { backoffDelay, parseRetryAfter } from './retryDelay.js'
import { constants, options } from './settings.js'
import { stats } from './stats.js'
import { readStoredBatches, removeStoredBatch, storeBatch } from './storedBatches.js'
import { attemptFields, MAX_KEEPALIVE_BYTES, post, serverTime } from './transport.js'
import { byteLength } from './util.js'

const MAX_QUEUE_CHARACTERS = 4e6 // of actions in memory, while the server does not answer
const MAX_BEACON_BYTES = 30e3
const FINAL_STATUS = /^4(?!08|25|29)/ // 4xx except 408, 425 and 429: repeating the request would not change the answer

/** The batches that wait for delivery, in the order in which they are sent; batch.js describes a batch. */
let queue = []
let retryTimer = 0
let failuresInRow = 0
/** Set when the page ends: the queue then waits until the page comes back from the back-forward cache. */
let isPaused = false
/** Functions that resolve the promises of whenDelivered(). */
const waitingForDelivery = []

const sumOf = (batches, measure) => batches.reduce((sum, batch) => sum + measure(batch), 0)
const actionCount = (batch) => batch.actions.length
const actionCharacters = (batch) => batch.actions.reduce((sum, action) => sum + action.length, 0)
const requestBody = (batch) => serializeBatch(batch, attemptFields())
const requestBytes = (batch) => byteLength(requestBody(batch))
const isOfThisPage = (batch) => batch.envelope.page_id === stats.pageId

/** Number of actions that wait for delivery, those of earlier pages included. */
export function pendingActions() {
  return sumOf(queue, actionCount)
}

/** Send the next batch, if nothing is in flight and no retry is scheduled. */
function sendNext() {
  if (queue.length === 0) {
    for (const resolve of waitingForDelivery.splice(0)) resolve()
  } else if (!retryTimer && !isPaused && !queue.some((batch) => batch.isInFlight)) {
    send(queue[0])
  }
}

/** Send now, without waiting for a scheduled retry; for example because the device is online again. */
export function sendNow() {
  clearTimeout(retryTimer)
  retryTimer = 0
  isPaused = false
  sendNext()
}

async function send(batch) {
  const body = requestBody(batch)
  const bytes = byteLength(body)
  batch.isInFlight = true
  batch.bytesInFlight = bytes
  if (options.debug) console.log(body)
  const response = await post(body, bytes)
  batch.isInFlight = false
  batch.bytesInFlight = 0
  batch.envelope.attempt++
  // Meanwhile the batch may have left the queue: memory was full, or consent was withdrawn.
  if (queue.includes(batch)) handleAnswer(batch, response)
}

function handleAnswer(batch, response) {
  const status = response?.status
  if (status === 200) {
    failuresInRow = 0
    if (isOfThisPage(batch)) stats.ackedActions += actionCount(batch)
    replaceInQueue(batch, [])
  } else if (status === 413 && actionCount(batch) > 1) {
    replaceInQueue(batch, splitBatch(batch))
  } else if (FINAL_STATUS.test(status)) {
    warn(`HTTP ${status}`)
    drop(batch, status === 413 ? 'oversize' : 'http4xx')
  } else {
    retryLater(batch, response)
    return
  }
  sendNext()
}

function replaceInQueue(batch, replacements) {
  queue = queue.flatMap((queued) => (queued === batch ? replacements : [queued]))
  removeStoredBatch(batch)
}

/** Replace the batch by the declaration that its actions are lost. If the server refuses that too, nothing is left. */
function drop(batch, reason) {
  if (isOfThisPage(batch)) stats.lostActions += actionCount(batch)
  replaceInQueue(batch, actionCount(batch) > 0 ? [declareLost(batch, reason)] : [])
}

function retryLater(batch, response) {
  batch.envelope.reason = 'retry'
  // At the end of the queue, so that one batch that makes the server fail does not block the others.
  queue = [...queue.filter((queued) => queued !== batch), batch]
  // Requests that fail together, as when several were sent because the page was hidden, are one failure and one wait.
  if (!retryTimer && !isPaused) {
    const retryAfter = parseRetryAfter(response?.headers.get('Retry-After'), serverTime())
    retryTimer = setTimeout(sendNow, Math.max(retryAfter, backoffDelay(failuresInRow)))
    failuresInRow++
  }
  storeQueue()
}

/** Store each queued batch once. Another page delivers from there what this one cannot. */
function storeQueue() {
  if (stats.notRecordingReason === 'consent') return
  for (const batch of queue) {
    if (!batch.isStored) batch.isStored = storeBatch(batch)
  }
}

/** Add a sealed batch to the queue. */
export function enqueueBatch(batch) {
  queue.push(batch)
  if (sumOf(queue, actionCharacters) > MAX_QUEUE_CHARACTERS) {
    const oldest = queue.find((queued) => actionCount(queued) > 0)
    drop(oldest, 'queue')
  }
  // Not synchronously: the page may have wrapped fetch in a function that logs something, and this may be called while
  // an action is still being recorded. The two actions would get the same seq.
  queueMicrotask(sendNext)
}

/** Take over the batches that earlier pages stored, and begin to send them. */
export function adoptStoredBatches() {
  queue = readStoredBatches()
  for (const batch of queue) {
    batch.envelope.reason = 'adopt'
    batch.isStored = true
  }
  sendNext()
}

/** The page is hidden and may never run again: store everything, and send as much as the browser allows at once. */
export function sendBeforeHidden() {
  storeQueue()
  let bytesLeft = MAX_KEEPALIVE_BYTES - sumOf(queue, (batch) => batch.bytesInFlight ?? 0)
  for (const batch of queue) {
    if (batch.isInFlight) continue
    bytesLeft -= requestBytes(batch)
    if (bytesLeft > 0) send(batch)
  }
}

/** The batch in pieces that are small enough for a beacon. */
function beaconPieces(batch) {
  if (actionCount(batch) < 2 || requestBytes(batch) <= MAX_BEACON_BYTES) return [batch]
  return splitBatch(batch).flatMap(beaconPieces)
}

/**
 * The page ends. Beacons outlive it; the answer to a request that begins now would never be read. The answer to a
 * beacon is never seen either, so what beacons carry also stays stored, and the next page sends it again.
 */
export function sendBeacons() {
  isPaused = true
  storeQueue()
  for (const batch of queue) {
    if (batch.isInFlight) continue
    batch.isInFlight = beaconPieces(batch).every((piece) => navigator.sendBeacon(options.server, requestBody(piece)))
  }
}

/** The page has come back from the back-forward cache: what was in flight may have failed, so send it again. */
export function resumeDelivery() {
  for (const batch of queue) {
    batch.isInFlight = false
    batch.bytesInFlight = 0
  }
  sendNow()
}

/**
 * Send everything now.
 * @param {number} maxWait ms
 * @returns {Promise<void>} resolves when everything is acknowledged, or after `maxWait`
 */
export function whenDelivered(maxWait) {
  return new Promise((resolve) => {
    waitingForDelivery.push(resolve)
    setTimeout(resolve, maxWait)
    sendNow()
  })
}

/** Consent was withdrawn: delete what waits of this page and this user. What waits of other users remains. */
export function deleteBatchesOfUser() {
  for (const batch of [...queue, ...readStoredBatches()]) {
    const isOfThisUser = String(batch.envelope.const.user) === String(constants.user)
    if (isOfThisPage(batch) || isOfThisUser) replaceInQueue(batch, [])
  }
}
