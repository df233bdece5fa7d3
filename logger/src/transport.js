// One request to the server, and what the answer shows about the server's clock.

import { options } from './settings.js'
import { roundToTenth } from './util.js'

/**
 * Limit in bytes on all keepalive requests and beacons in flight together. Browsers allow 64 KiB: Fetch standard,
 * "HTTP-network-or-cache fetch", https://github.com/whatwg/fetch/pull/419
 */
export const MAX_KEEPALIVE_BYTES = 60e3
const TIMEOUT_MS = 30e3

/** The server's clock against the device's: offset and round-trip time in ms, of the quickest answer so far. */
let serverClock = null

/** Epoch ms by the server's clock, as far as it is known. */
export function serverTime() {
  return Date.now() + (serverClock ? serverClock.offset : 0)
}

/** The fields of a request body that belong to one attempt: when it was sent, and the clock as known then. */
export function attemptFields() {
  return { sent_at: Date.now(), clock: serverClock }
}

/** The offset is wrong by at most half the round-trip time, so the quickest answer is the one to keep. */
function readServerClock(response, sentAt) {
  const rtt = Date.now() - sentAt
  const serverTimeHeader = Number(response.headers.get('X-Server-Time'))
  if (!serverTimeHeader) return
  if (serverClock && serverClock.rtt < rtt) return
  serverClock = { offset: roundToTenth(serverTimeHeader - sentAt - rtt / 2), rtt }
}

/**
 * Post one body.
 * @param {string} body
 * @param {number} bytes its size
 * @returns {Promise<Response | undefined>} undefined if no answer came: the server is down, the request was blocked, or
 *   it took too long. The body may have arrived nevertheless; the server then ignores the repetition
 */
export async function post(body, bytes) {
  const sentAt = Date.now()
  let response
  try {
    response = await fetch(options.server, {
      method: 'POST',
      body, // a text body makes this a simple request: no CORS preflight, from any origin
      credentials: 'omit',
      keepalive: bytes < MAX_KEEPALIVE_BYTES,
      signal: AbortSignal.timeout?.(TIMEOUT_MS), // missing in browsers before 2022 (Chrome 103, Firefox 100, Safari 16)
    })
    readServerClock(response, sentAt)
    // Until the response is read to its end, the request counts towards the browser's keepalive limit:
    // https://bugs.webkit.org/show_bug.cgi?id=269464
    await response.text()
  } catch {
    // A response whose body breaks off still has a valid status.
  }
  return response
}
