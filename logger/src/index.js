// The logger's public face: what a page can ask of it. One page has one logger, so nothing is captured twice.

import { track } from './areas.js'
import { away, hear, inDocument, listen, theEnd, toWindow } from './capture.js'
import { click, effect, subscribed } from './clicks.js'
import { back, drained, pending } from './delivery.js'
import { coordinates } from './element.js'
import { leavePage, viewPage, watchHistory } from './pages.js'
import { add, begin, captured, open, purge, seal } from './recorder.js'
import { forget, recall, refusal, save, state } from './session.js'
import { configure, constants, options } from './settings.js'
import { stats } from './stats.js'
import { guard, hash, warn } from './util.js'

const FLUSH_WAIT = 10e3

let logger
let given
const frames = []
let ending

const attach = () => {
  ending = hear()
  listen(window, options.capture ? inDocument : { click })
  if (options.capture) {
    listen(window, toWindow)
    watchHistory(ending.signal)
    // Before that, a page in the making may not know its own title.
    if (document.readyState === 'loading') listen(window, { DOMContentLoaded: () => viewPage('load') })
    else viewPage('load')
  }
  listen(window, { ...theEnd, pageshow })
  frames.forEach(attachFrame)
}

const attachFrame = guard((frame) => {
  const load = () => listen(frame.contentWindow, inDocument)
  listen(frame, { load })
  load()
})

const detach = (reason) => {
  stats.why = reason
  effect()
  ending?.abort()
}

/** Capture, unless the person's word or signal stands against it. Does nothing while it runs. */
const start = () => {
  if (!stats.why || !options.server) return
  if (document.prerendering) return document.addEventListener('prerenderingchange', arrive)
  if ((stats.why = refusal())) return warn(`not recording: ${stats.why}`)
  begin()
  save({ user: constants.user })
  attach()
}

/** What the tab remembers counts when the page is shown: one that was loaded ahead may find another word, or another task. */
const arrive = guard(() => {
  recall(given)
  const user = given || state.user
  if (user) constants.user = user
  start()
})

/** End all capture; what was captured is delivered still. */
const stop = () => {
  document.removeEventListener('prerenderingchange', arrive)
  if (stats.why) return
  leavePage()
  away('manual')
  detach('stopped')
}

/** The person's word. It holds for the tab, also on the pages that follow. */
const consent = (granted) => {
  if (granted) {
    state.consent = granted
    start()
    save()
  } else purge()
  add({ name: 'consent', granted })
  seal('manual')
  if (granted) return
  detach('consent')
  forget()
}

/** Back from the browser's cache. Meanwhile the person may have said no on another page. */
const pageshow = ({ persisted }) => {
  if (!persisted) return
  recall(given)
  if (state.consent === false) consent(false)
  else if (refusal()) detach('consent')
  else if (options.capture) viewPage('bfcache')
  back()
}

/** One action of the study's own. */
const log = (name, properties) => {
  add({ ...properties, name })
}

/** The original's way: the given object becomes an action, and gets the time, the coordinates and the constants. */
const addAction = (action, event) => {
  Object.assign(action, coordinates(event), { timestamp: Date.now() }, constants)
  log(action.name || 'action', action)
}

/** Log each click on what matches, now or later, under its own name and attributes. */
const subscribeObject = (selector) => {
  document.querySelector(selector) // throws for a bad selector, before it can spoil the others
  subscribed.push(selector)
}

/** Log the rectangles of what matches, now and when they have changed. */
const trackAreas = (selector) => {
  document.querySelector(selector) // as above
  track(selector)
}

/** Capture inside a frame of the same origin as well, in this page's coordinates. */
const captureFrame = (frame) => {
  frames.push(frame)
  if (!stats.why) attachFrame(frame)
}

/** Constants of every action from now on. */
const set = (changes) => {
  seal('manual')
  Object.assign(constants, changes)
  if (!stats.why) save({ user: constants.user })
}

const setUser = (user) => set({ user })

/** One of the values, the same for the same person wherever it is asked; it becomes a constant. */
const assign = (variable, values) => {
  if (!constants.user) warn('assign: no user')
  const value = values[hash([options.study, variable, constants.user].join(' ')) % values.length]
  set({ [variable]: value })
  log('assign', { variable, value, values })
  return value
}

/** Stamp every action with a task from now on, also on the pages that follow. */
const startTask = (task) => {
  if (stats.why) return
  if (state.task) endTask()
  save({ task })
  log('task_start')
}

const endTask = () => {
  if (stats.why) return
  log('task_end')
  save({ task: undefined })
}

/** Send everything now. Resolves when it is acknowledged, or after `ms`; `pending: 0` means that all is safe. */
const flush = (ms = FLUSH_WAIT) => {
  seal('manual')
  return drained(ms).then(statsNow)
}

/** Numbers of actions: of this page, and all that wait for delivery. */
const statsNow = () => ({ recording: !stats.why, captured: captured(), pending: open() + pending(), ...stats })

export function UserLogger(...settings) {
    if (logger) {
      // The page has its logger; what this call says of the person and the elements still counts.
      if (settings[3]) options.attributesName = settings[3]
      set(settings[4] || settings[0]?.constants)
      start()
      return logger
    }
    logger = this
    guard(() => {
      configure(...settings)
      given = new URLSearchParams(location.search).get(options.userParam) || constants.user
      arrive()
    })()
}

/** None of them throws into the page. */
const methods = {
  start, stop, consent, log, addAction, subscribeObject, trackAreas, captureFrame,
  set, setUser, assign, startTask, endTask, flush, stats: statsNow,
}
for (const name in methods) UserLogger.prototype[name] = guard(methods[name])
