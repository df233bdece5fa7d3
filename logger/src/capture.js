// Everything that is captured by itself: which event leads to which action. All listeners are passive, on the way down.

import { check } from './areas.js'
import { click, effect } from './clicks.js'
import { hidden, leave, wake } from './delivery.js'
import { name, pointer, targetOf } from './element.js'
import { change, submit } from './forms.js'
import { ignored, maskUrl, notePasswords } from './mask.js'
import { leavePage, step } from './pages.js'
import { add, look, seal } from './recorder.js'
import { move } from './sampler.js'
import { options } from './settings.js'
import { guard, tenth } from './util.js'

const SCROLL_INTERVAL = 100

/** What removes all that `listen` and others have put into the page. */
export const undo = []

/** Listen on a window or an element. */
export const listen = (target, handlers) => {
  const listeners = Object.entries(handlers).flatMap(([types, handler]) => {
    // One guarded twin each: a listener that is added twice to one window is one listener to the browser.
    handler.guarded ||= guard(handler)
    return types.split(' ').map((type) => [type, handler.guarded, { capture: true, passive: true }])
  })
  listeners.forEach((listener) => target.addEventListener(...listener))
  // A frame may be out of reach by then.
  undo.push(guard(() => listeners.forEach((listener) => target.removeEventListener(...listener))))
}

const onElement = (describe) => (event) => {
  const el = targetOf(event)
  if (!ignored(el)) add({ name: event.type, ...describe(el, event) })
}

/** Scroll positions of the page and of every scrolling element: each 100 ms, and the last. */
const scrolled = new Set()

const scroll = ({ target }) => {
  if (ignored(target)) return
  effect('scroll')
  if (!scrolled.size) setTimeout(logScroll, SCROLL_INTERVAL)
  scrolled.add(target)
}

const logScroll = () => {
  scrolled.forEach(
    guard((target) => {
      const el = target.scrollingElement || target // only a document has one
      add({ name: 'scroll', ...name(el), scroll_x: tenth(el.scrollLeft), scroll_y: tenth(el.scrollTop) })
    }),
  )
  scrolled.clear()
}

/** What happens inside a document: of this window, or of a frame. */
export const inDocument = {
  click,
  submit,
  change,
  scroll,
  pointermove: move,
  'dblclick contextmenu': onElement((el, event) => ({ ...name(el), ...pointer(event) })),
  'copy cut paste': onElement(name),
  focusin: (event) => notePasswords(targetOf(event)),
}

/** Of a script (message), of a promise (reason), or of what could not be loaded (neither: then the element is named). */
const failed = ({ target, reason = target, message = reason?.message || reason, filename = target.src || target.href, lineno }) =>
  add({ name: 'error', message: maskUrl(message), src: filename && maskUrl(filename), line: lineno })

/** What happens to the window as a whole. */
export const toWindow = {
  // Those of every element pass here too.
  'focus blur': (event) => event.target === window && add({ name: 'window_' + event.type }),
  load: check,
  'popstate hashchange': () => step('pop'),
  resize: () => {
    look()
    add({ name: 'resize' })
    check()
  },
  'error unhandledrejection': failed,
}

/** Nothing may follow: all that is there must go now. */
export const away = (reason) => {
  seal(reason)
  hidden()
}

/** What the delivery must hear of, also when nothing is captured by itself. */
export const theEnd = {
  visibilitychange: () => {
    if (options.capture) add({ name: 'visibility', state: document.visibilityState })
    if (document.hidden) away('hidden')
  },
  freeze: () => away('freeze'),
  pagehide: () => {
    effect('nav')
    leavePage()
    seal('pagehide')
    leave()
  },
  online: wake,
}
