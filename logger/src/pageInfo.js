// What is recorded about the browser and about the state of the page.

import { maskShown, maskViewUrl } from './mask.js'
import { privacySignals } from './session.js'

/** The browser and the device; sent once per page as `env`. Lengths in CSS px. */
export function readEnvironment() {
  return {
    ua: navigator.userAgent,
    lang: navigator.language,
    tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen_w: screen.width,
    screen_h: screen.height,
    dpr: devicePixelRatio,
    touch: navigator.maxTouchPoints > 0,
    webdriver: navigator.webdriver || undefined, // a program controls the browser
    ...privacySignals(),
  }
}

/** The page's title, masked. */
export const readTitle = () => maskShown(document.title)

/** The view: what the page shows now, masked. Lengths in CSS px. Reading it may cause a layout. */
export function readView() {
  const { scrollWidth, scrollHeight } = document.documentElement
  return {
    url: maskViewUrl(location.href),
    title: readTitle(),
    viewport_w: innerWidth,
    viewport_h: innerHeight,
    page_w: scrollWidth,
    page_h: scrollHeight,
    dpr: devicePixelRatio,
  }
}
