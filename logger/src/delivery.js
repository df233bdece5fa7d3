// Delivery, at least once: a batch leaves the queue only when the server itself has answered 200 for it, or when it
// cannot be delivered and its actions are declared as lost. A declaration stays in the queue until it is acknowledged.

import { actionCharacters, actionCount, declareLost, mergeDeclarations, serializeBatch, splitBatch, sumOf } from './batch.js'
import { warn } from './guard.js'
import { backoffDelay } from './retryDelay.js'
import { isRefused } from './session.js'
import { constants, options } from './settings.js'
import { stats } from './stats.js'
import { readStoredBatches, removeStoredBatch, storeBatch } from './storedBatches.js'
import { attemptFields, post } from './transport.js'
import { byteLength } from './util.js'

const MAX_QUEUE_CHARACTERS = 4e6 // of actions in memory, while the server does not answer
/** With these the server itself refuses a body for good; every other answer may be different the next time. */
const FINAL_STATUS = [400, 403, 413, 415]

/** The batches that wait for delivery, in the order in which they are sent; batch.js describes a batch. */
export let queue = []
let retryTimer = 0
let failuresInRow = 0
/** Set when the page ends: the queue then waits until the page comes back from the back-forward cache. */
let isPaused = false
/** Functions that resolve the promises of whenDelivered(). */
const waitingForDelivery = []

export const requestBody = (batch) => serializeBatch(batch, attemptFields())
const isOfThisPage = (batch) => batch.envelope.page_id === stats.pageId

/** Number of actions that wait for delivery, those of earlier pages included. */
export function pendingActions() {
  return sumOf(queue, actionCount)
}

/** Send the next batch, if nothing is in flight and no retry is scheduled. */
function sendNext() {
  dropRefused()
  if (queue.length === 0) {
    for (const resolve of waitingForDelivery.splice(0)) resolve()
  } else if (!retryTimer && !isPaused && !queue.some((batch) => batch.isInFlight)) {
    send(queue[0])
  }
}

/** The page ends: begin no further requests after those of leaving.js. */
export function pauseDelivery() {
  isPaused = true
}

/** Send now, without waiting for a scheduled retry; for example because the device is online again. */
export function sendNow() {
  clearTimeout(retryTimer)
  retryTimer = 0
  isPaused = false
  sendNext()
}

/** Send one batch, and handle the answer. */
export async function send(batch) {
  const body = requestBody(batch)
  const bytes = byteLength(body)
  batch.isInFlight = true
  batch.bytesInFlight = bytes
  if (options.debug) console.log(body)
  const answer = await post(body, bytes)
  batch.isInFlight = false
  batch.bytesInFlight = 0
  batch.envelope.attempt++
  // Meanwhile the batch may have left the queue: memory was full, or consent was withdrawn.
  if (queue.includes(batch)) handleAnswer(batch, answer)
}

function handleAnswer(batch, { status, isServers, error, rejected, retryAfter }) {
  if (isServers && status === 200) {
    failuresInRow = 0
    if (isOfThisPage(batch)) {
      stats.ackedActions += actionCount(batch)
      stats.rejectedActions = rejected ?? stats.rejectedActions
    }
    replaceInQueue(batch, [])
  } else if (status === 413 && actionCount(batch) > 1) {
    replaceInQueue(batch, splitBatch(batch))
  } else if (isServers && error && FINAL_STATUS.includes(status) && actionCount(batch) > 0) {
    warn(`HTTP ${status} ${error}`)
    drop(batch, status === 413 ? 'oversize' : 'http4xx')
  } else {
    retryLater(batch, retryAfter)
    return
  }
  sendNext()
}

function replaceInQueue(batch, replacements) {
  queue = queue.flatMap((queued) => (queued === batch ? replacements : [queued]))
  removeStoredBatch(batch)
}

/** Replace the batch, and a declaration of its page that is already waiting, by the declaration that it is lost. */
function drop(batch, reason) {
  if (isOfThisPage(batch)) stats.lostActions += actionCount(batch)
  const declaration = declareLost(batch, reason)
  const { page_id } = batch.envelope
  const waiting = queue.find((queued) => {
    return actionCount(queued) === 0 && !queued.isInFlight && queued.envelope.page_id === page_id
  })
  if (waiting) {
    mergeDeclarations(declaration, waiting)
    replaceInQueue(waiting, [])
  }
  replaceInQueue(batch, [declaration])
}

function retryLater(batch, retryAfter = 0) {
  batch.envelope.reason = 'retry'
  // At the end of the queue, so that one batch that makes the server fail does not block the others.
  queue = [...queue.filter((queued) => queued !== batch), batch]
  // Requests that fail together, as when several were sent because the page was hidden, are one failure and one wait.
  if (!retryTimer && !isPaused) {
    retryTimer = setTimeout(sendNow, Math.max(retryAfter, backoffDelay(failuresInRow)))
    failuresInRow++
  }
  storeQueue()
}

/** Store each queued batch once. Another page delivers from there what this one cannot. */
export function storeQueue() {
  dropRefused()
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

/** Declare what waits of participants who have meanwhile refused, in another tab or frame, as lost. */
function dropRefused() {
  for (const batch of queue) {
    if (actionCount(batch) > 0 && isRefused(batch.envelope)) drop(batch, 'consent')
  }
}

/**
 * Consent was withdrawn: delete what waits of this page, and declare what waits of other pages of this participant as
 * lost. What waits of other users and studies remains.
 */
export function deleteBatchesOfUser() {
  const isOfThisUser = ({ envelope }) => {
    return envelope.study === options.study && String(envelope.const.user) === String(constants.user)
  }
  const queuedIds = queue.map(({ envelope }) => envelope.batch_id)
  const others = readStoredBatches().filter(({ envelope }) => !queuedIds.includes(envelope.batch_id))
  queue.push(...others.filter(isOfThisUser))
  for (const batch of queue) {
    if (isOfThisPage(batch)) replaceInQueue(batch, [])
    else if (isOfThisUser(batch) && actionCount(batch) > 0) drop(batch, 'consent')
  }
}
