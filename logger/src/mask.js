// What must not leave the browser: secrets in URLs, and what a person is known by or has typed, in URLs, titles and
// texts.

import { options } from './settings.js'
import { cut, hash } from './util.js'

export const MASKED = '***'
const MAX_TEXT = 2000 // characters
const MIN_TYPED = 3 // characters; a shorter value says little, and masking it in the title would hide much else

/** An e-mail address, a JSON web token, or a long number, for example of a telephone or a card. */
const PERSONAL_DATA = /[^\s=&?#/]{1,99}(?:@|%40)[^\s&#/]+|\beyJ[\w.-]+|\d[\d -]{7,}\d(?![\da-z])/gi
const ISO_DATE = /^(19|20)\d\d-[01]\d-[0-3]\d$/
/** A parameter and its value, or a parameter without one. */
const PARAMETER = /([?&;#])([^=&#;?\s]*)=[^&#;\s]*|[?&;][^=&#;?\s]+(?=[&#;]|$)/
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
  return cut(String(text), MAX_TEXT).replace(PERSONAL_DATA, (found) => (ISO_DATE.test(found) ? found : MASKED))
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
 */
export function maskUrl(url) {
  return cut(String(url), MAX_TEXT).replace(PART_OF_URL, (part, separator, name) => {
    // A kept parameter may itself be a URL with parameters.
    if (separator) return isKept(name) && !/=.*(=|%3d)/i.test(part) ? part : `${separator}${name}=${MASKED}`
    if (/[?&;]/.test(part[0])) return part[0] + MASKED
    return isToken(part) ? `~${hash(part).toString(16).padStart(6, '0').slice(-6)}` : maskText(part)
  })
}

/** Names and values of the URL's parameters: of its query, and of a hash route such as `#/welcome?user=p017`. */
export function urlParameters() {
  return [location.search, location.hash.split('?')[1]].flatMap((query) => [...new URLSearchParams(query)])
}

/** The page's title, masked. A page may repeat in its title what a form has put into its URL. */
export function maskedTitle() {
  let title = document.title
  for (const [name, value] of urlParameters()) {
    const typed = value.trim()
    if (typed.length < MIN_TYPED || isKept(name)) continue
    title = title.replace(new RegExp(typed.replace(/[^\w\s]/g, '\\$&'), 'gi'), MASKED)
  }
  return maskText(title)
}

/** Whether the node is an element that matches the selector or has an ancestor that does, also across shadow roots. */
export function isWithin(node, selector) {
  if (!node?.closest) return false
  return node.closest(selector) !== null || isWithin(node.getRootNode().host, selector)
}

/** Whether the study wants no record of what happens in this element. */
export function isIgnored(node) {
  return isWithin(node, '[data-ul-ignore]')
}
