// The end of a page: when it is hidden, frozen or left, what was captured must be sent. It is listened to even where
// nothing is captured without a call by the study.

import { endClickEffect, noteEffect } from './clickEffect.js'
import { sendNow } from './delivery.js'
import { sendBeforeEnd, sendBeforeHidden } from './leaving.js'
import { savePointerPosition } from './mousePath.js'
import { logPageLeave } from './pages.js'
import { enqueue, seal } from './recorder.js'
import { options } from './settings.js'

/**
 * Seal the open batch, and store and send everything now. A hidden page may be closed without any further event, as
 * happens on phones.
 * @param {'hidden' | 'freeze' | 'manual'} reason
 */
export function sealAndSendAll(reason) {
  seal(reason)
  sendBeforeHidden()
}

function handleVisibilityChange() {
  if (options.capture) enqueue({ name: 'visibility', state: document.visibilityState })
  if (document.hidden) sealAndSendAll('hidden')
}

/**
 * The page is left, or goes into the back-forward cache. The event unload is not used instead, because a page that
 * listens to it is not put into that cache (https://web.dev/articles/bfcache).
 */
function handlePageHide() {
  noteEffect('nav')
  endClickEffect()
  logPageLeave()
  savePointerPosition()
  seal('pagehide')
  sendBeforeEnd()
}

/** Listeners on the window. */
export const lifecycleListeners = [
  { types: ['visibilitychange'], handler: handleVisibilityChange },
  { types: ['freeze'], handler: () => sealAndSendAll('freeze') },
  { types: ['pagehide'], handler: handlePageHide },
  { types: ['online'], handler: sendNow },
]
