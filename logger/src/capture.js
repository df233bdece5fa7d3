// Everything that is captured by itself: which event leads to which action. All listeners are passive, on the way down.

import { check } from './areas.js'
import { click, effect } from './clicks.js'
import { back, hidden, leave, wake } from './delivery.js'
import { name, pointer, targetOf } from './element.js'
import { change, submit } from './forms.js'
import { ignored, maskText, maskUrl, notePasswords } from './mask.js'
import { leavePage, step, viewPage } from './pages.js'
import { add, look, seal } from './recorder.js'
import { move } from './sampler.js'
import { guard } from './util.js'

const SCROLL_INTERVAL = 100

/** Listen on a window; returns what removes the listeners. */
export function listen(target, handlers) {
  const guarded = Object.entries(handlers).flatMap(([types, handler]) => {
    handler = guard(handler)
    return types.split(' ').map((type) => [type, handler, { capture: true, passive: true }])
  })
  guarded.forEach((listener) => target.addEventListener(...listener))
  return () => guarded.forEach((listener) => target.removeEventListener(...listener))
}

const onElement = (describe) => (event) => {
  const el = targetOf(event)
  if (!ignored(el)) add({ name: event.type, ...describe(el, event) })
}

/** Scroll positions of the page and of every scrolling element: each 100 ms, and the last. */
const scrolled = new Set()

function scroll({ target }) {
  if (ignored(target)) return
  effect('scroll')
  if (!scrolled.size) setTimeout(guard(logScroll), SCROLL_INTERVAL)
  scrolled.add(target)
}

function logScroll() {
  for (const el of scrolled) {
    const page = el.scrollingElement // only a document has one
    const { scrollLeft, scrollTop } = page || el
    add({ name: 'scroll', ...(page ? {} : name(el)), scroll_x: Math.round(scrollLeft), scroll_y: Math.round(scrollTop) })
  }
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

const failed = (message, src, line) =>
  add({ name: 'error', message: maskText(message).slice(0, 300), src: src && maskUrl(src), line })

// Focus and blur of every element pass the window too.
const ofWindow = (event) => event.target === window && add({ name: 'window_' + event.type })

/** What happens to the window as a whole. */
export const toWindow = {
  'focus blur': ofWindow,
  popstate: () => step('pop'),
  hashchange: () => step('hash'),
  pageshow: (event) => event.persisted && viewPage('bfcache'),
  resize: () => {
    look()
    add({ name: 'resize' })
    check()
  },
  error: ({ target, message, filename, lineno }) =>
    message ? failed(message, filename, lineno) : failed('not loaded: ' + target.localName, target.src || target.href),
  load: (event) => event.target === document && check(),
  unhandledrejection: ({ reason }) => failed(reason?.message || reason),
  visibilitychange: () => add({ name: 'visibility', state: document.visibilityState }),
  pagehide: () => {
    effect('nav')
    leavePage()
  },
}

/** What the delivery must hear of, also when nothing is captured by itself. Listens last: it sends what the others log. */
export const theEnd = {
  visibilitychange: () => {
    if (document.visibilityState === 'visible') return wake()
    seal('hidden')
    hidden()
  },
  freeze: () => {
    seal('freeze')
    hidden()
  },
  pagehide: () => {
    seal('pagehide')
    leave()
  },
  pageshow: (event) => event.persisted && back(),
  online: wake,
}
