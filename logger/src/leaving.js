// The last requests of a page that is hidden or ends. What they carry stays stored until the server has acknowledged it
// or the next page has taken it over: the answers may never be read.

import { actionCount, splitBatch, sumOf } from './batch.js'
import { pauseDelivery, queue, requestBody, send, storeQueue } from './delivery.js'
import { options } from './settings.js'
import { MAX_KEEPALIVE_BYTES } from './transport.js'
import { byteLength } from './util.js'

const MAX_BEACON_BYTES = 30e3

const requestBytes = (batch) => byteLength(requestBody(batch))

/** The page is hidden and may never run again: store everything, and send as much as the browser allows at once. */
export function sendBeforeHidden() {
  storeQueue()
  let bytesLeft = MAX_KEEPALIVE_BYTES - sumOf(queue, (batch) => batch.bytesInFlight ?? 0)
  for (const batch of queue) {
    const bytes = requestBytes(batch)
    if (batch.isInFlight || bytes > bytesLeft) continue
    bytesLeft -= bytes
    send(batch)
  }
}

/** The batch in pieces that are small enough for a beacon. */
function beaconPieces(batch) {
  if (actionCount(batch) < 2 || requestBytes(batch) <= MAX_BEACON_BYTES) return [batch]
  return splitBatch(batch).flatMap(beaconPieces)
}

/**
 * The page ends. Requests with `keepalive` outlive it, where the browser knows them (Firefox from 133). Beacons carry
 * only what does not fit into these: ad blockers cancel beacons, and the browser reports them as sent nevertheless.
 */
export function sendBeforeEnd() {
  pauseDelivery()
  if ('keepalive' in Request.prototype) sendBeforeHidden()
  else storeQueue()
  for (const batch of queue) {
    if (batch.isInFlight) continue
    batch.isInFlight = beaconPieces(batch).every((piece) => navigator.sendBeacon(options.server, requestBody(piece)))
  }
}
