// What stats() tells of this page.

import { uuid7 } from './util.js'

/** `why` nothing is captured; undefined while it is. Numbers of this page's actions, by what became of them. */
export const stats = { why: 'stopped', page_id: uuid7(), acked: 0, lost: 0 }
