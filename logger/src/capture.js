// Everything that is captured by itself: which event leads to which action. All listeners are passive, on the way down.

import { createClicks } from './clicks.js'
import { name, pointer, targetOf } from './element.js'
import { change, submit } from './forms.js'
import { maskText, maskUrl, notePasswords, within } from './mask.js'
import { createSampler } from './sampler.js'
import { guard } from './util.js'

const SCROLL_INTERVAL = 100

/** One listener a type on a window; returns what removes them. */
export function listen(target, handlers) {
  const options = { capture: true, passive: true }
  const guarded = Object.entries(handlers).map(([types, handler]) => [types.split(' '), guard(handler)])
  const each = (method) => guarded.forEach(([types, handler]) => types.forEach((type) => target[method](type, handler, options)))
  each('addEventListener')
  return () => each('removeEventListener')
}

/** Scroll positions of the page and of every scrolling element: each 100 ms, and the last. */
function createScroll(recorder, effects) {
  const moved = new Set()
  let timer = 0

  function log() {
    timer = 0
    for (const el of moved) {
      const root = el.scrollingElement // only a document has one
      const { scrollLeft, scrollTop } = root || el
      recorder.add({ name: 'scroll', ...(root ? {} : name(el)), scroll_x: Math.round(scrollLeft), scroll_y: Math.round(scrollTop) })
    }
    moved.clear()
  }

  return (event) => {
    if (within(event.target, '[data-ul-ignore]')) return
    effects.end('scroll')
    moved.add(event.target)
    timer ||= setTimeout(guard(log), SCROLL_INTERVAL)
  }
}

/** What happens inside a document: of this window, or of a frame. */
export function documentHandlers(recorder, options, subscribed, effects) {
  const onElement = (describe) => (event) => {
    const el = targetOf(event)
    if (!within(el, '[data-ul-ignore]')) recorder.add({ name: event.type, ...describe(el, event) })
  }
  const clicks = { click: createClicks(recorder, options, subscribed, effects) }
  if (!options.capture) return clicks
  return {
    ...clicks,
    'dblclick contextmenu': onElement((el, event) => ({ ...name(el), ...pointer(event) })),
    'copy cut paste': onElement((el) => name(el.localName ? el : document.body)),
    pointermove: createSampler(recorder, options.moveInterval),
    scroll: createScroll(recorder, effects),
    submit: submit(recorder),
    change: change(recorder, options),
    focusin: (event) => notePasswords(targetOf(event)),
  }
}

/** What happens to the window as a whole. */
export function captureWindow(recorder, pages, areas) {
  const failed = (error, src, line) =>
    recorder.add({ name: 'error', message: maskText(error).slice(0, 300), src: src && maskUrl(src), line })
  const removeListeners = listen(window, {
    popstate: () => pages.step('pop'),
    hashchange: () => pages.step('hash'),
    pageshow: (event) => event.persisted && pages.view('bfcache'),
    // Focus and blur of elements pass here as well.
    focus: (event) => event.target === window && recorder.add({ name: 'window_focus' }),
    blur: (event) => event.target === window && recorder.add({ name: 'window_blur' }),
    resize: () => {
      recorder.look()
      recorder.add({ name: 'resize' })
      areas.check()
    },
    error: (event) =>
      event.target === window
        ? failed(event.message, event.filename, event.lineno)
        : failed('not loaded: ' + event.target.localName, event.target.src || event.target.href),
    unhandledrejection: (event) => failed(event.reason?.message || event.reason),
  })
  const undoHistory = pages.watchHistory()
  return () => {
    removeListeners()
    undoHistory()
  }
}

/** What the delivery must hear of, also when nothing is captured by itself. */
export function watchEnd(recorder, delivery, capture, effects, pages) {
  return listen(window, {
    visibilitychange: () => {
      const hidden = document.visibilityState === 'hidden'
      if (capture) recorder.add({ name: 'visibility', state: document.visibilityState })
      if (!hidden) return delivery.wake()
      recorder.seal('hidden')
      delivery.hidden()
    },
    freeze: () => {
      recorder.seal('freeze')
      delivery.hidden()
    },
    pagehide: () => {
      effects.end('nav')
      if (capture) pages.leave()
      recorder.seal('pagehide')
      delivery.leave()
    },
    pageshow: (event) => event.persisted && delivery.back(),
    online: delivery.wake,
  })
}
