// One request to the server, and what the answer shows about the server's clock.

import { warn } from './guard.js'
import { parse } from './json.js'
import { parseRetryAfter } from './retryDelay.js'
import { options } from './settings.js'
import { epochMs, now, roundToTenth } from './util.js'

/**
 * Limit in bytes on all keepalive requests and beacons in flight together. Browsers allow 64 KiB: Fetch standard,
 * "HTTP-network-or-cache fetch", https://github.com/whatwg/fetch/pull/419
 */
export const MAX_KEEPALIVE_BYTES = 60e3
const TIMEOUT_MS = 30e3

/** The original, before another script of the page replaces it. */
const { fetch } = globalThis

/** The server's clock against the device's: offset and round-trip time in ms, of the quickest answer so far. */
let serverClock = null

/** Epoch ms by the server's clock, as far as it is known. */
export function serverTime() {
  return epochMs() + (serverClock ? serverClock.offset : 0)
}

/** The fields of a request body that belong to one attempt: when it was sent, and the clock as known then. */
export function attemptFields() {
  return { sent_at: epochMs(), clock: serverClock }
}

/** The offset is wrong by at most half the round-trip time, so the quickest answer is the one to keep. */
function noteServerTime(serverTimeHeader, sentAt, rtt) {
  if (serverClock && serverClock.rtt < rtt) return
  serverClock = { offset: roundToTenth(serverTimeHeader - sentAt - rtt / 2), rtt }
}

function parseAnswer(text) {
  try {
    return parse(text)
  } catch {
    return undefined // cut off, or not the server's
  }
}

/**
 * @typedef {object} Answer
 * @property {number} [status] HTTP status; undefined if no answer came: the server is down, the request was blocked, or
 *   it took too long. The body may have arrived nevertheless; the server then ignores the repetition
 * @property {boolean} [isServers] the answer is the server's own, recognised by `success` in its JSON and by
 *   X-Server-Time. Portals, proxies, service workers and sign-in pages answer too, often with 200
 * @property {string} [error] the server's code for what is wrong with the body
 * @property {number} [rejected] number of the page's actions that the server has rejected before
 * @property {number} [retryAfter] ms
 */

async function readAnswer(response, sentAt, start) {
  const { status, headers } = response
  // Until the response is read to its end, the request counts towards the browser's keepalive limit:
  // https://bugs.webkit.org/show_bug.cgi?id=269464
  const answer = parseAnswer(await response.text())
  const serverTimeHeader = Number(headers.get('X-Server-Time'))
  const isServers = serverTimeHeader > 0 && typeof answer?.success === 'boolean'
  if (isServers) noteServerTime(serverTimeHeader, sentAt, Math.round(now() - start))
  else warn(`HTTP ${status} is not an answer of the server; the actions are kept`)
  const retryAfter = parseRetryAfter(headers.get('Retry-After'), serverTime())
  return { status, isServers, error: answer?.error, rejected: answer?.rejected, retryAfter }
}

/**
 * Post one body.
 * @param {string} body
 * @param {number} bytes its size
 * @returns {Promise<Answer>}
 */
export async function post(body, bytes) {
  const sentAt = epochMs()
  const start = now()
  try {
    const response = await fetch(options.server, {
      method: 'POST',
      body, // a text body makes this a simple request: no CORS preflight, from any origin
      credentials: 'omit',
      redirect: 'manual', // the actions are not for the page that a portal redirects to
      keepalive: bytes < MAX_KEEPALIVE_BYTES,
      signal: AbortSignal.timeout?.(TIMEOUT_MS), // missing in browsers before 2022 (Chrome 103, Firefox 100, Safari 16)
    })
    return await readAnswer(response, sentAt, start)
  } catch {
    return {}
  }
}
