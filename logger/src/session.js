// The session: what the tab remembers about a study from one page to the next, in sessionStorage, and who has refused,
// in localStorage. Several loggers share both: of pages, of their frames, of other tabs. Each therefore reads them
// again before it captures, sends or changes anything. Nothing is stored before consent, where consent is required.

import { guard } from './guard.js'
import { parse, toJson } from './json.js'
import { constants, options, storagePrefix } from './settings.js'
import { hash, uuid7 } from './util.js'

/**
 * The tab's session, as it was last read or stored. All fields are optional. Where storage is blocked, it lasts as long
 * as the page. A frame has a page_no and a prev_page of its own, see framePosition().
 * @type {{
 *   session_id?: string,
 *   page_no?: number,
 *   prev_page?: {id: string, seq: number},
 *   given_user_hash?: number,
 *   user?: string,
 *   task?: string,
 *   trial?: number,
 *   trials?: number,
 *   pointer?: object,
 *   consent?: boolean,
 * }}
 */
export let session = {}

const sessionKey = () => storagePrefix() + options.study

let lastText
let lastParsed

/** The stored session. It is parsed only if it has changed, because it is read for every action. */
const readStored = guard(() => {
  const text = sessionStorage.getItem(sessionKey())
  if (text !== lastText) lastParsed = parse(text)
  lastText = text
  return lastParsed
})

const store = guard(() => {
  sessionStorage.setItem(sessionKey(), toJson(session))
})

/** Read what other loggers of the tab have stored, unless that is another participant's. */
function readSession() {
  const stored = readStored()
  const [hash1, hash2] = [stored?.given_user_hash, session.given_user_hash]
  if (stored && (hash1 === hash2 || hash1 === undefined || hash2 === undefined)) session = stored
}

/**
 * Load what the tab remembers. If the page names another user than the page before did, another person uses the same
 * computer: the new participant has not consented, has no task, and gets a session of their own.
 * @param {string} [givenUser] the user that the page's URL or tag names
 */
export function loadSession(givenUser) {
  session = readStored() ?? {}
  const storedHash = session.given_user_hash
  const givenHash = givenUser ? hash(givenUser) : storedHash
  if (storedHash !== undefined && storedHash !== givenHash) session = {}
  // A hash, because after a refusal the tab must still tell two participants apart but keep no name.
  session.given_user_hash = givenHash
}

/** Change the session and store it. */
export function saveSession(changes) {
  readSession()
  Object.assign(session, changes)
  store()
}

/** After a refusal: forget everything except the refusal, and the hash that shows whose it is. */
export function keepOnlyRefusal() {
  session = { given_user_hash: session.given_user_hash, consent: false }
  store()
}

/**
 * Which frame of the tab this page is in, as the positions among its siblings: empty for the tab's own page, otherwise
 * for example `.0.2`. The chain of pages in a frame is another one than that of the pages around it.
 */
export function framePosition() {
  let position = ''
  for (let frame = window; frame !== frame.parent; frame = frame.parent) {
    let index = 0
    while (frame.parent[index] !== frame) index++
    position = `.${index}${position}`
  }
  return position
}

/** The time in a UUIDv7, as text that sorts. */
const timeOfId = (id) => id.slice(0, 13)

/** Key of a participant's refusal. A hash, because after a refusal the browser keeps no name. */
const refusalKey = (study, user) => `userlogger-refusal ${options.server} ${hash(`${study} ${user}`)}`

/**
 * Let the loggers in all tabs know that this participant has refused or, after all, consented. A refusal applies to
 * what was captured before it and to sessions that began before it: the next person at this computer is asked again.
 */
export const shareRefusal = guard((isRefused) => {
  const key = refusalKey(options.study, constants.user)
  if (isRefused) localStorage.setItem(key, timeOfId(uuid7()))
  else localStorage.removeItem(key)
})

/** Whether a participant refused after this id, a batch's or a session's, was made. */
export const isRefused = guard(({ study, const: { user }, batch_id }) => {
  const refusedAt = localStorage.getItem(refusalKey(study, user))
  return refusedAt !== null && timeOfId(batch_id) < refusedAt
})

/** The browser's privacy signals: Global Privacy Control and Do Not Track. */
export function privacySignals() {
  return { gpc: Boolean(navigator.globalPrivacyControl), dnt: navigator.doNotTrack === '1' }
}

/**
 * Why nothing may be captured now. The person's own consent or refusal outweighs the browser's signals.
 * @returns {'consent' | 'gpc' | 'dnt' | undefined} undefined if capture is allowed
 */
export function reasonNotToRecord() {
  readSession()
  const { consent, session_id } = session
  if (session_id && isRefused({ study: options.study, const: constants, batch_id: session_id })) return 'consent'
  if (consent) return undefined
  if (options.consent || consent === false) return 'consent'
  const signals = privacySignals()
  return options.respect.split(/\W/).find((signal) => signals[signal])
}
