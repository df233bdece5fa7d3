// The class UserLogger: what the study's code can call. A page has one logger, so that nothing is captured twice.

import { trackSelector } from './areas.js'
import { subscribeSelector } from './clicks.js'
import { coordinates } from './coordinates.js'
import { pendingActions, whenDelivered } from './delivery.js'
import { guard, warn } from './guard.js'
import { copyFields } from './json.js'
import { pointerPosition } from './mousePath.js'
import { capturedActions, enqueue, openActions, seal } from './recorder.js'
import { captureFrame, consent, start, startFirst, stop } from './recording.js'
import { saveSession, session } from './session.js'
import { configure, constants, options, setConstants } from './settings.js'
import { stats } from './stats.js'
import { epochMs, hash, now } from './util.js'

const MAX_FLUSH_WAIT_MS = 10e3

let pageLogger

/** Throws if the selector is not valid, before it is combined with those that are. */
function checkSelector(selector) {
  document.querySelector(selector)
}

const methods = {
  start,
  stop,
  consent,
  captureFrame,

  /** Log an action of the study's own. */
  log(name, properties) {
    enqueue({ ...copyFields(properties), name })
  },

  /**
   * Log an action as in the original project: the object itself becomes the action, and gets the six coordinates of the
   * event (if there is one), a time stamp (epoch ms) and the constants.
   */
  addAction(action, event) {
    Object.assign(action, coordinates(event), { timestamp: epochMs() }, constants)
    enqueue({ ...action, name: action.name || 'action' })
  },

  /** Log each click on an element that matches the selector, now or later, as that element's click. */
  subscribeObject(selector) {
    checkSelector(selector)
    subscribeSelector(selector)
  },

  /** Log the rectangles of the elements that match the selector, now and whenever they have changed. */
  trackAreas(selector) {
    checkSelector(selector)
    trackSelector(selector)
  },

  /** Set constants, which all actions from now on carry. */
  set(changes) {
    seal('manual') // a batch has one set of constants
    setConstants(changes)
    if (!stats.notRecordingReason) saveSession({ user: constants.user })
  },

  /** Set the participant. */
  setUser(user) {
    methods.set({ user })
  },

  /** Choose one of the values, always the same for one user, study and variable. It becomes a constant. */
  assign(variable, values) {
    if (!constants.user) warn('assign: no user')
    const value = values[hash(`${options.study} ${variable} ${constants.user ?? ''}`) % values.length]
    methods.set({ [variable]: value })
    methods.log('assign', { variable, value, values })
    return value
  },

  /**
   * Begin a task: all actions carry it, and the number of the trial, until it ends, also on the pages that follow in the
   * tab. The trials of a session are numbered from 1.
   */
  startTask(task) {
    if (stats.notRecordingReason) return
    if (session.trial) methods.endTask()
    const trials = (session.trials ?? 0) + 1
    saveSession({ task, trial: trials, trials })
    methods.log('task_start', pointerPosition())
  },

  /** End the task. */
  endTask() {
    if (stats.notRecordingReason) return
    methods.log('task_end', pointerPosition())
    saveSession({ task: undefined, trial: undefined })
  },

  /**
   * Send everything now.
   * @param {number} [maxWait] ms
   * @returns {Promise<object>} stats(), when everything is acknowledged or after `maxWait`; `pending` is then 0 or not
   */
  async flush(maxWait = MAX_FLUSH_WAIT_MS) {
    const end = now() + maxWait
    do {
      seal('manual')
      await whenDelivered(end - now())
    } while (openActions() > 0 && now() < end) // something was captured meanwhile
    return methods.stats()
  },

  /**
   * Whether the logger records, and numbers of actions: of this page, and (`pending`) of all that wait for delivery.
   */
  stats() {
    return {
      recording: !stats.notRecordingReason,
      why: stats.notRecordingReason,
      page_id: stats.pageId,
      captured: capturedActions(),
      acked: stats.ackedActions,
      lost: stats.lostActions,
      rejected: stats.rejectedActions,
      pending: openActions() + pendingActions(),
    }
  },
}

const configureAndStart = guard((...settings) => {
  configure(...settings)
  startFirst()
})

/**
 * A later call changes the running logger: the constants and the attributes' prefix that it gives apply from now on.
 */
const reconfigure = guard((settings, attributesName, constantAttributes) => {
  if (attributesName) options.attributesName = attributesName
  methods.set(constantAttributes || settings?.constants)
  start()
})

/**
 * Create the page's logger and start it; if the page has one already, return that. Takes an object with settings, or
 * the original project's arguments.
 */
export function UserLogger(server, maxActions, maxTime, attributesName, constantAttributes) {
  if (pageLogger) {
    reconfigure(server, attributesName, constantAttributes)
    return pageLogger
  }
  pageLogger = this
  configureAndStart(server, maxActions, maxTime, attributesName, constantAttributes)
}

/** No method throws into the page. */
for (const [name, method] of Object.entries(methods)) UserLogger.prototype[name] = guard(method)
