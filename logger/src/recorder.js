// From an action to a sealed batch: gives each action its seq, its time and its view, and seals the batch when it is
// due.

import { completePrecedingActions } from './collectors.js'
import { adoptStoredBatches, deleteBatchesOfUser, enqueueBatch } from './delivery.js'
import { guard } from './guard.js'
import { toJson } from './json.js'
import { readEnvironment, readTitle, readView } from './pageInfo.js'
import { exceedsRate } from './rate.js'
import { framePosition, reasonNotToRecord, saveSession, session } from './session.js'
import { constants, isSkipped, options } from './settings.js'
import { stats } from './stats.js'
import { byteLength, currentTime, epochMs, hash, now, roundToTenth, uuid7 } from './util.js'

const MAX_BYTES = 48e3 // of a batch, and of one action
const TITLE_MS = 2000 // after a view has begun, until its title is final

/** Epoch ms at which this page began. It stays the same when the device's clock is set, so that times stay in order. */
const pageStart = Math.max(Math.round(epochMs() - now()), 0)

/** Envelope fields that are the same in every batch of this page; undefined before recording begins. */
let pageFields
/** Sent with the page's first batch, undefined afterwards. */
let environment
let view
let titleTimer = 0
/** The session's field for the last page of the chain that this page belongs to; undefined before recording begins. */
let prevPageField
let nextSeq = 0
let nextBatchSeq = 0
let sealTimer = 0

/**
 * The batch that is being filled: actions as JSON, the views that they refer to, the size of both in bytes, and
 * ranges of lost actions as {from, to, reason}.
 */
let openBatch = { actions: [], views: [], bytes: 0, lost: [] }



/** Number of actions captured on this page. */
export const capturedActions = () => nextSeq

/** Number of actions in the batch that is not yet sealed. */
export const openActions = () => openBatch.actions.length

/** Begin to record this page, and adopt what earlier pages could not deliver. Further calls have no effect. */
export function beginPage() {
  if (pageFields) return
  const [pageNoField, prevPage] = ['page_no', 'prev_page'].map((field) => field + framePosition())
  prevPageField = prevPage
  const { session_id = uuid7(), [pageNoField]: page_no = 0, [prevPageField]: prev_page } = session
  pageFields = {
    v: 2,
    lib: LIB, // name and version of this library, which build.js inserts
    study: options.study,
    config: hash(toJson(options)).toString(16),
    session_id,
    page_id: stats.pageId,
    prev_page,
    page_no,
    t0: pageStart,
    attempt: 0,
  }
  environment = readEnvironment()
  saveSession({ session_id, [pageNoField]: page_no + 1 })
  refreshView()
  adoptStoredBatches()
}

/**
 * Read the view again. Called when something may have changed it, not for every action, because it can cause a
 * layout.
 */
export function refreshView() {
  completePrecedingActions()
  view = readView()
  clearTimeout(titleTimer)
  titleTimer = setTimeout(finishTitle, TITLE_MS)
}

/** Single-page apps give a view its title after it has begun: the view gets the one that the page has now. */
function updateTitle() {
  const title = readTitle()
  if (title === view.title) return
  const { views } = openBatch
  const isOpen = views.at(-1) === view
  view = { ...view, title }
  if (isOpen) views[views.length - 1] = view
}

const finishTitle = guard(() => {
  titleTimer = 0
  updateTitle()
})

/** Index of the current view in the open batch. */
function viewIndex() {
  const { views } = openBatch
  if (views.at(-1) !== view) {
    views.push(view)
    openBatch.bytes += byteLength(toJson(view))
  }
  return views.length - 1
}

/**
 * Put an action into the open batch, if recording is allowed.
 * @param {object} action its `name` and further fields; a constant of the same name replaces a field
 * @param {number} [time] ms since the page began
 * @returns {number | undefined} the action's seq; undefined if it was not recorded
 */
export function enqueue(action, time = currentTime()) {
  if (stats.notRecordingReason || isSkipped(action.name)) return undefined
  return reasonNotToRecord() ? undefined : record(action, time)
}

/** Put an action into the open batch although the person has just refused: the refusal itself. */
export function record(action, time = currentTime()) {
  completePrecedingActions()
  for (const name of Object.keys(constants)) {
    if (name in action && name !== 'name') action[name] = constants[name]
  }
  const t = roundToTenth(time)
  const timestamp = Math.round(pageStart + t)
  const json = toJson({ task: session.task, trial: session.trial, ...action, seq: nextSeq, t, timestamp, toJSON: undefined })
  const bytes = byteLength(json)
  if (exceedsRate()) return drop('rate')
  if (bytes > MAX_BYTES) return drop('oversize')
  if (openBatch.bytes + bytes > MAX_BYTES) sealOpenBatch('bytes')
  openBatch.actions.push(`${json.slice(0, -1)},"view":${viewIndex()}}`)
  openBatch.bytes += bytes
  startSealTimer()
  const seq = nextSeq++
  if (openBatch.actions.length >= options.maxActions) sealOpenBatch('size')
  return seq
}

/** Do not send an action. It keeps its seq, and the next batch declares that it is lost and why. */
function drop(reason) {
  if (openBatch.actions.length > 0) sealOpenBatch('size')
  const lastRange = openBatch.lost.at(-1)
  if (lastRange?.reason === reason) lastRange.to = nextSeq
  else openBatch.lost.push({ from: nextSeq, to: nextSeq, reason })
  stats.lostActions++
  startSealTimer()
  return nextSeq++
}

/** Make sure that the open batch is sealed `maxTime` seconds from now at the latest. */
export function startSealTimer() {
  if (!sealTimer) sealTimer = setTimeout(() => seal('time'), options.maxTime * 1000)
}

/** Seal the open batch and hand it over for delivery. `reason` is the envelope's, see docs/protocol.md. */
export function seal(reason) {
  completePrecedingActions()
  sealOpenBatch(reason)
}

function sealOpenBatch(reason) {
  clearTimeout(sealTimer)
  sealTimer = 0
  if (titleTimer) updateTitle()
  const { actions, views, lost } = openBatch
  if (actions.length === 0 && lost.length === 0) return
  const envelope = {
    ...pageFields,
    const: { ...constants },
    batch_id: uuid7(),
    batch_seq: nextBatchSeq++,
    reason,
    lost: lost.map((range) => [range.from, range.to, range.reason]),
    env: environment,
    views,
  }
  environment = undefined
  openBatch = { actions: [], views: [], bytes: 0, lost: [] }
  saveSession({ [prevPageField]: { id: stats.pageId, seq: nextSeq } })
  enqueueBatch({ envelope, actions })
}

/**
 * Consent was withdrawn: delete all actions of this page and this user that the server has not acknowledged. The page's
 * seqs are declared as lost, because the study would otherwise see a loss without a reason.
 */
export function purge() {
  completePrecedingActions() // the mouse path collected so far is deleted too
  const lost = nextSeq > 0 ? [{ from: 0, to: nextSeq - 1, reason: 'consent' }] : []
  openBatch = { actions: [], views: [], bytes: 0, lost }
  deleteBatchesOfUser()
}
