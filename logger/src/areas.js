// Areas of interest: where on the page the elements lie whose looks or clicks are counted later.

import { name } from './element.js'
import { tenth } from './util.js'

export function createAreas(recorder) {
  let selectors = []
  let known

  /** Log all rectangles when one of them is another than before. */
  function check() {
    if (!selectors.length) return
    const areas = [...document.querySelectorAll(selectors)].map((el) => {
      const box = el.getBoundingClientRect()
      return {
        ...name(el),
        page_x: tenth(box.left + scrollX),
        page_y: tenth(box.top + scrollY),
        el_w: tenth(box.width),
        el_h: tenth(box.height),
      }
    })
    const now = JSON.stringify(areas)
    if (now !== known) recorder.add({ name: 'areas', areas })
    known = now
  }

  return {
    check,
    add(selector) {
      document.querySelector(selector) // throws for a bad selector, before it can spoil the others
      selectors.push(selector)
      known = undefined
      check()
    },
  }
}
