// Delivery, at least once: a batch leaves the queue only when the server answered 200 for it.

import { bodyOf, halves, tombstone } from './batch.js'
import { constants, options } from './settings.js'
import * as shelf from './shelf.js'
import { stats } from './stats.js'
import { byteLength, tenth, warn } from './util.js'

const MAX_QUEUE = 4e6 // bytes in memory while the server is away
const MAX_KEEPALIVE = 60e3 // browsers allow 64 KiB of requests that outlive their page
const MAX_BEACON = 30e3
const TIMEOUT = 30e3
const FOR_GOOD = /^4(?!08|25|29)/ // statuses that another try would not change
const FIRST_WAIT = 1e3
const LONGEST_WAIT = 60e3
const LONGEST_ASKED = 3600e3 // more is a mistake

let queue = []
let timer = 0
let failures = 0
let clock = null
const waiting = []

const total = (batches, number) => batches.reduce((sum, batch) => sum + number(batch), 0)
const countOf = (batch) => batch.actions.length
const sizeOf = (batch) => byteLength(render(batch))

export const pending = () => total(queue, countOf)

/** The body of this attempt; what it says of itself changes, its actions never do. */
const render = (batch) => bodyOf(batch, { sent_at: Date.now(), clock })

const pump = () => {
  if (!queue[0]) waiting.splice(0).forEach((done) => done())
  else if (!timer && !queue.some((batch) => batch.flying)) send(queue[0])
}

export const wake = () => {
  clearTimeout(timer)
  timer = 0
  pump()
}

const send = async (batch) => {
  const body = render(batch)
  const start = Date.now()
  const size = byteLength(body)
  let response
  batch.flying = size
  if (options.debug) console.log(body)
  try {
    response = await fetch(options.server, {
      method: 'POST',
      body, // a text makes the request a simple one: no preflight, from any origin
      credentials: 'omit',
      keepalive: size < MAX_KEEPALIVE,
      signal: AbortSignal.timeout?.(TIMEOUT), // not in the browsers of 2021
    })
    const rtt = Date.now() - start
    const serverTime = +response.headers.get('X-Server-Time')
    // The server's clock against this one: of all answers the quickest says it best.
    if (serverTime && !(clock?.rtt < rtt)) clock = { offset: tenth(serverTime - start - rtt / 2), rtt }
    await response.text() // until then some browsers count the request as one that is under way
  } catch {
    // No answer: away, blocked, or too late. It may have arrived all the same; the server suppresses the repetition.
  }
  batch.flying = 0
  batch.envelope.attempt++
  if (queue.includes(batch)) answered(batch, response)
}

const answered = (batch, response) => {
  const status = response?.status
  if (status === 200) {
    failures = 0
    settle(batch, 'acked')
  } else if (status === 413 && batch.actions[1]) {
    settle(batch, '', halves(batch))
  } else if (FOR_GOOD.test(status)) {
    warn(`HTTP ${status}`)
    drop(batch, status === 413 ? 'oversize' : 'http4xx')
  } else return retryLater(batch, response)
  pump()
}

/** The batch leaves the queue; `others` take its place. */
const settle = (batch, what, others = []) => {
  if (what && batch.envelope.page_id === stats.page_id) stats[what] += countOf(batch)
  queue = queue.flatMap((other) => (other === batch ? others : other))
  shelf.remove(batch)
}

/** A batch becomes the declaration of its loss; a declaration that is refused itself has nowhere left to go. */
const drop = (batch, reason) => settle(batch, 'lost', batch.actions[0] ? [tombstone(batch, reason)] : [])

const retryLater = (batch, response) => {
  batch.envelope.reason = 'retry'
  // To the end: one batch that the server chokes on must not hold up the others.
  queue = [...queue.filter((other) => other !== batch), batch]
  // One wait for all that failed together, as several do when the page was hidden: it is one failure.
  timer ||= setTimeout(wake, Math.max(
    Math.min(LONGEST_ASKED, response?.headers.get('Retry-After') * 1e3 || 0),
    Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++),
  ))
  persist()
}

/** To the shelf, each once: from there another page delivers what this one cannot. */
const persist = () => {
  if (stats.why !== 'consent') queue.forEach((batch) => (batch.stored ||= shelf.put(batch)))
}

export const push = (batch) => {
  queue.push(batch)
  const bytes = ({ actions }) => total(actions, (action) => action.length)
  if (total(queue, bytes) > MAX_QUEUE) drop(queue.find(countOf), 'queue')
  // Not at once: the page's own wrapper of fetch may log something while an action is still being written down.
  queueMicrotask(pump)
}

/** Take over what other pages left behind. */
export const adopt = () => {
  for (const batch of (queue = shelf.all() || [])) {
    batch.envelope.reason = 'adopt'
    batch.stored = true
  }
  pump()
}

/** The page is out of sight and may end without another word: send now, as much as the browser carries. */
export const hidden = () => {
  persist()
  let room = MAX_KEEPALIVE - total(queue, (batch) => batch.flying || 0)
  queue.forEach((batch) => {
    if (!batch.flying && (room -= sizeOf(batch)) > 0) send(batch)
  })
}

const pieces = (batch) => (batch.actions[1] && sizeOf(batch) > MAX_BEACON ? halves(batch).flatMap(pieces) : [batch])

/** The page ends: beacons outlive it, requests begun now would not. Their answer is never seen, so the shelf keeps what they carry. */
export const leave = () => {
  timer = Infinity
  persist()
  for (const batch of queue) batch.flying ||= pieces(batch).every((piece) => navigator.sendBeacon(options.server, render(piece)))
}

/** The page was not over after all (bfcache): what was under way goes once more, and is waited for. */
export const back = () => {
  for (const batch of queue) batch.flying = 0
  wake()
}

/** Resolves when everything is acknowledged, or after so many ms. */
export const drained = (ms) =>
  new Promise((done) => {
    waiting.push(done)
    setTimeout(done, ms)
    wake()
  })

/** Consent was withdrawn: nothing of this person is left here. What others left behind on this computer stays. */
export const discard = () => {
  for (const batch of [...queue, ...(shelf.all() || [])]) {
    if (batch.envelope.page_id === stats.page_id || batch.envelope.const.user + '' === constants.user + '') settle(batch)
  }
}
