// Delivery, at least once: a batch leaves the queue only when the server answered 200 for it.

import { bodyOf, halves, tombstone } from './batch.js'
import { byteLength, warn } from './util.js'

const MAX_QUEUE = 4e6 // bytes in memory while the server is away
const MAX_KEEPALIVE = 60e3 // browsers allow 64 KiB of requests that outlive their page
const MAX_BEACON = 30e3
const TIMEOUT = 30e3
const FIRST_WAIT = 1e3
const LONGEST_WAIT = 60e3
const LONGEST_RETRY_AFTER = 3600

export function createDelivery(server, shelf, options, settled) {
  let queue = []
  let timer = 0
  let failures = 0
  let clock = null
  let waiting = []
  let keeping = true

  const pending = () => queue.reduce((sum, batch) => sum + batch.actions.length, 0)
  const flying = () => queue.filter((batch) => batch.flying)
  const replace = (batch, ...others) => {
    queue.splice(queue.indexOf(batch), 1, ...others)
    shelf.remove(batch)
  }

  /** The body of this attempt; what it says of itself changes, its actions never do. */
  const render = (batch) =>
    bodyOf(batch, {
      attempt: batch.attempt,
      sent_at: Date.now(),
      clock,
      reason: batch.adopted ? 'adopt' : batch.attempt ? 'retry' : batch.head.reason,
    })

  function pump() {
    if (!queue.length) waiting.splice(0).forEach((done) => done())
    else if (!timer && !flying().length) send(queue[0])
  }

  async function send(batch) {
    const body = render(batch)
    const start = Date.now()
    let response
    batch.flying = batch.size = byteLength(body)
    if (options.debug) console.log('UserLogger sends', JSON.parse(body))
    try {
      // A text body makes the request a simple one: no preflight, from any origin.
      response = await fetch(server, {
        method: 'POST',
        body,
        credentials: 'omit',
        keepalive: batch.size < MAX_KEEPALIVE,
        signal: AbortSignal.timeout?.(TIMEOUT),
      })
      readClock(response, start)
    } catch {
      // No answer at all: away, blocked, or too late. It may have arrived; the server suppresses the repetition.
    }
    batch.flying = 0
    batch.attempt++
    answered(batch, response)
  }

  /** The server's clock against this one: of all answers the quickest says it best. */
  function readClock({ headers }, start) {
    const rtt = Date.now() - start
    const server_time = +headers.get('X-Server-Time')
    if (server_time && !(clock?.rtt < rtt)) clock = { offset: Math.round(server_time - start - rtt / 2), rtt }
  }

  function answered(batch, response) {
    const status = response?.status
    const count = batch.actions.length
    if (!queue.includes(batch)) return // purged or evicted meanwhile
    if (status === 200) {
      failures = 0
      settled(batch, 'acked')
      replace(batch)
    } else if (!status || status < 400 || status > 499 || [408, 425, 429].includes(status)) {
      return retryLater(batch, response)
    } else if (status === 413 && count > 1) {
      replace(batch, ...halves(batch))
    } else {
      warn(`the server answered ${status} and will not take these actions: ${server}`)
      drop(batch, status === 413 ? 'oversize' : 'http4xx')
    }
    pump()
  }

  /** A batch becomes the declaration of its loss; a declaration that is refused itself has nowhere left to go. */
  function drop(batch, reason) {
    settled(batch, 'lost')
    replace(batch, ...(batch.actions.length ? [tombstone(batch, reason)] : []))
  }

  function retryLater(batch, response) {
    // To the end: one batch that the server chokes on must not hold up the others.
    queue.push(...queue.splice(queue.indexOf(batch), 1))
    const jittered = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++)
    const asked = Math.min(parseInt(response?.headers.get('Retry-After')) || 0, LONGEST_RETRY_AFTER) * 1e3
    clearTimeout(timer)
    timer = setTimeout(wake, Math.max(jittered, asked))
    persist()
  }

  function wake() {
    clearTimeout(timer)
    timer = 0
    pump()
  }

  /** To the shelf, each once: from there another page delivers what this one cannot. */
  function persist() {
    if (!keeping) return
    for (const batch of queue) {
      if (!batch.adopted && !batch.stored) shelf.put(batch)
      batch.stored = true
    }
  }

  const pieces = (batch) =>
    batch.actions.length > 1 && byteLength(render(batch)) > MAX_BEACON ? halves(batch).flatMap(pieces) : [batch]

  return {
    pending,
    wake,

    push(batch) {
      queue.push(batch)
      let size = queue.reduce((sum, { actions }) => sum + actions.join().length, 0)
      for (const old of [...queue]) {
        if (size < MAX_QUEUE) break
        size -= old.actions.join().length
        if (!old.flying && old.actions.length) drop(old, 'queue')
      }
      pump()
    },

    adopt(batches) {
      queue.unshift(...batches.map((batch) => ({ ...batch, adopted: true })))
      pump()
    },

    /** The page is out of sight and may end without another word: now, as much as the browser carries. */
    hidden() {
      persist()
      let room = MAX_KEEPALIVE - flying().reduce((sum, { size }) => sum + size, 0)
      for (const batch of [...queue]) {
        const size = byteLength(render(batch))
        if (batch.flying || batch.beaconed || (room -= size) < 0) continue
        send(batch)
      }
    },

    /** The page ends: beacons outlive it. Their answer is never seen, so the shelf keeps what they carry. */
    leave() {
      persist()
      for (const batch of queue) {
        if (batch.flying) continue
        if (!pieces(batch).every((piece) => navigator.sendBeacon?.(server, render(piece)))) break
        batch.beaconed = true
      }
    },

    /** The page was not over after all (bfcache): what went by beacon goes once more, and is waited for. */
    back() {
      for (const batch of queue) batch.beaconed = false
      wake()
    },

    /** Resolves when everything is acknowledged, or after so many ms. */
    drained(ms) {
      return new Promise((done) => {
        waiting.push(done)
        setTimeout(done, ms)
        wake()
      })
    },

    /** Consent was withdrawn: nothing is left, and nothing is put on the shelf any more. */
    purge() {
      keeping = false
      queue = []
      shelf.clear()
    },
  }
}
