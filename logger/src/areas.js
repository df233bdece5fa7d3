// Areas of interest: where on the page the elements lie whose looks or clicks are counted later.

import { name } from './element.js'
import { add } from './recorder.js'
import { tenth } from './util.js'

const selectors = []
let known

/** Log all rectangles when one of them is another than before. */
export function check() {
  if (!selectors[0]) return
  const areas = [...document.querySelectorAll(selectors)].map((el) => {
    const { left, top, width, height } = el.getBoundingClientRect()
    return { ...name(el), page_x: tenth(left + scrollX), page_y: tenth(top + scrollY), el_w: tenth(width), el_h: tenth(height) }
  })
  const now = JSON.stringify(areas)
  if (now !== known) add({ name: 'areas', areas })
  known = now
}

export function track(selector) {
  selectors.push(selector)
  check()
}
