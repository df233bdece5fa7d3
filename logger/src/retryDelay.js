// How long to wait before a failed request is repeated.

const FIRST_DELAY_MS = 1e3
const MAX_DELAY_MS = 60e3
const MAX_RETRY_AFTER_MS = 3600e3 // the server must be wrong if it asks for more

/**
 * The delay that a Retry-After header asks for (RFC 9110, section 10.2.3), in ms, from 0 to one hour.
 * @param {string | null | undefined} header a number of seconds, or an HTTP date
 * @param {number} serverTime epoch ms by the server's clock, with which the date is compared
 */
export function parseRetryAfter(header, serverTime) {
  if (!header) return 0
  const seconds = Number(header)
  const delay = Number.isNaN(seconds) ? Date.parse(header) - serverTime : seconds * 1000
  if (Number.isNaN(delay)) return 0 // neither a number nor a date
  return Math.min(Math.max(delay, 0), MAX_RETRY_AFTER_MS)
}

/**
 * A random delay in ms, from 0 to 1 s after the first failure, 2 s after the second, and so on up to 60 s:
 * exponential backoff with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
 * so that the pages of a whole lab do not all return at the same moment after an outage.
 * @param {number} earlierFailures failures in a row before this one
 */
export function backoffDelay(earlierFailures) {
  return Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** earlierFailures)
}
