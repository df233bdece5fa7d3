// Areas of interest: the rectangles of elements for which a study counts fixations or clicks.

import { elementFields, isFixed, rectangle } from './element.js'
import { toJson } from './json.js'
import { enqueue } from './recorder.js'

const trackedSelectors = []
/** The areas as last logged, as JSON. */
let loggedAreas

/** Rectangle of an element in the document, in CSS px. */
function areaOf(element) {
  const { x, y, width, height } = rectangle(element, { x: scrollX, y: scrollY, scaleX: 1, scaleY: 1 })
  return { ...elementFields(element), page_x: x, page_y: y, el_w: width, el_h: height, fixed: isFixed(element) }
}

/** Log the rectangles of all tracked elements, if any of them has changed since they were last logged. */
export function logAreasIfChanged() {
  if (trackedSelectors.length === 0) return
  const areas = [...document.querySelectorAll(trackedSelectors.join(','))].map(areaOf)
  const json = toJson(areas)
  if (json === loggedAreas) return
  const seq = enqueue({ name: 'areas', areas })
  if (seq !== undefined) loggedAreas = json
}

/** Track the elements that match a selector, and log their rectangles now. */
export function trackSelector(selector) {
  trackedSelectors.push(selector)
  logAreasIfChanged()
}
