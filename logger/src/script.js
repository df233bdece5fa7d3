// The logger as a script tag loads it: defines window.UserLogger, and starts it if the tag has a setting.

import { guard } from './guard.js'
import { UserLogger } from './index.js'
import { settingsOfTag } from './settings.js'

// If a second tag loads the file again, it must use the first one's class, which knows the page's logger.
if (!window.UserLogger) window.UserLogger = UserLogger

const startByTag = guard((tag) => {
  const settings = tag && settingsOfTag(tag)
  if (settings) window.userLogger = new window.UserLogger(settings)
})

// A loader that evaluates the file, such as Cloudflare's Rocket Loader, hides which tag it comes from.
startByTag(document.currentScript || document.querySelector('script[data-study]'))
