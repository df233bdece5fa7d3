// Areas of interest: where on the page the elements lie whose looks or clicks are counted later.

import { name, rectangle } from './element.js'
import { add } from './recorder.js'
import { stringify } from './util.js'

const selectors = []
let known

/** Log all rectangles when one of them is another than before. */
export const check = () => {
  if (!selectors[0]) return
  const areas = [...document.querySelectorAll(selectors)].map((el) => {
    const [page_x, page_y, el_w, el_h] = rectangle(el, scrollX, scrollY)
    return { ...name(el), page_x, page_y, el_w, el_h }
  })
  const now = stringify(areas)
  if (now !== known && add({ name: 'areas', areas }) >= 0) known = now
}

export const track = (selector) => {
  selectors.push(selector)
  check()
}
