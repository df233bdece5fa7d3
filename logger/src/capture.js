// What is captured without any call by the study: which event leads to which action.

import { logAreasIfChanged } from './areas.js'
import { beginPress, captureEffect } from './clickEffect.js'
import { captureClick } from './clicks.js'
import { pointerFields } from './coordinates.js'
import { elementFields, isRoot, pathOf, targetOf } from './element.js'
import { captureChange, captureSubmit, watchPasswordFields } from './forms.js'
import { checkLayout } from './layout.js'
import { addListeners } from './listeners.js'
import { isIgnored, maskUrl } from './mask.js'
import { capturePointerMove, capturePointerOut, capturePointerUp, notePointer } from './mousePath.js'
import { captureNavigation } from './pages.js'
import { enqueue, refreshView } from './recorder.js'
import { throttle } from './throttle.js'
import { roundToTenth } from './util.js'

/** `dblclick`, `contextmenu`, and what drag and drop consists of besides its path */
function capturePointerAction(event) {
  const element = targetOf(event)
  if (isIgnored(element)) return
  enqueue({ name: event.type, ...elementFields(element), ...pointerFields(event) })
}

/** `copy`, `cut`, `paste`: that it happened and where; never what is on the clipboard. */
function captureClipboard(event) {
  const element = targetOf(event)
  if (!isIgnored(element)) enqueue({ name: event.type, ...elementFields(element) })
}

function captureScroll({ target }) {
  if (isIgnored(target)) return
  throttle(target, () => {
    const element = target.scrollingElement || target // the target is a document where the page itself is scrolled
    enqueue({
      name: 'scroll',
      ...elementFields(element),
      scroll_x: roundToTenth(element.scrollLeft),
      scroll_y: roundToTenth(element.scrollTop),
    })
  })
}

/**
 * Scroll, change and submit events do not leave a shadow root (they are not composed), so the logger listens in each
 * open shadow root that the pointer or the focus has entered.
 */
function listenInRoots(event) {
  for (const root of pathOf(event).filter(isRoot)) {
    if (root.nodeType === Node.DOCUMENT_FRAGMENT_NODE) addListeners(root, documentListeners)
    watchPasswordFields(root)
  }
}

/** Listeners for what happens inside a document, of the page or of a frame. */
export const documentListeners = [
  { types: ['pointerdown'], handler: beginPress },
  { types: ['click', 'auxclick'], handler: captureClick },
  { types: ['submit'], handler: captureSubmit },
  { types: ['change'], handler: captureChange },
  { types: ['scroll'], handler: captureScroll },
  { types: ['pointermove', 'dragover'], handler: capturePointerMove },
  { types: ['pointerdown'], handler: notePointer },
  { types: ['pointerout'], handler: capturePointerOut },
  { types: ['pointerup', 'pointercancel'], handler: capturePointerUp },
  { types: ['dblclick', 'contextmenu', 'dragstart', 'drop', 'dragend'], handler: capturePointerAction },
  { types: ['copy', 'cut', 'paste'], handler: captureClipboard },
  { types: ['change', 'focusin', 'scroll', 'toggle', 'play', 'visibilitychange'], handler: captureEffect },
  { types: ['pointerover', 'pointerdown', 'click', 'focusin'], handler: listenInRoots },
]

/** Listeners for a page that captures nothing by itself: only clicks on subscribed elements. */
export const subscriptionListeners = [{ types: ['click'], handler: captureClick }]

function captureWindowFocus(event) {
  // The focus events of all elements pass the window as well.
  if (event.target === window) enqueue({ name: `window_${event.type}` })
}

function captureResize() {
  throttle(window, () => {
    refreshView()
    enqueue({ name: 'resize' })
    logAreasIfChanged()
    checkLayout()
  })
}

/**
 * `error`, `unhandledrejection`: what the error itself says. A script's error has a message and a file, a rejection may
 * have a reason, and a file that cannot be loaded is known by its element. The window is no source of any of these: its
 * properties are the page's global variables.
 */
function captureError(event) {
  const { reason, target } = event
  const failedElement = target === window ? undefined : target
  const message = event.message ?? reason?.message ?? reason ?? failedElement
  const file = event.filename ?? (failedElement?.src || failedElement?.href)
  enqueue({
    name: 'error',
    message: message === undefined ? undefined : maskUrl(message),
    src: file && maskUrl(file),
    line: event.lineno,
  })
}

/** Listeners for what happens to the window as a whole. */
export const windowListeners = [
  { types: ['focus', 'blur'], handler: captureWindowFocus },
  { types: ['load'], handler: logAreasIfChanged },
  { types: ['load'], handler: checkLayout },
  { types: ['popstate', 'hashchange'], handler: () => captureNavigation('pop') },
  { types: ['resize'], handler: captureResize },
  { types: ['error', 'unhandledrejection'], handler: captureError },
]
