// What must not leave the browser: secrets in URLs, and what a person is known by or has typed, in URLs, titles and
// texts.

import { guard } from './guard.js'
import { textOf } from './json.js'
import { options } from './settings.js'
import { cut, hash } from './util.js'

export const MASKED = '***'
const MAX_TEXT = 2000 // characters
const MAX_TYPED = 50 // masked values of URLs that are also masked in texts
const MIN_TYPED = 3 // bytes; a shorter value says little, and masking it in a text would hide much else

/** An e-mail address, a JSON web token, or a long number, for example of a telephone or a card. */
const PERSONAL_DATA = /[^\s=&?#/]{1,99}(?:@|%40)[^\s&#/]+|\beyJ[\w.-]+|\d[\d -]{7,}\d(?![\da-z])/gi
const ISO_DATE = /^(19|20)\d\d-[01]\d-[0-3]\d$/
/** A parameter and its value, or a parameter without one. */
const PARAMETER = /([?&;#])([^=&#;?\s]*)=([^&#;\s]*)|[?&;]([^=&#;?\s]+)(?=[&#;\s]|$)/
/** A parameter, personal data, or a part of a path that may be a token. */
const PART_OF_URL = new RegExp(`${PARAMETER.source}|${PERSONAL_DATA.source}|[\\w+-]{8,}`, 'gi')
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** URL parameters whose values are not masked, because studies use them. */
const STUDY_PARAMETERS = 'user condition condition_1 condition_2 PROLIFIC_PID STUDY_ID SESSION_ID'

/**
 * Replace e-mail addresses, long numbers (not dates) and JSON web tokens in a text. The text is cut first, because the
 * time of the search grows with its length.
 */
export function maskText(text) {
  return cut(textOf(text), MAX_TEXT).replace(PERSONAL_DATA, (found) => (ISO_DATE.test(found) ? found : MASKED))
}

function isKept(parameter) {
  return `${STUDY_PARAMETERS} ${options.userParam} ${options.urlParams}`.split(/[\s,]+/).includes(parameter)
}

/** Whether a part of a path looks random: a UUID, or a run of 16 characters that mixes two kinds, or of 8 with three. */
function isToken(part) {
  return UUID.test(part) || part.split(/[-_+]/).some((run) => {
    const kinds = [/\d/, /[a-z]/, /.[A-Z]/].filter((kind) => kind.test(run)).length
    return run.length > 15 ? kinds > 1 : run.length > 7 && kinds > 2
  })
}

/**
 * Mask a URL, or a text that may contain one: as maskText, and also the values of all parameters except those that
 * studies use or that `data-url-params` names. A token in a path becomes `~` and six digits of its hash, so that two
 * pages stay two pages.
 * @param {unknown} url
 * @param {(value: string) => void} [onMasked] is called with each masked value, as the URL has it
 */
export function maskUrl(url, onMasked) {
  return cut(textOf(url), MAX_TEXT).replace(PART_OF_URL, (part, separator, name, value, bare) => {
    // A kept parameter may itself be a URL with parameters.
    if (separator && isKept(name) && !/=|%3d/i.test(value)) return part
    if (separator ?? bare) onMasked?.(value ?? bare)
    if (separator) return `${separator}${name}=${MASKED}`
    if (bare) return part[0] + MASKED
    return isToken(part) ? `~${hash(part).toString(16).padStart(6, '0').slice(-6)}` : maskText(part)
  })
}

/** What forms may have put into the URLs of this page's last views, as regular expressions. */
const typedValues = new Set()
/** Finds any of these in a text, as whole words; undefined if there are none. */
let typedPattern

const noteTyped = guard((value) => {
  const typed = decodeURIComponent(value.replace(/\+/g, ' ')).trim()
  if (encodeURIComponent(typed).length < MIN_TYPED) return
  typedValues.add(typed.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  // A map, for example, puts each position into its URL.
  if (typedValues.size > MAX_TYPED) typedValues.delete(typedValues.values().next().value)
  typedPattern = new RegExp(`(^|[^a-z\\d])(?:${[...typedValues].join('|')})(?![a-z\\d])`, 'gi')
})

/** Mask the URL of a view, and remember what it masks for maskShown(). */
export function maskViewUrl(url) {
  return maskUrl(url, noteTyped)
}

/** Mask a text that the page shows: as maskText, and also what it repeats of the masked values in its URLs. */
export function maskShown(text) {
  return maskText(typedPattern ? textOf(text).replace(typedPattern, `$1${MASKED}`) : text)
}

/** Names and values of the URL's parameters: of its query, and of a hash route such as `#/welcome?user=p017`. */
export function urlParameters() {
  return [location.search, location.hash.split('?')[1]].flatMap((query) => [...new URLSearchParams(query)])
}

/** The host element of the shadow root that a node is in. A document may have an element that is named "host". */
export function hostOf(node) {
  const root = node.getRootNode()
  return root.nodeType === Node.DOCUMENT_FRAGMENT_NODE ? root.host : undefined
}

/** Whether the node is an element that matches the selector or has an ancestor that does, also across shadow roots. */
export function isWithin(node, selector) {
  if (!node?.closest) return false
  return node.closest(selector) !== null || isWithin(hostOf(node), selector)
}

/** Whether the study wants no record of what happens in this element. */
export function isIgnored(node) {
  return isWithin(node, '[data-ul-ignore]')
}
