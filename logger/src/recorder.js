// From an action to a sealed batch: gives each its seq, its time and its view, and closes a batch when it is due.

import { maskText, maskUrl } from './mask.js'
import { byteLength, tenth, uuid7, warn } from './util.js'

const MAX_BYTES = 48e3 // of a batch, and of one action
const MAX_RATE = 5000 // actions in ten seconds; more is a loop gone wild, not a person

const environment = () => ({
  ua: navigator.userAgent,
  lang: navigator.language,
  tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
  screen_w: screen.width,
  screen_h: screen.height,
  dpr: devicePixelRatio,
  touch: navigator.maxTouchPoints > 0,
  gpc: !!navigator.globalPrivacyControl,
  dnt: navigator.doNotTrack === '1',
})

export function createRecorder(options, constants, session, delivery, count) {
  const page_id = uuid7()
  // Fixed for the page: the monotonic clock goes on evenly when somebody corrects the computer's.
  const t0 = Math.round(Date.now() - performance.now())
  const { prev_page, session_id = uuid7(), page_no = 0 } = session.state
  const about = { v: 2, lib: LIB, study: options.study, config: options.config, session_id, page_id, prev_page, page_no, t0 }
  let env = environment()
  let seq = 0
  let batch_seq = 0
  let actions = []
  let bytes = 0
  let from = 0
  let views = []
  let view
  let lost = []
  let timer = 0
  let windowStart = 0
  let inWindow = 0
  const before = [] // what must come first: the mouse path that led here

  session.save({ session_id, page_no: page_no + 1 })

  const remember = () => session.save({ prev_page: { id: page_id, seq } })

  /** What the page shows now; read when something may have changed it, not with every movement of the mouse. */
  function look() {
    before.forEach((first) => first())
    const { scrollWidth, scrollHeight } = document.documentElement
    view = {
      url: maskUrl(location.href).slice(0, 2000),
      title: maskText(document.title).slice(0, 300),
      viewport_w: innerWidth,
      viewport_h: innerHeight,
      page_w: scrollWidth,
      page_h: scrollHeight,
      dpr: devicePixelRatio,
    }
  }

  function viewIndex() {
    if (JSON.stringify(view) !== JSON.stringify(views.at(-1))) views.push(view)
    return views.length - 1
  }

  /** An action that will not be sent keeps its seq, and the next batch says what became of it. */
  function drop(reason) {
    seal('size')
    count('lost', 1)
    const last = lost.at(-1)
    if (last && last[1] === seq - 1 && last[2] === reason) last[1] = seq
    else lost.push([seq, seq, reason])
    arm()
    return seq++
  }

  function tooMany(now) {
    if (now - windowStart > 1e4) [windowStart, inWindow] = [now, 0]
    return ++inWindow > MAX_RATE
  }

  function arm() {
    timer ||= setTimeout(() => seal('time'), options.maxTime * 1000)
  }

  /** The seq of the action; undefined where nothing was recorded. `time` is ms since the page's zero. */
  function add(action, time = performance.now()) {
    if (options.skip.includes(action.name)) return
    if (action.name !== 'mousemove') before.forEach((first) => first())
    const t = tenth(time)
    // Constants win over an action's key of the same name.
    for (const key in constants) if (key in action) action[key] = constants[key]
    const task = session.state.task
    let text
    try {
      text = JSON.stringify({ task, ...action, seq, t, timestamp: Math.round(t0 + t) })
    } catch (error) {
      return warn(`action ${action.name} cannot be written as JSON: ${error.message}`)
    }
    const size = byteLength(text)
    if (tooMany(time)) return drop('rate')
    if (size > MAX_BYTES) return drop('oversize')
    if (bytes + size > MAX_BYTES) seal('bytes')
    if (!actions.length) from = seq
    actions.push(text.slice(0, -1) + ',"view":' + viewIndex() + '}')
    bytes += size
    arm()
    seq++
    if (actions.length >= options.maxActions) seal('size')
    return seq - 1
  }

  function seal(reason) {
    before.forEach((first) => first())
    clearTimeout(timer)
    timer = 0
    if (!actions.length && !lost.length) return
    const head = { ...about, const: { ...constants }, batch_id: uuid7(), batch_seq: batch_seq++, reason, lost, env, views }
    const batch = { head, from, actions, attempt: 0 }
    ;[actions, views, lost, env, bytes] = [[], [], [], undefined, 0]
    remember()
    delivery.push(batch)
  }

  look()
  return {
    page_id,
    add,
    arm,
    before,
    captured: () => seq,
    waiting: () => actions.length,
    look,
    seal,
    /** Open batch and all: gone. The seqs are declared, or they would look like a loss that nobody can explain. */
    purge() {
      ;[actions, views, bytes] = [[], [], 0]
      lost = seq ? [[0, seq - 1, 'consent']] : []
    },
  }
}
