// The state of this page's recording.

import { uuid7 } from './util.js'

/** What the method stats() returns to the study's code, under the public names given in index.js. */
export const stats = {
  /** UUIDv7 of this page. With an action's seq it identifies the action everywhere. */
  pageId: uuid7(),
  /** `consent`, `gpc`, `dnt` or `stopped`; undefined while the logger records. */
  notRecordingReason: 'stopped',
  /** Number of this page's actions that the server has acknowledged. */
  ackedActions: 0,
  /** Number of this page's actions that were dropped and declared as lost. */
  lostActions: 0,
  /** Number of this page's actions that the server has rejected, as far as it has told. */
  rejectedActions: 0,
}
