// Whether the logger records: start, stop, consent, and pages that come back from a cache or were loaded ahead.

import { documentListeners, subscriptionListeners, windowListeners } from './capture.js'
import { cancelClickEffect } from './clickEffect.js'
import { resumeDelivery } from './delivery.js'
import { guard, warn } from './guard.js'
import { lifecycleListeners, sealAndSendAll } from './lifecycle.js'
import { addListeners, beginListening, endListening } from './listeners.js'
import { logPageLeave, logPageView, watchHistory } from './pages.js'
import { beginPage, enqueue, purge, record, seal } from './recorder.js'
import { keepOnlyRefusal, loadSession, reasonNotToRecord, saveSession, session, shareRefusal } from './session.js'
import { constants, options } from './settings.js'
import { stats } from './stats.js'

/** The user that the page's URL or its settings name, if they do. */
let givenUser
/** Frames that captureFrame() was called for. */
const frames = []

/** While a page is being parsed, it may not know its own title: the view then begins with DOMContentLoaded. */
function logFirstPageView() {
  const logLoad = () => logPageView('load')
  if (document.readyState === 'loading') addListeners(window, [{ types: ['DOMContentLoaded'], handler: logLoad }])
  else logLoad()
}

function beginCapture() {
  const signal = beginListening()
  addListeners(window, options.capture ? documentListeners : subscriptionListeners)
  if (options.capture) {
    addListeners(window, windowListeners)
    watchHistory(signal)
    logFirstPageView()
  }
  addListeners(window, lifecycleListeners)
  addListeners(window, [{ types: ['pageshow'], handler: handlePageShow }])
  frames.forEach(listenInFrame)
}

/** A frame gets a new window with each document, so the listeners are added again when it has loaded. */
const listenInFrame = guard((frame) => {
  const listenInWindow = () => addListeners(frame.contentWindow, documentListeners)
  addListeners(frame, [{ types: ['load'], handler: listenInWindow }])
  listenInWindow()
})

function endCapture(reason) {
  stats.notRecordingReason = reason
  cancelClickEffect()
  endListening()
}

/**
 * Begin to record, unless consent is missing or a browser signal forbids it. Has no effect while the logger records.
 */
export function start() {
  if (!stats.notRecordingReason || !options.server) return
  window.addEventListener('storage', followSharedConsent)
  if (document.prerendering) {
    document.addEventListener('prerenderingchange', startWithSession)
    return
  }
  stats.notRecordingReason = reasonNotToRecord()
  if (stats.notRecordingReason) {
    warn(`not recording: ${stats.notRecordingReason}`)
    return
  }
  beginPage()
  saveSession({ user: constants.user })
  beginCapture()
}

/**
 * Load the session and start. For a page that the browser prerenders this is done again when the page is shown, because
 * consent, task or user may have changed on the page before.
 */
const startWithSession = guard(() => {
  loadSession(givenUser)
  const user = givenUser || session.user
  if (user) constants.user = user
  start()
})

/** Start for the first time, after the settings have been applied. */
export function startFirst() {
  const inHashRoute = location.hash.split('?')[1] // as in #/welcome?user=p017
  const [fromQuery, fromHash] = [location.search, inHashRoute].map((part) => new URLSearchParams(part).get(options.userParam))
  givenUser = fromQuery || fromHash || constants.user
  startWithSession()
}

/** End all capture and remove all listeners. What was captured is still delivered. */
export function stop() {
  document.removeEventListener('prerenderingchange', startWithSession)
  window.removeEventListener('storage', followSharedConsent)
  if (stats.notRecordingReason) return
  logPageLeave()
  sealAndSendAll('manual')
  endCapture('stopped')
}

/** Delete what was not yet delivered, tell the server of the refusal, and capture nothing more. */
function applyRefusal() {
  purge()
  if (!stats.notRecordingReason) record({ name: 'consent', granted: false })
  seal('manual')
  endCapture('consent')
  keepOnlyRefusal()
}

/**
 * Record that the person consents or refuses. It applies to the study in this tab, also on the pages that follow; a
 * refusal also applies to other tabs of the same participant. After a refusal nothing more is captured, and what was
 * not yet delivered is deleted.
 * @param {boolean} granted
 */
export function consent(granted) {
  shareRefusal(!granted)
  if (granted) {
    saveSession({ consent: granted })
    start()
    enqueue({ name: 'consent', granted })
    seal('manual')
  } else {
    applyRefusal()
  }
}

/** Another logger of the same origin has stored something: the person may have consented or refused there. */
const followSharedConsent = guard(() => {
  if (stats.notRecordingReason === 'consent') start()
  else if (!stats.notRecordingReason && reasonNotToRecord() === 'consent') applyRefusal()
})

/**
 * The page has come back from the back-forward cache. Meanwhile the person may have refused on another page, or another
 * participant may use the computer.
 */
function handlePageShow({ persisted }) {
  if (!persisted) return
  loadSession(givenUser)
  if (session.consent === false) applyRefusal()
  else if (reasonNotToRecord()) endCapture('consent')
  else if (options.capture) logPageView('bfcache')
  resumeDelivery()
}

/** Capture inside a frame of the same origin too, in this page's coordinates. Before consent, this waits for it. */
export function captureFrame(frame) {
  frames.push(frame)
  if (!stats.notRecordingReason) listenInFrame(frame)
}
