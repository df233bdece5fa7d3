/** Settings of the logger. Each is also an attribute of the script tag: `maxTime` is `data-max-time`. */
export interface Settings {
  /** URL that actions are posted to; without a path, `/analytics`. Default on a tag: the server of the script itself. */
  server?: string
  /** Name of the study, at most 64 characters. */
  study?: string
  /** URL parameter that holds the user, for example `PROLIFIC_PID`. */
  userParam?: string
  /** URL parameters whose values are recorded, separated by spaces or commas. */
  urlParams?: string
  /** Prefix of the attributes that are recorded with each click; default `data-`. */
  attributesName?: string
  /** Send as soon as this many actions wait; default 50. */
  maxActions?: number
  /** Send after this many seconds at the latest; default 5. */
  maxTime?: number
  /** ms between two samples of the mouse path; default 50. 0 takes every event. */
  moveInterval?: number
  /** Names of actions that are not captured, separated by spaces. */
  skip?: string
  /** Whose texts are recorded; default `labels`, of controls and headings. */
  text?: 'labels' | 'all' | 'none'
  /** Record the values of fields that are not secret; default false. */
  values?: boolean
  /** `required`, or any other text that is not empty: nothing is captured before `consent(true)`. */
  consent?: 'required' | ''
  /** Browser signals that prevent recording: `gpc` (default), `gpc dnt` or `none`. */
  respect?: string
  /** Print what is sent in the console; default false. */
  debug?: boolean
  /** Capture automatically; default true. */
  capture?: boolean
  /** Record the boxes of a page's elements; default true. */
  layout?: boolean
  /** Values that every action carries: user, conditions, and any others. */
  constants?: Constants
}

export type Constants = Record<string, unknown>

export interface Stats {
  /** Whether the logger records now. */
  recording: boolean
  /** Why it does not: `consent`, `gpc`, `dnt` or `stopped`. */
  why?: string
  page_id: string
  /** Number of actions captured on this page. */
  captured: number
  /** Number of this page's actions that the server has acknowledged. */
  acked: number
  /** Number of this page's actions that were dropped and declared as lost. */
  lost: number
  /** Number of this page's actions that the server has rejected, as far as it has told. */
  rejected: number
  /** Number of actions that wait for delivery, those of earlier pages included. 0 means that everything is saved. */
  pending: number
}

/** A page has one logger: a second call returns the first one and adds the second call's constants. */
export declare class UserLogger {
  constructor(settings: Settings)
  /** As in the original project; captures only what it is asked for. `maxTime` in seconds. */
  constructor(urlServer: string, maxActions?: number, maxTime?: number, attributesName?: string, constantAttributes?: Constants)

  subscribeObject(selector: string): void
  addAction(action: Record<string, unknown>, event?: Event): void
  log(name: string, properties?: Record<string, unknown>): void

  set(constants: Constants): void
  setUser(user: string): void
  assign<Value>(variable: string, values: readonly Value[]): Value
  startTask(task: string): void
  endTask(): void
  trackAreas(selector: string): void
  captureFrame(frame: HTMLIFrameElement): void

  /** `event`: the click that consents, if it and the time before it are to be recorded. */
  consent(granted: boolean, event?: unknown): void
  start(): void
  stop(): void
  flush(ms?: number): Promise<Stats>
  stats(): Stats
}

declare global {
  interface Window {
    UserLogger: typeof UserLogger
    /** The logger that the script tag started. */
    userLogger?: UserLogger
  }
}
