// Whether the logger records: start, stop, consent, and pages that come back from a cache or were loaded ahead.

import { documentListeners, subscriptionListeners, windowListeners } from './capture.js'
import { cancelClickEffect, endClickEffect } from './clickEffect.js'
import { captureClick } from './clicks.js'
import { timeOf } from './coordinates.js'
import { resumeDelivery } from './delivery.js'
import { unwatchPasswordFields, watchScriptSubmits } from './forms.js'
import { guard, warn } from './guard.js'
import { watchLayout } from './layout.js'
import { lifecycleListeners, sealAndSendAll } from './lifecycle.js'
import { addListeners, beginListening, endListening } from './listeners.js'
import { urlParameters } from './mask.js'
import { notePointer, pointerPosition } from './mousePath.js'
import { logFirstView, logPageLeave, logPageView, watchNavigation } from './pages.js'
import { beginPage, enqueue, purge, record, seal } from './recorder.js'
import { keepOnlyRefusal, loadSession, reasonNotToRecord, saveSession, session, shareRefusal } from './session.js'
import { constants, options, setConstants } from './settings.js'
import { stats } from './stats.js'
import { atTime, now } from './util.js'

/** The user that the page's URL or its settings name, if they do. */
let givenUser
/** ms since the page began at which the logger was loaded. */
let loadTime
/** Frames that captureFrame() was called for. */
const frames = []

/** While a page is being parsed, it may not know its own title: the view then begins with DOMContentLoaded. */
function beginViews(time) {
  const handler = () => logFirstView(time)
  if (document.readyState === 'loading') addListeners(window, [{ types: ['DOMContentLoaded'], handler }])
  else handler()
}

function beginCapture(viewTime) {
  const signal = beginListening()
  addListeners(window, options.capture ? documentListeners : subscriptionListeners)
  if (options.capture) {
    addListeners(window, windowListeners)
    watchNavigation(signal)
    watchScriptSubmits(signal)
    watchLayout(signal)
    beginViews(viewTime)
  }
  addListeners(window, lifecycleListeners)
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
  unwatchPasswordFields()
  endListening()
}

/**
 * Begin to record, unless consent is missing or a browser signal forbids it. Has no effect while the logger records.
 * @param {number} [viewTime] when the present view began, in ms since the page began; default: now
 */
export function start(viewTime) {
  if (!stats.notRecordingReason || !options.server) return
  window.addEventListener('storage', followSharedConsent)
  window.addEventListener('pageshow', handlePageShow)
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
  beginCapture(viewTime)
}

/**
 * Load the session and start. For a page that the browser prerenders this is done again when the page is shown, because
 * consent, task or user may have changed on the page before.
 */
const startWithSession = guard(() => {
  loadSessionAndUser()
  start()
})

function loadSessionAndUser() {
  loadSession(givenUser)
  const user = givenUser || session.user
  if (user) constants.user = user
}

/** Start for the first time, after the settings have been applied. */
export function startFirst() {
  loadTime = now()
  const parameter = urlParameters().find(([name, value]) => name === options.userParam && value)
  if (parameter) setConstants({ user: parameter[1] })
  givenUser = constants.user
  startWithSession()
}

/** End all capture and remove all listeners. What was captured is still delivered. */
export function stop() {
  document.removeEventListener('prerenderingchange', startWithSession)
  window.removeEventListener('storage', followSharedConsent)
  window.removeEventListener('pageshow', handlePageShow)
  if (stats.notRecordingReason) return
  endClickEffect()
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

/** Capture a click that happened before the logger listened. */
const captureEarlierClick = guard((click) => {
  atTime(timeOf(click), () => {
    notePointer(click)
    captureClick(click)
  })
})

/**
 * Record that the person consents or refuses. It applies to the study in this tab, also on the pages that follow; a
 * refusal also applies to other tabs of the same participant. After a refusal nothing more is captured, and what was
 * not yet delivered is deleted.
 * @param {boolean} granted
 * @param {Event} [event] the click that gives consent, or a framework's event for it. If the logger records nothing yet,
 *   the click is recorded too, and the page view from the time at which the logger was loaded
 */
export function consent(granted, event) {
  shareRefusal(!granted)
  if (granted) {
    const click = event?.nativeEvent ?? event?.originalEvent ?? event // React, jQuery
    const isFirst = Boolean(click && stats.notRecordingReason)
    saveSession({ consent: granted })
    start(isFirst ? loadTime : undefined)
    if (isFirst && click.type === 'click' && options.capture) captureEarlierClick(click)
    enqueue({ name: 'consent', granted, ...pointerPosition() })
    seal('manual')
  } else {
    applyRefusal()
  }
}

/** Another logger of the same origin has stored something: the person may have consented or refused there. */
const followSharedConsent = guard(() => {
  if (stats.notRecordingReason) start()
  else if (!stats.notRecordingReason && reasonNotToRecord() === 'consent') applyRefusal()
})

/**
 * The page has come back from the back-forward cache. Meanwhile the person may have refused on another page, or another
 * participant may use the computer.
 */
const handlePageShow = guard(({ persisted }) => {
  if (!persisted) return
  if (stats.notRecordingReason) {
    startWithSession()
    return
  }
  loadSessionAndUser()
  if (session.consent === false) applyRefusal()
  else if (reasonNotToRecord()) endCapture('consent')
  else if (options.capture) logPageView('bfcache')
  resumeDelivery()
})

/** Capture inside a frame of the same origin too, in this page's coordinates. Before consent, this waits for it. */
export function captureFrame(frame) {
  frames.push(frame)
  if (!stats.notRecordingReason) listenInFrame(frame)
}
