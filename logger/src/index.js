// The logger's public face: what a page can ask of it. docs/logger.md describes every method.

import { createAreas } from './areas.js'
import { captureWindow, documentHandlers, listen, watchEnd } from './capture.js'
import { createEffects } from './clicks.js'
import { createDelivery } from './delivery.js'
import { coordinates } from './element.js'
import { settingsOf } from './options.js'
import { createPages } from './pages.js'
import { createRecorder } from './recorder.js'
import { openSession } from './session.js'
import { createShelf } from './shelf.js'
import { guard, hash, warn } from './util.js'

const FLUSH_WAIT = 10e3

/** The logger that captures this page by itself; one at most, so that nothing is captured twice. */
let running

export class UserLogger {
  #options
  #constants
  #session
  #delivery
  #recorder
  #areas
  #handlers
  #subscribed = new Set()
  #undo = []
  #counts = { acked: 0, lost: 0 }
  #why = 'stopped'

  constructor(...given) {
    const [options, constants] = settingsOf(...given)
    if (running) {
      if (given[3]) running.#options.attributesName = options.attributesName
      running.set(constants)
      return running
    }
    if (!options.server) warn('no server: give data-server, or load the file from the server itself')
    this.#options = options
    this.#session = openSession(options.server)
    const param = options.userParam && new URLSearchParams(location.search).get(options.userParam)
    const user = param || constants.user || this.#session.state.user
    this.#constants = { ...constants, user }
    if (options.capture) running = this
    guard(() => this.start())()
  }

  /** Why nothing is captured; undefined where it may be. */
  #refusal() {
    const { consent } = this.#session.state
    if (consent) return
    if (consent === false || this.#options.consent === 'required') return 'consent'
    const signals = { gpc: navigator.globalPrivacyControl, dnt: navigator.doNotTrack === '1' }
    return this.#options.respect.split(' ').find((signal) => signals[signal])
  }

  /** Capture, unless the person's word or signal stands against it. Does nothing while it runs. */
  start() {
    if (this.#undo.length || !this.#options.server) return
    if (document.prerendering) return document.addEventListener('prerenderingchange', () => this.start(), { once: true })
    this.#why = this.#refusal()
    if (this.#why) return console.info(`UserLogger: nothing is captured (${this.#why})`)
    this.#open()
    this.#attach()
  }

  /** The parts that live as long as the page does. */
  #open() {
    if (this.#recorder) return
    const options = this.#options
    const shelf = createShelf(options.server)
    const count = (what, n) => (this.#counts[what] += n)
    this.#delivery = createDelivery(options.server, shelf, options, (batch, what) => {
      if (batch.head.page_id === this.#recorder.page_id) count(what, batch.actions.length)
    })
    this.#recorder = createRecorder(options, this.#constants, this.#session, this.#delivery, count)
    this.#session.save({ user: this.#constants.user })
    this.#delivery.adopt(shelf.all())
  }

  #attach() {
    const [options, recorder] = [this.#options, this.#recorder]
    const effects = createEffects(recorder)
    this.#areas = createAreas(recorder)
    const pages = createPages(recorder, effects, this.#areas)
    this.#handlers = documentHandlers(recorder, options, this.#subscribed, effects)
    this.#undo.push(listen(window, this.#handlers), watchEnd(recorder, this.#delivery, options.capture, effects, pages))
    if (!options.capture) return
    const first = guard(() => pages.view(performance.getEntriesByType('navigation')[0]?.type))
    this.#undo.push(captureWindow(recorder, pages, this.#areas), () => removeEventListener('DOMContentLoaded', first))
    // Before that a page in the making may not know its own title.
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', first)
    else first()
  }

  /** End all capture; what was captured is delivered still. */
  stop() {
    this.#detach('stopped')
    this.#recorder?.seal('manual')
    this.#delivery?.hidden()
  }

  #detach(why) {
    this.#why = why
    this.#undo.splice(0).forEach((undo) => undo())
  }

  /** The person's word. It holds for the tab, also on the pages that follow. */
  consent(granted) {
    if (granted) {
      this.#session.state.consent = true
      this.start()
      this.#session.save()
      return this.log('consent', { granted })
    }
    this.#detach('consent')
    this.#delivery?.purge()
    this.#recorder?.purge()
    this.#recorder?.add({ name: 'consent', granted })
    this.#recorder?.seal('manual')
    this.#session.forget(false)
  }

  /** One action of the study's own. */
  log(name, props) {
    if (!this.#why) this.#recorder?.add({ ...props, name })
  }

  /** The original's way: the given object becomes an action, and gets the time, the coordinates and the constants. */
  addAction(action, event) {
    const at = coordinates(event)
    this.log(action.name || 'action', { ...action, ...at })
    Object.assign(action, { timestamp: Date.now() }, at, this.#constants)
  }

  /** Log each click on what matches, now or later, under its own name and attributes. */
  subscribeObject(selector) {
    guard(() => document.querySelector(selector) || true)() && this.#subscribed.add(selector)
  }

  /** Log the rectangles of what matches, now and whenever they change. */
  trackAreas(selector) {
    guard(() => this.#areas?.add(selector))()
  }

  /** Capture inside a frame of the same origin as well, in this page's coordinates. */
  captureFrame(frame) {
    const attach = guard(() => this.#undo.push(listen(frame.contentWindow, this.#handlers)))
    attach()
    frame.addEventListener('load', attach)
    this.#undo.push(() => frame.removeEventListener('load', attach))
  }

  /** Constants of every action from now on. */
  set(constants) {
    this.#recorder?.seal('manual')
    Object.assign(this.#constants, constants)
    if (!this.#why) this.#session.save({ user: this.#constants.user })
  }

  setUser(user) {
    this.set({ user })
  }

  /** One of the values, the same for the same person whenever and wherever it is asked; it becomes a constant. */
  assign(name, values) {
    const { user } = this.#constants
    if (!user) warn(`assign("${name}") without a user gives everybody the same value`)
    const value = values[hash([this.#options.study, name, user].join(' ')) % values.length]
    this.set({ [name]: value })
    this.log('assign', { variable: name, value, values })
    return value
  }

  /** Stamp every action with a task from now on, also on the pages that follow. */
  startTask(task) {
    if (this.#session.state.task) this.endTask()
    if (this.#why) return
    this.#session.save({ task })
    this.log('task_start')
  }

  endTask() {
    this.log('task_end')
    if (!this.#why) this.#session.save({ task: undefined })
  }

  /** Send everything now. Resolves when it is acknowledged, or after `ms`; `pending: 0` means that all is safe. */
  async flush(ms = FLUSH_WAIT) {
    this.#recorder?.seal('manual')
    await this.#delivery?.drained(ms)
    const { acked, pending } = this.stats()
    return { acked, pending }
  }

  /** Numbers of actions: of this page, and all that wait for delivery. */
  stats() {
    return {
      recording: !this.#why,
      why: this.#why,
      captured: this.#recorder?.captured() || 0,
      pending: (this.#recorder?.waiting() || 0) + (this.#delivery?.pending() || 0),
      ...this.#counts,
    }
  }
}

export default UserLogger
