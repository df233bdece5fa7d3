// From an action to a sealed batch: gives each its seq, its time and its view, and closes a batch when it is due.

import { adopt, discard, push } from './delivery.js'
import { maskText, maskUrl } from './mask.js'
import { save, signals, state } from './session.js'
import { constants, options } from './settings.js'
import { stats } from './stats.js'
import { byteLength, hash, now, stringify, tenth, uuid7 } from './util.js'

const MAX_BYTES = 48e3 // of a batch, and of one action
const MAX_RATE = 5000 // actions in ten seconds; more is a loop gone wild, not a person

const { page_id } = stats
/** Fixed for the page: the monotonic clock goes on evenly when somebody corrects the computer's. */
const t0 = Math.round(Date.now() - now())

let about
let env
let view
let seq = 0
let batch_seq = 0
let timer = 0
let inWindow = 0
let windowStart = 0
// The open batch
let bytes = 0
let lost = []
let views = []
let actions = []

/** Writes down what led to an action: the mouse path. */
let before = () => {}
export const writeBefore = (work) => {
  before = work
}

export const captured = () => seq
export const open = () => actions.length

/** Begin this page's records, after what other pages left behind. Does nothing the second time. */
export const begin = () => {
  if (about) return
  const { prev_page, session_id = uuid7(), page_no = 0 } = state
  const config = hash(stringify(options)).toString(16)
  about = { v: 2, lib: LIB, study: options.study, config, session_id, page_id, prev_page, page_no, t0, attempt: 0 }
  env = {
    ua: navigator.userAgent,
    lang: navigator.language,
    tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen_w: screen.width,
    screen_h: screen.height,
    dpr: devicePixelRatio,
    touch: !!navigator.maxTouchPoints,
    ...signals(),
  }
  save({ session_id, page_no: page_no + 1 })
  look()
  adopt()
}

/** What the page shows now; read when something may have changed it, not with every movement of the mouse. */
export const look = () => {
  before()
  const { scrollWidth: page_w, scrollHeight: page_h } = document.documentElement
  view = {
    url: maskUrl(location.href),
    title: maskText(document.title),
    viewport_w: innerWidth,
    viewport_h: innerHeight,
    page_w,
    page_h,
    dpr: devicePixelRatio,
  }
}

const viewIndex = () => {
  if (views.at(-1) !== view) {
    views.push(view)
    bytes += byteLength(stringify(view))
  }
  return views.length - 1
}

/** The seq of the action; undefined where nothing was recorded. `time` is ms since the page's zero. */
export const add = (action, time = now()) => {
  if (stats.why || options.skip.split(/\W/).includes(action.name)) return
  before()
  // Constants win over an action's key of the same name.
  for (const key in constants) if (key in action) action[key] = constants[key]
  const t = tenth(time)
  const text = stringify({ task: state.task, ...action, seq, t, timestamp: Math.round(t0 + t) })
  const size = byteLength(text)
  if (tooMany(time)) return drop('rate')
  if (size > MAX_BYTES) return drop('oversize')
  if (bytes + size > MAX_BYTES) close('bytes')
  actions.push(text.slice(0, -1) + `,"view":${viewIndex()}}`)
  bytes += size
  arm()
  seq++
  if (actions.length >= options.maxActions) close('size')
  return seq - 1
}

const tooMany = (now) => {
  if (now - windowStart > 1e4) [windowStart, inWindow] = [now, 0]
  return ++inWindow > MAX_RATE
}

/** An action that will not be sent keeps its seq, and the next batch says what became of it. */
const drop = (reason) => {
  if (actions[0]) close('size')
  if (lost.at(-1)?.[2] === reason) lost.at(-1)[1] = seq
  else lost.push([seq, seq, reason])
  stats.lost++
  arm()
  return seq++
}

/** A batch waits for its end no longer than this. */
export const arm = () => {
  timer ||= setTimeout(seal, options.maxTime * 1000, 'time')
}

export const seal = (reason) => {
  before()
  close(reason)
}

/** The open batch is one from now on. */
const close = (reason) => {
  clearTimeout(timer)
  timer = 0
  if (!actions[0] && !lost[0]) return
  const envelope = { ...about, const: { ...constants }, batch_id: uuid7(), batch_seq: batch_seq++, reason, lost, env, views }
  const batch = { envelope, actions }
  env = undefined
  reset([])
  save({ prev_page: { id: page_id, seq } })
  push(batch)
}

const reset = (declared) => {
  actions = []
  views = []
  bytes = 0
  lost = declared
}

/** All gone. The seqs are declared, or they would look like a loss that nobody can explain. */
export const purge = () => {
  before() // the path that waits there goes with the rest
  reset(seq ? [[0, seq - 1, 'consent']] : [])
  discard()
}
