// The file as a script tag loads it: makes the class known, and starts where the tag says so.

import { UserLogger } from './index.js'
import { settingsOfTag } from './settings.js'
import { guard } from './util.js'

// A second tag for the same file uses the first one's class, which knows whether a logger runs.
const Logger = (window.UserLogger ||= UserLogger)

guard((tag) => {
  const settings = tag && settingsOfTag(tag)
  if (settings) window.userLogger = new Logger(settings)
})(document.currentScript)
