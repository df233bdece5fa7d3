// A page for the unit tests: a DOM, a clock that only the test advances, a server whose answers the test chooses, and
// storage that the next page of the same tab shares. The logger in it is the real one.

import { readdirSync } from 'node:fs'
import { JSDOM } from 'jsdom'
import { rollup } from 'rollup'

const src = new URL('../src/', import.meta.url).pathname
const names = readdirSync(src)
  .filter((file) => file.endsWith('.js') && file !== 'script.js')
  .map((file) => file.slice(0, -3))
const everything = names.map((name) => `export * as ${name} from '${src}${name}.js'`).join('\n')
const entry = {
  name: 'entry',
  resolveId: (id) => (id === 'entry' ? id : null),
  load: (id) => (id === 'entry' ? everything : null),
  transform: (code) => code.replaceAll(/\bLIB\b/g, "'userlogger/test'"),
}
const built = await rollup({ input: 'entry', plugins: [entry] })
const { output } = await built.generate({ format: 'iife', name: 'modules' })

export const URL_OF_SERVER = 'http://server.test/analytics'
const settled = () => new Promise((done) => setImmediate(done))

/** Timers and times that advance together. */
class Clock {
  constructor(start) {
    this.start = start
    this.elapsed = 0
    this.timers = new Map()
    this.last = 0
  }

  set = (work, ms = 0, ...args) => {
    this.timers.set(++this.last, { at: this.elapsed + +ms, work: () => work(...args) })
    return this.last
  }

  clear = (id) => void this.timers.delete(id)

  /** Advance by so many ms and run all timers that are due. */
  async tick(ms) {
    const end = this.elapsed + ms
    for (;;) {
      await settled()
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0]
      if (!due) break
      this.elapsed = due[1].at
      this.timers.delete(due[0])
      due[1].work()
    }
    this.elapsed = end
    await settled()
  }
}

/**
 * The server's default answer; a test replaces it by setting page.answer. With `foreign: true` it is not the server's
 * own answer.
 */
const ok = () => ({ status: 200 })

export class Page {
  constructor({ html = '', url = 'http://study.test/', at = 1_767_225_600_000, local = {}, session = {}, before = () => {} } = {}) {
    this.dom = new JSDOM(`<!doctype html><title>Study</title><body>${html}`, { url, runScripts: 'outside-only', pretendToBeVisual: true })
    this.window = this.dom.window
    this.document = this.window.document
    this.clock = new Clock(at)
    this.posted = []
    this.beacons = []
    this.warnings = []
    this.answer = ok
    this.random = 1
    this.prepareWindow()
    Object.assign(this.window.localStorage, local)
    Object.assign(this.window.sessionStorage, session)
    before(this.window)
    this.window.eval(output[0].code + ';window.modules = modules')
    this.modules = this.window.modules
  }

  /** Add what jsdom lacks, and replace what a test must control: time, randomness, network. */
  prepareWindow() {
    const { window, clock } = this
    const headers = (given = {}) => ({ get: (name) => given[name] ?? null })
    const CSS = { escape: (text) => text.replace(/[^\w-]/g, '\\$&') }
    Object.assign(window, { setTimeout: clock.set, clearTimeout: clock.clear, TextEncoder, structuredClone, CSS })
    window.Date.now = () => Math.floor(clock.start + clock.elapsed)
    window.performance.now = () => clock.elapsed
    window.Math.random = () => this.random
    window.Request = class { get keepalive() { return true } }
    window.ResizeObserver = class { observe() {} disconnect() {} } // this DOM has no layout
    window.AbortSignal.timeout = (ms) => ({ ms })
    window.console.warn = (text) => this.warnings.push(String(text))
    window.navigator.sendBeacon = (url, body) => this.beacons.push({ url, body }) && this.acceptsBeacons !== false
    window.fetch = async (url, request) => {
      const body = JSON.parse(request.body)
      const post = { url, request, body, at: clock.elapsed }
      this.posted.push(post)
      const answer = await this.answer(body, post)
      if (!answer) throw new TypeError('Failed to fetch')
      post.answered = answer.status
      const { status, foreign, ...more } = answer
      const own = { 'X-Server-Time': String(clock.start + clock.elapsed) }
      const json = status === 200 ? { success: true, ...more.json } : { success: false, error: 'code' }
      return { status, headers: headers({ ...(foreign ? {} : own), ...more.headers }), text: async () => JSON.stringify(json) }
    }
  }

  /** Start a logger that captures nothing by itself, so that a test sees only what it logs. */
  logger(settings = {}) {
    const { UserLogger } = this.modules.index
    this.user = new UserLogger({ server: URL_OF_SERVER, study: 's', capture: false, ...settings })
    return this.user
  }

  loaded() {
    return this.document.readyState === 'complete' ? undefined : new Promise((done) => this.window.addEventListener('load', done))
  }

  tick = (ms) => this.clock.tick(ms)

  fire(type, target = this.window, init = {}) {
    const event = new this.window.Event(type, { bubbles: true, composed: true, ...init })
    Object.defineProperty(event, 'timeStamp', { value: this.clock.elapsed })
    target.dispatchEvent(Object.assign(event, init.fields))
    return event
  }

  hide(hidden = true) {
    Object.defineProperty(this.document, 'hidden', { value: hidden, configurable: true })
    Object.defineProperty(this.document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true })
    this.fire('visibilitychange', this.document)
  }

  /** The page that the same tab opens next, with the same storage. */
  next(options = {}) {
    const { localStorage, sessionStorage } = this.window
    return new Page({ local: { ...localStorage }, session: { ...sessionStorage }, at: this.clock.start + this.clock.elapsed, ...options })
  }

  /** The batches in localStorage. */
  storedBatches = () => {
    const stored = Object.entries({ ...this.window.localStorage })
    return stored.filter(([key]) => key.startsWith('userlogger ')).map(([, body]) => JSON.parse(body))
  }

  /** The actions that the server accepted, by page and seq. A repetition counts once, as in the database. */
  stored() {
    const accepted = this.posted.filter((post) => post.answered === 200)
    const actions = accepted.flatMap(({ body }) => body.actions.map((action) => [body.page_id + ' ' + action.seq, action]))
    return [...new Map(actions).values()]
  }
}

export const seqs = (post) => post.body.actions.map((action) => action.seq)
export const logMany = (page, count, props) => Array.from({ length: count }, (_, i) => page.user.log('step', { i, ...props }))

/** A page that has logged actions and got `answer` to its first request. */
export const stuck = async (answer, count = 1) => {
  const page = new Page()
  page.logger()
  page.answer = answer
  logMany(page, count)
  await page.tick(5000)
  return page
}

export const noAnswer = () => undefined

/** A page that has logged `count` actions; nothing was sent yet. */
export const logged = (answer, count = 1, props) => {
  const page = new Page()
  page.logger()
  page.answer = answer
  logMany(page, count, props)
  return page
}
