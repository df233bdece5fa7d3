// The logger's public face: what a page can ask of it. One page has one logger, so nothing is captured twice.

import { track } from './areas.js'
import { inDocument, listen, theEnd, toWindow } from './capture.js'
import { click, subscribed } from './clicks.js'
import { adopt, counts, drained, hidden, keep, pending } from './delivery.js'
import { coordinates } from './element.js'
import { viewPage, watchHistory } from './pages.js'
import { add, begin, captured, open, purge, seal } from './recorder.js'
import { forget, recall, save, signals, state } from './session.js'
import { configure, constants, options } from './settings.js'
import { guard, hash, warn } from './util.js'

const FLUSH_WAIT = 10e3

let logger
let undo = []
/** Why nothing is captured; undefined while it is. */
let why = 'stopped'

/** The person's word, or else the browser's signal, that stands against capture. */
function refusal() {
  if (state.consent) return
  if (options.consent === 'required' || state.consent === false) return 'consent'
  return options.respect.split(' ').find((signal) => signals()[signal])
}

function attach() {
  if (options.capture) {
    const first = guard(() => viewPage('load'))
    undo = [listen(window, inDocument), listen(window, toWindow), watchHistory()]
    // Before that, a page in the making may not know its own title.
    if (document.readyState === 'loading') undo.push(listen(window, { DOMContentLoaded: first }))
    else first()
  } else undo = [listen(window, { click })]
  undo.push(listen(window, theEnd))
}

function detach(reason) {
  why = reason
  undo.splice(0).forEach((remove) => remove())
}

/** Does nothing, with a warning, where the selector cannot be read. */
const withSelector = (work) => guard((selector) => (document.querySelector(selector), work(selector)))

export class UserLogger {
  constructor(...settings) {
    if (logger) {
      // The page has its logger; what this call says of the person and the elements still counts.
      if (settings[3]) options.attributesName = settings[3]
      logger.set(settings[4] || settings[0].constants)
      logger.start()
      return logger
    }
    logger = this
    guard(() => {
      configure(...settings)
      recall()
      const param = options.userParam && new URLSearchParams(location.search).get(options.userParam)
      constants.user = param || constants.user || state.user
      this.start()
    })()
  }

  /** Capture, unless the person's word or signal stands against it. Does nothing while it runs. */
  start() {
    if (!why || !options.server) return
    if (document.prerendering) return document.addEventListener('prerenderingchange', () => this.start())
    why = refusal()
    if (why) return console.info(`UserLogger: nothing is captured (${why})`)
    begin()
    save({ user: constants.user })
    attach()
    adopt()
  }

  /** End all capture; what was captured is delivered still. */
  stop() {
    if (why) return
    detach('stopped')
    seal('manual')
    hidden()
  }

  /** The person's word. It holds for the tab, also on the pages that follow. */
  consent(granted) {
    keep(granted)
    if (granted) {
      state.consent = true
      this.start()
      save()
      return add({ name: 'consent', granted })
    }
    detach('consent')
    purge()
    add({ name: 'consent', granted })
    seal('manual')
    forget()
  }

  /** One action of the study's own. */
  log(name, properties) {
    if (!why) add({ ...properties, name })
  }

  /** The original's way: the given object becomes an action, and gets the time, the coordinates and the constants. */
  addAction(action, event) {
    Object.assign(action, coordinates(event), { timestamp: Date.now() }, constants)
    this.log(action.name || 'action', action)
  }

  /** Capture inside a frame of the same origin as well, in this page's coordinates. */
  captureFrame(frame) {
    const attachFrame = guard(() => undo.push(listen(frame.contentWindow, inDocument)))
    attachFrame()
    frame.addEventListener('load', attachFrame)
    undo.push(() => frame.removeEventListener('load', attachFrame))
  }

  /** Constants of every action from now on. */
  set(changes) {
    seal('manual')
    Object.assign(constants, changes)
    if (!why) save({ user: constants.user })
  }

  setUser(user) {
    this.set({ user })
  }

  /** One of the values, the same for the same person wherever it is asked; it becomes a constant. */
  assign(variable, values) {
    if (!constants.user) warn('assign needs a user')
    const value = values[hash([options.study, variable, constants.user].join(' ')) % values.length]
    this.set({ [variable]: value })
    this.log('assign', { variable, value, values })
    return value
  }

  /** Stamp every action with a task from now on, also on the pages that follow. */
  startTask(task) {
    if (state.task) this.endTask()
    if (why) return
    save({ task })
    this.log('task_start')
  }

  endTask() {
    this.log('task_end')
    if (!why) save({ task: undefined })
  }

  /** Send everything now. Resolves when it is acknowledged, or after `ms`; `pending: 0` means that all is safe. */
  async flush(ms = FLUSH_WAIT) {
    seal('manual')
    await drained(ms)
    return this.stats()
  }

  /** Numbers of actions: of this page, and all that wait for delivery. */
  stats() {
    return { recording: !why, why, captured: captured(), pending: open() + pending(), ...counts }
  }
}

/** Log each click on what matches, now or later, under its own name and attributes. */
UserLogger.prototype.subscribeObject = withSelector((selector) => subscribed.add(selector))

/** Log the rectangles of what matches, now and whenever they change. */
UserLogger.prototype.trackAreas = withSelector(track)
