// The session: what the tab remembers about a study from one page to the next, in sessionStorage. Nothing is stored
// before consent, where consent is required.

import { guard } from './guard.js'
import { options, storagePrefix } from './settings.js'
import { hash } from './util.js'

/**
 * The tab's session, as it is stored. All fields are optional. Where storage is blocked, it lasts as long as the page.
 * @type {{
 *   session_id?: string,
 *   page_no?: number,
 *   prev_page?: {id: string, seq: number},
 *   given_user_hash?: number,
 *   user?: string,
 *   task?: string,
 *   consent?: boolean,
 * }}
 */
export let session = {}

const sessionKey = () => storagePrefix() + options.study

/**
 * Load what the tab remembers. If the page names another user than the page before did, another person uses the same
 * computer: the new participant has not consented, has no task, and gets a session of their own.
 * @param {string} [givenUser] the user that the page's URL or tag names
 */
export const loadSession = guard((givenUser) => {
  session = JSON.parse(sessionStorage.getItem(sessionKey()) || '{}')
  const storedHash = session.given_user_hash
  const givenHash = givenUser ? hash(givenUser) : storedHash
  if (storedHash !== undefined && storedHash !== givenHash) session = {}
  // A hash, because after a refusal the tab must still tell two participants apart but keep no name.
  session.given_user_hash = givenHash
})

/** Change the session and store it. */
export const saveSession = guard((changes) => {
  Object.assign(session, changes)
  sessionStorage.setItem(sessionKey(), JSON.stringify(session))
})

/** After a refusal: forget everything except the refusal, and the hash that shows whose it is. */
export function keepOnlyRefusal() {
  session = { given_user_hash: session.given_user_hash }
  saveSession({ consent: false })
}

/** The browser's privacy signals: Global Privacy Control and Do Not Track. */
export function privacySignals() {
  return { gpc: Boolean(navigator.globalPrivacyControl), dnt: navigator.doNotTrack === '1' }
}

/**
 * Why nothing may be captured now. The person's own consent or refusal outweighs the browser's signals.
 * @returns {'consent' | 'gpc' | 'dnt' | undefined} undefined if capture is allowed
 */
export function reasonNotToRecord() {
  if (session.consent) return undefined
  if (options.consent || session.consent === false) return 'consent'
  const signals = privacySignals()
  return options.respect.split(/\W/).find((signal) => signals[signal])
}
