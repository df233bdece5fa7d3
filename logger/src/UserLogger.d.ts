/** Settings of the logger. On a script tag each is an attribute: `maxTime` is `data-max-time`. */
export interface Settings {
  /** Where actions are posted; without a path, `/analytics`. A tag's default is the server that its file came from. */
  server?: string
  /** Name of the study, at most 64 characters. */
  study?: string
  /** URL parameter that holds the user, for example `PROLIFIC_PID`. */
  userParam?: string
  /** Attributes whose name begins so are recorded with each click; default `data-`. */
  attributesName?: string
  /** Send when so many actions wait; default 50. */
  maxActions?: number
  /** Send after so many seconds at the latest; default 5. */
  maxTime?: number
  /** ms between two samples of the mouse path; default 50, 0 takes every event. */
  moveInterval?: number
  /** Names of actions that are not captured, separated by spaces. */
  skip?: string
  /** Record what is entered into fields that are no secrets; default false. */
  values?: boolean
  /** `required`, or anything that is not empty: nothing before `consent(true)`. */
  consent?: 'required' | ''
  /** Signals of the browser that are honoured: `gpc` (default), `gpc dnt` or `none`. */
  respect?: string
  /** Print what is sent. */
  debug?: boolean
  /** Capture by itself; default true. */
  capture?: boolean
  /** What is true of every action: user, conditions, anything else. */
  constants?: Constants
}

export type Constants = Record<string, unknown>

export interface Stats {
  /** Whether anything is captured now. */
  recording: boolean
  /** Why not: `consent`, `gpc`, `dnt` or `stopped`. */
  why?: string
  page_id: string
  /** Actions of this page, by what became of them. */
  captured: number
  acked: number
  lost: number
  /** Actions that wait in this browser, those of earlier pages included. 0: all is safe. */
  pending: number
}

/** One page has one logger: a second call returns the first one, with the constants of the second. */
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

  consent(granted: boolean): void
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
