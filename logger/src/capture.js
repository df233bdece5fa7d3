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

const INTERVAL = 100

let ending

/** Begin to listen; to abort what this returns removes every listener. */
export const hear = () => (ending = new AbortController())

/** Listen on a window, a frame or a shadow root. An event that passes two of them is one event. */
export const listen = (target, handlers) => {
  for (const types in handlers)
    for (const type of types.split(' ')) {
      const handler = handlers[types]
      // One guarded twin each: a listener that is added twice to one window is one listener to the browser.
      handler.guarded ||= guard((event) => handler.last === event || handler((handler.last = event)))
      target.addEventListener(type, handler.guarded, { capture: true, passive: true, signal: ending.signal })
    }
}

const onElement = (describe) => (event) => {
  const el = targetOf(event)
  if (!ignored(el)) add({ name: event.type, ...describe(el, event) })
}

const due = new Set()

/** What an element or the window does many times in a row is logged each 100 ms, and the last of it. */
const soon = (target, log) => {
  if (due.has(target)) return
  due.add(target)
  setTimeout(guard(() => {
    due.delete(target)
    log()
  }), INTERVAL)
}

const scroll = ({ target }) => {
  if (ignored(target)) return
  effect('scroll')
  soon(target, () => {
    const el = target.scrollingElement || target // only a document has one
    add({ name: 'scroll', ...name(el), scroll_x: tenth(el.scrollLeft), scroll_y: tenth(el.scrollTop) })
  })
}

/** Scrolling, changes and submits do not leave a shadow root: there is listening in all that pointer or focus reach. */
const enter = (event) => event.composedPath().filter((node) => node.nodeType > 10).forEach((root) => listen(root, inDocument))

/** What happens inside a document: of this window, or of a frame. */
export const inDocument = {
  click,
  submit,
  change,
  scroll,
  pointermove: move,
  'dblclick contextmenu': onElement((el, event) => ({ ...name(el), ...pointer(event) })),
  'copy cut paste': onElement(name),
  'pointerover pointerdown click focusin': enter,
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
  resize: () =>
    soon(window, () => {
      look()
      add({ name: 'resize' })
      check()
    }),
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
