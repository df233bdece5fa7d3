/*! userlogger/2.0.0 MIT */
// ---- util.js ----
// Small pure functions that several files need: time, rounding, hashing, ids, sizes.

/** Milliseconds since this page began (its time origin). This clock does not change when the device's clock is set. */
function now() {
  return performance.now()
}

/**
 * Epoch ms by the device's clock, as a whole number. If a script has replaced the clock by something that gives no time
 * after 1970, by the browser's own clock as it was when the page began.
 */
function epochMs() {
  const time = Math.floor(Number(Date.now?.()));
  return time > 0 ? time : Math.floor(performance.timeOrigin + now())
}

/** ms since the page began of the event that is being handled; undefined outside handlers. */
let eventTime;

/** Call a function while the actions that it logs get the time of an event, in ms since the page began. */
function atTime(time, work) {
  const outerTime = eventTime;
  eventTime = time;
  try {
    return work()
  } finally {
    eventTime = outerTime;
  }
}

/** The time of the event that is being handled, otherwise the present time; in ms since the page began. */
function currentTime() {
  return eventTime ?? now()
}

/** Round to one decimal place. More digits of a CSS px or a millisecond are noise and cost bytes. */
function roundToTenth(value) {
  return Math.round(value * 10) / 10
}

/**
 * Hash a text to a whole number from 0 to 2^32 - 1. Each character is mixed in by XOR and then by a
 * multiplication with a prime near 2^32 divided by the golden ratio (Knuth's multiplicative hashing). Participants are
 * assigned to conditions with this function, so its results must never change.
 */
function hash(text) {
  let result = 0;
  for (const character of `${text} `) {
    result = Math.imul(result ^ character.codePointAt(0), 0x9e3779b1);
    // Shifting after every character keeps two conditions that are drawn for the same user independent of each other.
    result ^= result >>> 15;
  }
  return result >>> 0
}

/**
 * Create a UUID version 7 (RFC 9562, section 5.7). It begins with its time, so ids sort by age.
 * @param {number} time epoch ms, a whole number
 */
function uuid7(time = epochMs()) {
  const timeDigits = Math.max(time, 0).toString(16).padStart(12, '0');
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(9)));
  const randomDigits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    timeDigits.slice(0, 8),
    timeDigits.slice(8),
    `7${randomDigits.slice(0, 3)}`, // 7 is the version
    `8${randomDigits.slice(3, 6)}`, // the bits 10 are the variant
    randomDigits.slice(6),
  ].join('-')
}

/** The first `length` characters of a text, without half of a surrogate pair at the end. */
function cut(text, length) {
  return text.slice(0, text.codePointAt(length - 1) > 0xffff ? length - 1 : length)
}

/** A text of at most `length` characters; if it is cut, a hash tells it from others that begin alike. */
function fit(text, length) {
  return text.length > length ? `${cut(text, length - 9)}~${hash(text).toString(16)}` : text
}

/**
 * Upper bound of a text's size in UTF-8, in bytes: every character outside printable ASCII counts as three. Encoding
 * each action with TextEncoder cost more time than anything else that the logger did on a click.
 */
function byteLength(text) {
  const notAscii = text.match(/[^ -~]/g);
  return text.length + 2 * (notAscii ? notAscii.length : 0)
}

// ---- coordinates.js ----
// Where and when an event happened.


/**
 * Where the viewport of an event's window is in this window's viewport: the position of its corner in CSS px, and its
 * scale. Only a frame on this page is elsewhere than at (0, 0); it may be scaled by CSS.
 * @param {Window | null | undefined} view
 */
function frameTransform(view) {
  const frame = view && view !== window && view.frameElement;
  if (!frame) return { x: 0, y: 0, scaleX: 1, scaleY: 1 }
  const outer = frameTransform(view.parent);
  const { left, top, width, height } = frame.getBoundingClientRect();
  const scaleX = width / frame.offsetWidth;
  const scaleY = height / frame.offsetHeight;
  return {
    x: outer.x + outer.scaleX * (left + scaleX * frame.clientLeft),
    y: outer.y + outer.scaleY * (top + scaleY * frame.clientTop),
    scaleX: outer.scaleX * scaleX,
    scaleY: outer.scaleY * scaleY,
  }
}

/**
 * The six coordinates of an event in CSS px, to a tenth. An event without a position has none. Neither has a click by
 * the keyboard (its `detail` is 0): browsers give it different positions, such as the corner or the middle of the
 * button.
 */
function coordinates(event) {
  const point = event?.changedTouches?.[0] || event;
  if (point?.clientX === undefined || (event.type === 'click' && !event.detail)) return {}
  const { x, y, scaleX, scaleY } = frameTransform(event.view);
  const clientX = x + scaleX * point.clientX;
  const clientY = y + scaleY * point.clientY;
  // Browsers round a click's clientX and pageX each for itself, so the one does not follow from the other.
  const isOuter = event.view === window && point.pageX !== undefined;
  const position = {
    page_x: isOuter ? point.pageX : clientX + scrollX,
    page_y: isOuter ? point.pageY : clientY + scrollY,
    client_x: clientX,
    client_y: clientY,
    screen_x: point.screenX,
    screen_y: point.screenY,
  };
  for (const name in position) position[name] = roundToTenth(position[name]);
  return position
}

/**
 * When an event happened, in ms since this page began: not when its handler ran, because the page may have been busy.
 * The time stamps of events in a frame are relative to the frame's own beginning.
 */
function timeOf({ timeStamp, view, target }) {
  const source = view ?? (target?.ownerDocument ?? target?.document ?? target)?.defaultView;
  const { timeOrigin } = source?.performance ?? performance;
  const time = timeStamp + timeOrigin - performance.timeOrigin;
  return time >= 0 && time <= now() ? time : now()
}

const MODIFIER_KEYS = ['alt', 'ctrl', 'meta', 'shift'];

/**
 * Fields of a pointer event: coordinates, device, button, modifier keys; `trusted: false` if a script made the event.
 */
function pointerFields(event) {
  const modifiers = MODIFIER_KEYS.filter((key) => event[`${key}Key`]).join('+');
  return {
    ...coordinates(event),
    pointer: event.pointerType,
    button: event.button,
    mods: modifiers || undefined,
    trusted: event.isTrusted ? undefined : false,
  }
}

// ---- guard.js ----
// The logger must never disturb the page: an error inside it becomes one warning in the console.

const printed = new Set();

/**
 * Print a warning in the console. Each distinct message is printed only once per page.
 * @param {unknown} message a text, or a caught error
 */
function warn(message) {
  const text = String(message);
  if (printed.has(text)) return
  printed.add(text);
  console.warn(`UserLogger: ${text}`);
}

/**
 * Wrap a function so that it cannot throw into the page. If it throws, the error is printed and undefined is returned.
 * @template {(...args: any[]) => any} Work
 * @param {Work} work
 * @returns {Work}
 */
function guard(work) {
  return (...args) => {
    try {
      return work(...args)
    } catch (error) {
      warn(error);
    }
  }
}

// ---- json.js ----
// JSON for every action: whatever the page logs, and whatever its libraries have done to the built-in objects.

// The originals, before another script of the page replaces them.
const { parse, stringify } = JSON;

/** The value as a text, whatever it is. */
function textOf(value) {
  try {
    return String(value)
  } catch {
    return '(unreadable)'
  }
}

/**
 * A replacer for JSON.stringify: arrays stay arrays although old versions of Prototype give them a toJSON method, and
 * what JSON cannot hold becomes its text: BigInts, and objects inside themselves.
 */
function careful() {
  const ancestors = [];
  return function replace(key, value) {
    const original = Array.isArray(this[key]) ? this[key] : value;
    if (typeof original === 'bigint') return String(original)
    if (typeof original !== 'object' || original === null) return original
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop();
    if (ancestors.includes(original)) return textOf(original)
    ancestors.push(original);
    return original
  }
}

/** A copy of an object's fields; a field that cannot be read or serialized becomes its text. */
function readableFields(object) {
  const fields = {};
  for (const [name, value] of Object.entries(copyFields(object))) {
    try {
      stringify(value, careful());
      fields[name] = value;
    } catch {
      fields[name] = textOf(value);
    }
  }
  return fields
}

/** A copy of an object's own fields; a field whose getter fails becomes the text of its error. */
function copyFields(object) {
  const fields = {};
  for (const name of Object.keys(object ?? {})) {
    try {
      fields[name] = object[name];
    } catch (error) {
      fields[name] = textOf(error);
    }
  }
  return fields
}

/** Replace each half of a surrogate pair, which PostgreSQL cannot store. JSON.stringify escapes these, and only these. */
function wellFormed(json) {
  if (!json.includes('\\ud')) return json
  return json.replace(/\\(?:(ud[89a-f]..)|[^])/g, (escape, half) => (half ? '\ufffd' : escape))
}

/** An object as JSON. Never throws. */
function toJson(object) {
  let json;
  try {
    json = stringify(object, Array.prototype.toJSON && careful());
  } catch {
    json = stringify(readableFields(object), careful());
  }
  return wellFormed(json)
}

// ---- settings.js ----
// The logger's settings: their names, their defaults, and the ways in which a page gives them.


/**
 * The settings in effect, which begin as the defaults. The type of the default is the type of the setting.
 * Without a prototype: a property that a library adds to all objects is not a setting.
 */
const options = {
  __proto__: null,
  server: '',
  study: '',
  userParam: '',
  urlParams: '', // names, separated by spaces or commas
  attributesName: 'data-',
  maxActions: 50,
  maxTime: 5, // seconds
  moveInterval: 50, // ms
  skip: '',
  text: 'labels',
  values: false,
  consent: '',
  respect: 'gpc',
  debug: false,
  capture: true,
  layout: true,
};

const TEXTS = ['labels', 'all', 'none'];
/** The server rejects longer texts; in characters. */
const MAX_LENGTHS = { study: 64, user: 200, condition_1: 200, condition_2: 200 };

/** Values that every action carries: user, conditions, and any others that the study sets. */
const constants = {};

/** The value; cut, or as text, if the server would reject all actions that carry it. */
function acceptable(name, value) {
  const longest = MAX_LENGTHS[name];
  if (!longest || !/string|object/.test(typeof value) || value === null) return value
  const text = typeof value === 'object' ? toJson(value) : value;
  if (text.length > longest) warn(`${name} has more than ${longest} characters`);
  return fit(text, longest)
}

/** Set constants, which all actions from now on carry. */
function setConstants(changes) {
  for (const [name, value] of Object.entries(changes ?? {})) constants[name] = acceptable(name, value);
}

/** Whether the study does not want actions of this name. */
const isSkipped = (name) => options.skip.split(/\W/).includes(name);

/** Prefix of all keys that the logger uses in localStorage and sessionStorage. */
function storagePrefix() {
  return `userlogger ${options.server} `
}

const TRUE_OR_FALSE = new Map([['', true], ['true', true], ['false', false]]);

/** The value as the given type; undefined if it cannot be one. An empty attribute (`data-debug`) means true. */
function convert(value, type) {
  if (type === 'string') return String(value)
  if (type === 'boolean') return TRUE_OR_FALSE.get(String(value))
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number
}

function setOption(name, value) {
  if (!(name in options)) return warn(`unknown setting: ${name}`)
  if (value === undefined || value === null) return // the default applies
  const converted = convert(value, typeof options[name]);
  if (converted === undefined) warn(`invalid value for the setting ${name}: ${value}`);
  else options[name] = acceptable(name, converted);
}

/** Make the server's URL absolute; a server that is given without a path gets the path /analytics. */
function completeServer() {
  if (!options.server) return warn('no server')
  const url = new URL(options.server, location.href);
  if (url.pathname === '/') url.pathname = '/analytics';
  options.server = url.href;
}

/**
 * Apply the constructor's arguments: one object with settings, or the original project's five positional arguments,
 * with which the logger captures only what it is asked for.
 */
function configure(server, maxActions, maxTime, attributesName, constantAttributes) {
  const given = typeof server === 'string'
    ? { capture: false, server, maxActions, maxTime, attributesName, constants: constantAttributes }
    : { ...server };
  const { constants: givenConstants, ...givenOptions } = given;
  setConstants(givenConstants);
  for (const [name, value] of Object.entries(givenOptions)) setOption(name, value);
  completeServer();
  if (!TEXTS.includes(options.text)) {
    warn(`invalid value for the setting text: ${options.text}`);
    options.text = 'none'; // what records least
  }
}

// ---- mask.js ----
// What must not leave the browser: secrets in URLs, and what a person is known by or has typed, in URLs, titles and
// texts.


const MASKED = '***';
const MAX_TEXT$1 = 2000; // characters
const MAX_TYPED = 50; // masked values of URLs that are also masked in texts
const MIN_TYPED = 3; // bytes; a shorter value says little, and masking it in a text would hide much else

/** An e-mail address, a JSON web token, or a long number, for example of a telephone or a card. */
const PERSONAL_DATA = /[^\s=&?#/]{1,99}(?:@|%40)[^\s&#/]+|\beyJ[\w.-]+|\d[\d -]{7,}\d(?![\da-z])/gi;
const ISO_DATE = /^(19|20)\d\d-[01]\d-[0-3]\d$/;
/** A parameter and its value, or a parameter without one. */
const PARAMETER = /([?&;#])([^=&#;?\s]*)=([^&#;\s]*)|[?&;]([^=&#;?\s]+)(?=[&#;\s]|$)/;
/** A parameter, personal data, or a part of a path that may be a token. */
const PART_OF_URL = new RegExp(`${PARAMETER.source}|${PERSONAL_DATA.source}|[\\w+-]{8,}`, 'gi');
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** URL parameters whose values are not masked, because studies use them. */
const STUDY_PARAMETERS = 'user condition condition_1 condition_2 PROLIFIC_PID STUDY_ID SESSION_ID';

/**
 * Replace e-mail addresses, long numbers (not dates) and JSON web tokens in a text. The text is cut first, because the
 * time of the search grows with its length.
 */
function maskText(text) {
  return cut(textOf(text), MAX_TEXT$1).replace(PERSONAL_DATA, (found) => (ISO_DATE.test(found) ? found : MASKED))
}

function isKept(parameter) {
  return `${STUDY_PARAMETERS} ${options.userParam} ${options.urlParams}`.split(/[\s,]+/).includes(parameter)
}

/** Whether a part of a path looks random: a UUID, or a run of 16 characters that mixes two kinds, or of 8 with three. */
function isToken(part) {
  return UUID.test(part) || part.split(/[-_+]/).some((run) => {
    const kinds = [/\d/, /[a-z]/, /.[A-Z]/].filter((kind) => kind.test(run)).length;
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
function maskUrl(url, onMasked) {
  return cut(textOf(url), MAX_TEXT$1).replace(PART_OF_URL, (part, separator, name, value, bare) => {
    // A kept parameter may itself be a URL with parameters.
    if (separator && isKept(name) && !/=|%3d/i.test(value)) return part
    if (separator ?? bare) onMasked?.(value ?? bare);
    if (separator) return `${separator}${name}=${MASKED}`
    if (bare) return part[0] + MASKED
    return isToken(part) ? `~${hash(part).toString(16).padStart(6, '0').slice(-6)}` : maskText(part)
  })
}

/** What forms may have put into the URLs of this page's last views, as regular expressions. */
const typedValues = new Set();
/** Finds any of these in a text, as whole words; undefined if there are none. */
let typedPattern;

const noteTyped = guard((value) => {
  const typed = decodeURIComponent(value.replace(/\+/g, ' ')).trim();
  if (encodeURIComponent(typed).length < MIN_TYPED) return
  typedValues.add(typed.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  // A map, for example, puts each position into its URL.
  if (typedValues.size > MAX_TYPED) typedValues.delete(typedValues.values().next().value);
  typedPattern = new RegExp(`(^|[^a-z\\d])(?:${[...typedValues].join('|')})(?![a-z\\d])`, 'gi');
});

/** Mask the URL of a view, and remember what it masks for maskShown(). */
function maskViewUrl(url) {
  return maskUrl(url, noteTyped)
}

/** Mask a text that the page shows: as maskText, and also what it repeats of the masked values in its URLs. */
function maskShown(text) {
  return maskText(typedPattern ? textOf(text).replace(typedPattern, `$1${MASKED}`) : text)
}

/** Names and values of the URL's parameters: of its query, and of a hash route such as `#/welcome?user=p017`. */
function urlParameters() {
  return [location.search, location.hash.split('?')[1]].flatMap((query) => [...new URLSearchParams(query)])
}

/** The host element of the shadow root that a node is in. A document may have an element that is named "host". */
function hostOf(node) {
  const root = node.getRootNode();
  return root.nodeType === Node.DOCUMENT_FRAGMENT_NODE ? root.host : undefined
}

/** Whether the node is an element that matches the selector or has an ancestor that does, also across shadow roots. */
function isWithin(node, selector) {
  if (!node?.closest) return false
  return node.closest(selector) !== null || isWithin(hostOf(node), selector)
}

/** Whether the study wants no record of what happens in this element. */
function isIgnored(node) {
  return isWithin(node, '[data-ul-ignore]')
}

// ---- label.js ----
// Texts that may be recorded: the labels of controls and headings, as a person sees them.


const MAX_LABEL = 80; // characters
const MAX_NODES = 200; // that are looked at for one label

/** Elements whose text is a label: links, buttons, labels, options, tabs, menu items and headings. */
const LABELLED =
  'a,area,button,summary,label,option,h1,h2,h3,h4,h5,h6,[type=submit],[type=button],[type=reset],[role=button],' +
  '[role=link],[role=option],[role=tab],[role=heading],[role^=menuitem]';
/** Elements whose text is private: masked by the study, or what a person enters. */
const PRIVATE =
  '[data-ul-mask],[contenteditable],textarea,select,input:not([type=submit],[type=button],[type=reset])';
const WITHOUT_TEXT = /^(style|script|noscript|template|title)$/;

/** Whether the element's text is a label that may be recorded. */
function isLabelled(element) {
  return options.text !== 'none' && Boolean(element.matches?.(LABELLED))
}

/** Append the texts that a person sees in a node, also of a shadow root and of what is slotted into it. */
function collectTexts(node, texts, budget) {
  if (budget.nodes-- <= 0) return
  if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
  if (!node.localName || WITHOUT_TEXT.test(node.localName)) return
  const { display, visibility } = getComputedStyle(node);
  if (display === 'none' || visibility === 'hidden') return
  if (node.matches(PRIVATE)) return void texts.push(MASKED)
  const slotted = node.assignedNodes?.() ?? [];
  const children = slotted.length > 0 ? slotted : (node.shadowRoot ?? node).childNodes;
  for (let i = 0; i < children.length && budget.nodes > 0; i++) collectTexts(children[i], texts, budget);
}

/** The first 80 characters of the text that a person sees on an element; `***` for what may be private. */
function visibleText(element) {
  if (isWithin(element, PRIVATE)) return MASKED
  const texts = [];
  if (element.localName === 'input') texts.push(element.value);
  else collectTexts(element, texts, { nodes: MAX_NODES });
  return cut(maskShown(texts.join(' ').replace(/\s+/g, ' ').trim()), MAX_LABEL)
}

/**
 * The text to record for an element, as `data-text` says: the label that the element is or belongs to (`labels`), its
 * own text (`all`), or none.
 * @param {Element[]} path the element and its ancestors, as in Event.composedPath()
 */
function textToRecord(path) {
  const element = options.text === 'all' ? path[0] : path.find(isLabelled);
  return element && visibleText(element)
}

// ---- selector.js ----
// CSS selectors that are likely to match the same element after the next deployment of the page.


const LONG_LIST = 100; // elements
const MAX_LENGTH = 999; // characters; the server takes fewer than 1000

const TEST_ID_ATTRIBUTE = /^data-(test|cy|qa)/;
const NAME_ATTRIBUTE = /^(name|aria-label)$/;
/** Values that a selector may quote: short, and without characters that need to be escaped. */
const QUOTABLE = /^[^"\\\n\r\f\0]{1,40}$/;
/** Parts of ids and names that a framework generates, so that they change with each build, load or sorting. */
const GENERATED = /\d\d\d|[-_]\d|\d[a-z]/i;
/** Ids that a framework generates: also React's :r1: and _r_1_, and hexadecimal ones. */
const GENERATED_ID = new RegExp(`^[^a-z]|[^\\w-]|^[\\da-f-]{6,}$|${GENERATED.source}`, 'i');
/** Labels that contain a state: a count, "(checked)", "sorted ascending". */
const STATE = /[\d()]|check|select|expand|collaps|sort|press/i;

/** Whether an attribute says nothing private, and the same after a change of state and after the next load. */
function isUsable(element, name) {
  const value = element.getAttribute(name);
  if (!QUOTABLE.test(value) || value !== maskShown(value) || isWithin(element, '[data-ul-mask]')) return false
  if (name === 'aria-label') return isLabelled(element) && !STATE.test(value)
  return name !== 'name' || !GENERATED.test(value)
}

/** `[name="email"]` for the first usable attribute whose name matches; empty if there is none. */
function attributeSelector(element, pattern) {
  const name = element.getAttributeNames().find((name) => pattern.test(name) && isUsable(element, name));
  return name ? `[${CSS.escape(name)}="${element.getAttribute(name)}"]` : ''
}

function idSelector({ id }) {
  return id && !GENERATED_ID.test(id) ? `#${id}` : ''
}

/** Selector by a test id, or by an id that does not look generated; empty if another element has it too. */
function uniqueSelector(element) {
  const selector = attributeSelector(element, TEST_ID_ATTRIBUTE) || idSelector(element);
  if (!selector) return ''
  const root = element.getRootNode();
  // The first look is fast where many elements have the same.
  const isUnique = root.querySelector(selector) === element && root.querySelectorAll(selector).length === 1;
  return isUnique ? selector : ''
}

/** Position of an element among its siblings of this name, from 1. */
function positionAmong(element, localName) {
  let position = 1;
  for (let sibling = element.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
    if (sibling.localName === localName) position++;
  }
  return position
}

/**
 * Selector of an element among its siblings: its tag and name, or the `aria-label` of a control, and if a sibling
 * matches that too, its position. Class names are not used, because they change with the design. The siblings are
 * visited one by one: `children` is slow for long lists, and in a form with a field called "children" it is that field.
 */
function siblingSelector(element) {
  const { localName } = element; // once: a table may have tens of thousands of rows
  const selector = CSS.escape(localName) + attributeSelector(element, NAME_ATTRIBUTE);
  let position = 1;
  let isAmbiguous = false;
  for (let sibling = element.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
    position++;
    isAmbiguous = isAmbiguous || sibling.matches(selector);
  }
  for (let sibling = element.nextElementSibling; sibling && !isAmbiguous; sibling = sibling.nextElementSibling) {
    isAmbiguous = sibling.matches(selector);
  }
  if (!isAmbiguous) return selector
  // To compare the names of all siblings takes as long again, and most long lists have elements of one kind.
  const isOneKind = position > LONG_LIST && element.matches(`:nth-of-type(${position})`);
  if (!isOneKind) position = positionAmong(element, localName);
  return `${selector}:nth-of-type(${position})`
}

/**
 * The path as a selector, or if that is too long, its inner part; undefined if that matches another element too, as may
 * also be the case where no `body` is the outermost element.
 */
function joinPath(path, root, maxLength) {
  const inner = [...path];
  while (inner.join(' > ').length > maxLength) inner.shift();
  const selector = inner.join(' > ');
  const isUnique = inner.length === path.length && root.nodeType === Node.DOCUMENT_NODE;
  return isUnique || root.querySelectorAll(selector).length === 1 ? selector : undefined
}

/**
 * CSS selector of an element that matches no other element of its document: the path from the nearest ancestor that
 * has a unique selector. ` >>> ` separates the selector of a shadow host from the path inside its shadow root.
 * @returns {string | undefined} undefined if there is none of at most 999 characters
 */
const selectorOf = guard((element) => {
  const root = element.getRootNode();
  const host = hostOf(element);
  const prefix = host ? `${selectorOf(host)} >>> ` : '';
  const path = [];
  // A form with a field called "parentElement" would have no end.
  for (let ancestor = element; ancestor && path.length < MAX_LENGTH; ancestor = ancestor.parentElement) {
    const unique = uniqueSelector(ancestor);
    path.unshift(unique || siblingSelector(ancestor));
    if (unique || ancestor.localName === 'body') break
  }
  const selector = joinPath(path, root, MAX_LENGTH - prefix.length);
  return selector && !prefix.startsWith('undefined') ? prefix + selector : undefined
});

// ---- element.js ----
// On which element an event happened.


/** The elements, roots and documents that an event passes, from the innermost, also inside open shadow roots. */
function pathOf$1(event) {
  const path = event.composedPath().filter((node) => node !== node.window); // a window's properties are global variables
  return path.length > 0 ? path : [event.target] // it is empty after the event
}

/** Whether a node of an event's path is a document or a shadow root. */
function isRoot(node) {
  return node.nodeType === Node.DOCUMENT_NODE || node.nodeType === Node.DOCUMENT_FRAGMENT_NODE
}

/** The innermost element that an event happened on. */
function targetOf(event) {
  return pathOf$1(event).find((node) => node.localName) || document.body
}

/** Fields that identify an element. */
function elementFields(element) {
  return { element_id: element.getAttribute('id'), tag: element.localName, selector: selectorOf(element) }
}

/**
 * Position in this window's viewport, width and height of an element, in CSS px with one decimal; empty for an element
 * without a box, such as an `area`.
 */
function rectangle(element, { x, y, scaleX, scaleY }) {
  if (element.getClientRects().length === 0) return {}
  const box = element.getBoundingClientRect();
  return {
    x: roundToTenth(x + scaleX * box.x),
    y: roundToTenth(y + scaleY * box.y),
    width: roundToTenth(scaleX * box.width),
    height: roundToTenth(scaleY * box.height),
  }
}

/** `true` if the element, or one around it, stays where it is in the viewport while the page is scrolled. */
function isFixed(element) {
  if (!element) return undefined
  if (/fixed|sticky/.test(getComputedStyle(element).position)) return true
  // The next positioned element around it: to ask each parent takes long in a deep tree. SVG has no offsetParent.
  const isHtml = element.offsetParent !== undefined;
  return isFixed(isHtml ? element.offsetParent ?? hostOf(element) : element.parentElement)
}

/** How far across an element a point is, from 0 to 1 with three decimals; undefined if it is outside. */
function fraction(distance, size) {
  const share = Math.round((distance / size) * 1000) / 1000;
  return share >= 0 && share <= 1 ? share : undefined
}

const label = guard(textToRecord);

/**
 * Fields of the element that was clicked: its identity, its label, its rectangle in the viewport in CSS px, and where
 * in it the click was. A click by the keyboard has no place inside it.
 */
function clickedElementFields(element, event) {
  const path = pathOf$1(event);
  const frame = frameTransform(event.view);
  const { x, y, width, height } = rectangle(element, frame);
  const hasPlace = Boolean(event.detail);
  return {
    ...elementFields(element),
    text: label(path.slice(path.indexOf(element))),
    el_x: x,
    el_y: y,
    el_w: width,
    el_h: height,
    rel_x: hasPlace ? fraction(frame.x + frame.scaleX * event.clientX - x, width) : undefined,
    rel_y: hasPlace ? fraction(frame.y + frame.scaleY * event.clientY - y, height) : undefined,
    fixed: isFixed(element),
  }
}

/**
 * The attributes of an element whose name begins with `attributesName`, with their present values: masked like URLs,
 * unless the study has named a prefix of its own; none of a masked element.
 */
function studyAttributes(element) {
  const attributes = {};
  if (isWithin(element, '[data-ul-mask]')) return attributes
  for (const name of element.getAttributeNames()) {
    const value = element.getAttribute(name);
    const isOwn = options.attributesName !== 'data-';
    if (name.startsWith(options.attributesName)) attributes[name] = isOwn ? value : maskUrl(value);
  }
  return attributes
}

// ---- collectors.js ----
// What happens before an action and is still being collected: the mouse path, the last scroll.

const collectors = [];

/** Register a function that logs what it has collected so far. */
function beforeEachAction(collector) {
  collectors.push(collector);
}

/** Log all of it: before each action and before a batch is sealed, so that actions are in the order of their times. */
function completePrecedingActions() {
  for (const collector of collectors) collector();
}

// ---- batch.js ----
// A batch: the actions that are sent in one request, and the fields that they share (the envelope).


/**
 * @typedef {object} Batch
 * @property {object} envelope all fields of the request body except `actions`; docs/protocol.md lists them
 * @property {string[]} actions each action as JSON, in the order of seq. An action is serialized when it is logged, so
 *   that objects that the page changes later do not change it
 * @property {boolean} [isInFlight] a request or beacon carries it now
 * @property {number} [bytesInFlight] size of the fetch request that carries it now
 * @property {boolean} [isStored] localStorage holds it
 */

const sumOf = (batches, measure) => batches.reduce((sum, batch) => sum + measure(batch), 0);
const actionCount = (batch) => batch.actions.length;
const actionCharacters = (batch) => batch.actions.reduce((sum, action) => sum + action.length, 0);

/**
 * The request body of a batch.
 * @param {Batch} batch
 * @param {object} [attemptFields] fields that differ from one attempt to the next
 */
function serializeBatch({ envelope, actions }, attemptFields) {
  const head = toJson({ ...envelope, ...attemptFields });
  return `${head.slice(0, -1)},"actions":[${actions.join(',')}]}`
}

/** The batch of a request body. */
function parseBatch(body) {
  const { actions, ...envelope } = parse(body);
  return { envelope, actions: actions.map(toJson) }
}

function seqOf(action) {
  return parse(action).seq
}

/** The batch without its actions and views, but with the declaration that they are lost and why. */
function declareLost({ envelope, actions }, reason) {
  const lostRange = [seqOf(actions[0]), seqOf(actions.at(-1)), reason];
  return { envelope: { ...envelope, views: [], lost: [...envelope.lost, lostRange] }, actions: [] }
}

/** Add to a declaration what an earlier one of the same page declares, in as few ranges as possible. */
function mergeDeclarations({ envelope }, earlier) {
  const merged = [...earlier.envelope.lost];
  for (const range of envelope.lost) {
    const last = merged.at(-1);
    if (last && last[1] + 1 === range[0] && last[2] === range[2]) merged[merged.length - 1] = [last[0], ...range.slice(1)];
    else merged.push(range);
  }
  envelope.lost = merged;
  envelope.env ??= earlier.envelope.env;
}

/**
 * Two batches with half of the actions each, under the same seqs. Both carry the envelope's `lost`; the server accepts
 * the repetition.
 */
function splitBatch({ envelope, actions }) {
  const middle = Math.floor(actions.length / 2);
  return [actions.slice(0, middle), actions.slice(middle)].map((half) => ({
    envelope: { ...envelope, batch_id: uuid7() },
    actions: half,
  }))
}

// ---- retryDelay.js ----
// How long to wait before a failed request is repeated.

const FIRST_DELAY_MS = 1e3;
const MAX_DELAY_MS = 60e3;
const MAX_RETRY_AFTER_MS = 3600e3; // the server must be wrong if it asks for more

/**
 * The delay that a Retry-After header asks for (RFC 9110, section 10.2.3), in ms, from 0 to one hour.
 * @param {string | null | undefined} header a number of seconds, or an HTTP date
 * @param {number} serverTime epoch ms by the server's clock, with which the date is compared
 */
function parseRetryAfter(header, serverTime) {
  if (!header) return 0
  const seconds = Number(header);
  const delay = Number.isNaN(seconds) ? Date.parse(header) - serverTime : seconds * 1000;
  if (Number.isNaN(delay)) return 0 // neither a number nor a date
  return Math.min(Math.max(delay, 0), MAX_RETRY_AFTER_MS)
}

/**
 * A random delay in ms, from 0 to 1 s after the first failure, 2 s after the second, and so on up to 60 s:
 * exponential backoff with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
 * so that the pages of a whole lab do not all return at the same moment after an outage.
 * @param {number} earlierFailures failures in a row before this one
 */
function backoffDelay(earlierFailures) {
  return Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** earlierFailures)
}

// ---- session.js ----
// The session: what the tab remembers about a study from one page to the next, in sessionStorage, and who has refused,
// in localStorage. Several loggers share both: of pages, of their frames, of other tabs. Each therefore reads them
// again before it captures, sends or changes anything. Nothing is stored before consent, where consent is required.


/**
 * The tab's session, as it was last read or stored. All fields are optional. Where storage is blocked, it lasts as long
 * as the page. A frame has a page_no and a prev_page of its own, see framePosition().
 * @type {{
 *   session_id?: string,
 *   page_no?: number,
 *   prev_page?: {id: string, seq: number},
 *   given_user_hash?: number,
 *   user?: string,
 *   task?: string,
 *   trial?: number,
 *   trials?: number,
 *   pointer?: object,
 *   consent?: boolean,
 * }}
 */
let session = {};

const sessionKey = () => storagePrefix() + options.study;

let lastText;
let lastParsed;

/** The stored session. It is parsed only if it has changed, because it is read for every action. */
const readStored = guard(() => {
  const text = sessionStorage.getItem(sessionKey());
  if (text !== lastText) lastParsed = parse(text);
  lastText = text;
  return lastParsed
});

const store = guard(() => {
  sessionStorage.setItem(sessionKey(), toJson(session));
});

/** Read what other loggers of the tab have stored, unless that is another participant's. */
function readSession() {
  const stored = readStored();
  const [hash1, hash2] = [stored?.given_user_hash, session.given_user_hash];
  if (stored && (hash1 === hash2 || hash1 === undefined || hash2 === undefined)) session = stored;
}

/**
 * Load what the tab remembers. If the page names another user than the page before did, another person uses the same
 * computer: the new participant has not consented, has no task, and gets a session of their own.
 * @param {string} [givenUser] the user that the page's URL or tag names
 */
function loadSession(givenUser) {
  session = readStored() ?? {};
  const storedHash = session.given_user_hash;
  const givenHash = givenUser ? hash(givenUser) : storedHash;
  if (storedHash !== undefined && storedHash !== givenHash) session = {};
  // A hash, because after a refusal the tab must still tell two participants apart but keep no name.
  session.given_user_hash = givenHash;
}

/** Change the session and store it. */
function saveSession(changes) {
  readSession();
  Object.assign(session, changes);
  store();
}

/** After a refusal: forget everything except the refusal, and the hash that shows whose it is. */
function keepOnlyRefusal() {
  session = { given_user_hash: session.given_user_hash, consent: false };
  store();
}

/**
 * Which frame of the tab this page is in, as the positions among its siblings: empty for the tab's own page, otherwise
 * for example `.0.2`. The chain of pages in a frame is another one than that of the pages around it.
 */
function framePosition() {
  let position = '';
  for (let frame = window; frame !== frame.parent; frame = frame.parent) {
    let index = 0;
    while (frame.parent[index] !== frame) index++;
    position = `.${index}${position}`;
  }
  return position
}

/** The time in a UUIDv7, as text that sorts. */
const timeOfId = (id) => id.slice(0, 13);

/** Key of a participant's refusal. A hash, because after a refusal the browser keeps no name. */
const refusalKey = (study, user) => `userlogger-refusal ${options.server} ${hash(`${study} ${user}`)}`;

/**
 * Let the loggers in all tabs know that this participant has refused or, after all, consented. A refusal applies to
 * what was captured before it and to sessions that began before it: the next person at this computer is asked again.
 */
const shareRefusal = guard((isRefused) => {
  const key = refusalKey(options.study, constants.user);
  if (isRefused) localStorage.setItem(key, timeOfId(uuid7()));
  else localStorage.removeItem(key);
});

/** Whether a participant refused after this id, a batch's or a session's, was made. */
const isRefused = guard(({ study, const: { user }, batch_id }) => {
  const refusedAt = localStorage.getItem(refusalKey(study, user));
  return refusedAt !== null && timeOfId(batch_id) < refusedAt
});

/** The browser's privacy signals: Global Privacy Control and Do Not Track. */
function privacySignals() {
  return { gpc: Boolean(navigator.globalPrivacyControl), dnt: navigator.doNotTrack === '1' }
}

/**
 * Why nothing may be captured now. The person's own consent or refusal outweighs the browser's signals.
 * @returns {'consent' | 'gpc' | 'dnt' | undefined} undefined if capture is allowed
 */
function reasonNotToRecord() {
  readSession();
  const { consent, session_id } = session;
  if (session_id && isRefused({ study: options.study, const: constants, batch_id: session_id })) return 'consent'
  if (consent) return undefined
  if (options.consent || consent === false) return 'consent'
  const signals = privacySignals();
  return options.respect.split(/\W/).find((signal) => signals[signal])
}

// ---- stats.js ----
// The state of this page's recording.


/** What the method stats() returns to the study's code, under the public names given in index.js. */
const stats = {
  /** UUIDv7 of this page. With an action's seq it identifies the action everywhere. */
  pageId: uuid7(),
  /** `consent`, `gpc`, `dnt` or `stopped`; undefined while the logger records. */
  notRecordingReason: 'stopped',
  /** Number of this page's actions that the server has acknowledged. */
  ackedActions: 0,
  /** Number of this page's actions that were dropped and declared as lost. */
  lostActions: 0,
  /** Number of this page's actions that the server has rejected, as far as it has told. */
  rejectedActions: 0,
};

// ---- storedBatches.js ----
// Sealed batches in localStorage, one key per batch, for the case that this page cannot deliver them itself. The next
// page of the same origin reads and sends them. Two pages may read the same batch, because there are no locks: the
// server stores an action only once. Storage can be full, blocked or cleared at any time, hence the guards; the batch
// is then in memory only.


const MAX_CHARACTERS = 1e6;
const MAX_AGE_MS = 7 * 24 * 3600e3;

const batchKey = (batch) => storagePrefix() + batch.envelope.batch_id;

/** All keys of stored batches, oldest first: a batch's id is a UUIDv7, which begins with its time. */
function storedKeys() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(storagePrefix()))
    .sort()
}

/** The batch under this key; undefined, with a warning, if other code has damaged the entry. */
const readBatch = guard((key) => parseBatch(localStorage.getItem(key)));

/** Replace the oldest batch that has actions by the declaration that they are lost; if none has, remove the oldest. */
function evictOldest(keys) {
  const keyWithActions = keys.find((key) => readBatch(key)?.actions.length > 0);
  if (keyWithActions === undefined) localStorage.removeItem(keys[0]);
  else localStorage.setItem(keyWithActions, serializeBatch(declareLost(readBatch(keyWithActions), 'quota')));
}

function totalCharacters(keys) {
  return keys.reduce((sum, key) => sum + localStorage.getItem(key).length, 0)
}

function makeRoomFor(body) {
  let keys = storedKeys();
  while (keys.length > 0 && totalCharacters(keys) + body.length > MAX_CHARACTERS) {
    evictOldest(keys);
    keys = storedKeys();
  }
}

/**
 * Store a batch. Older batches make room for it.
 * @returns {true | undefined} true if it is stored
 */
const storeBatch = guard((batch) => {
  const body = serializeBatch(batch);
  makeRoomFor(body);
  localStorage.setItem(batchKey(batch), body);
  return true
});

/** Remove a batch, if it is stored. */
const removeStoredBatch = guard((batch) => {
  localStorage.removeItem(batchKey(batch));
});

const readAll = guard(() => {
  const oldestId = uuid7(epochMs() - MAX_AGE_MS);
  return storedKeys()
    .map(readBatch)
    .filter((batch) => batch !== undefined)
    .map((batch) => {
      const isTooOld = batch.envelope.batch_id < oldestId;
      return isTooOld && batch.actions.length > 0 ? declareLost(batch, 'quota') : batch
    })
});

/** All stored batches, oldest first. A batch that is too old only declares that its actions are lost. */
function readStoredBatches() {
  return readAll() ?? []
}

// ---- transport.js ----
// One request to the server, and what the answer shows about the server's clock.


/**
 * Limit in bytes on all keepalive requests and beacons in flight together. Browsers allow 64 KiB: Fetch standard,
 * "HTTP-network-or-cache fetch", https://github.com/whatwg/fetch/pull/419
 */
const MAX_KEEPALIVE_BYTES = 60e3;
const TIMEOUT_MS = 30e3;

/** The original, before another script of the page replaces it. */
const { fetch } = globalThis;

/** The server's clock against the device's: offset and round-trip time in ms, of the quickest answer so far. */
let serverClock = null;

/** Epoch ms by the server's clock, as far as it is known. */
function serverTime() {
  return epochMs() + (serverClock ? serverClock.offset : 0)
}

/** The fields of a request body that belong to one attempt: when it was sent, and the clock as known then. */
function attemptFields() {
  return { sent_at: epochMs(), clock: serverClock }
}

/** The offset is wrong by at most half the round-trip time, so the quickest answer is the one to keep. */
function noteServerTime(serverTimeHeader, sentAt, rtt) {
  if (serverClock && serverClock.rtt < rtt) return
  serverClock = { offset: roundToTenth(serverTimeHeader - sentAt - rtt / 2), rtt };
}

function parseAnswer(text) {
  try {
    return parse(text)
  } catch {
    return undefined // cut off, or not the server's
  }
}

/**
 * @typedef {object} Answer
 * @property {number} [status] HTTP status; undefined if no answer came: the server is down, the request was blocked, or
 *   it took too long. The body may have arrived nevertheless; the server then ignores the repetition
 * @property {boolean} [isServers] the answer is the server's own, recognised by `success` in its JSON and by
 *   X-Server-Time. Portals, proxies, service workers and sign-in pages answer too, often with 200
 * @property {string} [error] the server's code for what is wrong with the body
 * @property {number} [rejected] number of the page's actions that the server has rejected before
 * @property {number} [retryAfter] ms
 */

async function readAnswer(response, sentAt, start) {
  const { status, headers } = response;
  // Until the response is read to its end, the request counts towards the browser's keepalive limit:
  // https://bugs.webkit.org/show_bug.cgi?id=269464
  const answer = parseAnswer(await response.text());
  const serverTimeHeader = Number(headers.get('X-Server-Time'));
  const isServers = serverTimeHeader > 0 && typeof answer?.success === 'boolean';
  if (isServers) noteServerTime(serverTimeHeader, sentAt, Math.round(now() - start));
  else warn(`HTTP ${status} is not an answer of the server; the actions are kept`);
  const retryAfter = parseRetryAfter(headers.get('Retry-After'), serverTime());
  return { status, isServers, error: answer?.error, rejected: answer?.rejected, retryAfter }
}

/**
 * Post one body.
 * @param {string} body
 * @param {number} bytes its size
 * @returns {Promise<Answer>}
 */
async function post(body, bytes) {
  const sentAt = epochMs();
  const start = now();
  try {
    const response = await fetch(options.server, {
      method: 'POST',
      body, // a text body makes this a simple request: no CORS preflight, from any origin
      credentials: 'omit',
      redirect: 'manual', // the actions are not for the page that a portal redirects to
      keepalive: bytes < MAX_KEEPALIVE_BYTES,
      signal: AbortSignal.timeout?.(TIMEOUT_MS), // missing in browsers before 2022 (Chrome 103, Firefox 100, Safari 16)
    });
    return await readAnswer(response, sentAt, start)
  } catch {
    return {}
  }
}

// ---- delivery.js ----
// Delivery, at least once: a batch leaves the queue only when the server itself has answered 200 for it, or when it
// cannot be delivered and its actions are declared as lost. A declaration stays in the queue until it is acknowledged.


const MAX_QUEUE_CHARACTERS = 4e6; // of actions in memory, while the server does not answer
/** With these the server itself refuses a body for good; every other answer may be different the next time. */
const FINAL_STATUS = [400, 403, 413, 415];

/** The batches that wait for delivery, in the order in which they are sent; batch.js describes a batch. */
let queue = [];
let retryTimer = 0;
let failuresInRow = 0;
/** Set when the page ends: the queue then waits until the page comes back from the back-forward cache. */
let isPaused = false;
/** Functions that resolve the promises of whenDelivered(). */
const waitingForDelivery = [];

const requestBody = (batch) => serializeBatch(batch, attemptFields());
const isOfThisPage = (batch) => batch.envelope.page_id === stats.pageId;

/** Number of actions that wait for delivery, those of earlier pages included. */
function pendingActions() {
  return sumOf(queue, actionCount)
}

/** Send the next batch, if nothing is in flight and no retry is scheduled. */
function sendNext() {
  dropRefused();
  if (queue.length === 0) {
    for (const resolve of waitingForDelivery.splice(0)) resolve();
  } else if (!retryTimer && !isPaused && !queue.some((batch) => batch.isInFlight)) {
    send(queue[0]);
  }
}

/** The page ends: begin no further requests after those of leaving.js. */
function pauseDelivery() {
  isPaused = true;
}

/** Send now, without waiting for a scheduled retry; for example because the device is online again. */
function sendNow() {
  clearTimeout(retryTimer);
  retryTimer = 0;
  isPaused = false;
  sendNext();
}

/** Send one batch, and handle the answer. */
async function send(batch) {
  const body = requestBody(batch);
  const bytes = byteLength(body);
  batch.isInFlight = true;
  batch.bytesInFlight = bytes;
  if (options.debug) console.log(body);
  const answer = await post(body, bytes);
  batch.isInFlight = false;
  batch.bytesInFlight = 0;
  batch.envelope.attempt++;
  // Meanwhile the batch may have left the queue: memory was full, or consent was withdrawn.
  if (queue.includes(batch)) handleAnswer(batch, answer);
}

function handleAnswer(batch, { status, isServers, error, rejected, retryAfter }) {
  if (isServers && status === 200) {
    failuresInRow = 0;
    if (isOfThisPage(batch)) {
      stats.ackedActions += actionCount(batch);
      stats.rejectedActions = rejected ?? stats.rejectedActions;
    }
    replaceInQueue(batch, []);
  } else if (status === 413 && actionCount(batch) > 1) {
    replaceInQueue(batch, splitBatch(batch));
  } else if (isServers && error && FINAL_STATUS.includes(status) && actionCount(batch) > 0) {
    warn(`HTTP ${status} ${error}`);
    drop$1(batch, status === 413 ? 'oversize' : 'http4xx');
  } else {
    retryLater(batch, retryAfter);
    return
  }
  sendNext();
}

function replaceInQueue(batch, replacements) {
  queue = queue.flatMap((queued) => (queued === batch ? replacements : [queued]));
  removeStoredBatch(batch);
}

/** Replace the batch, and a declaration of its page that is already waiting, by the declaration that it is lost. */
function drop$1(batch, reason) {
  if (isOfThisPage(batch)) stats.lostActions += actionCount(batch);
  const declaration = declareLost(batch, reason);
  const { page_id } = batch.envelope;
  const waiting = queue.find((queued) => {
    return actionCount(queued) === 0 && !queued.isInFlight && queued.envelope.page_id === page_id
  });
  if (waiting) {
    mergeDeclarations(declaration, waiting);
    replaceInQueue(waiting, []);
  }
  replaceInQueue(batch, [declaration]);
}

function retryLater(batch, retryAfter = 0) {
  batch.envelope.reason = 'retry';
  // At the end of the queue, so that one batch that makes the server fail does not block the others.
  queue = [...queue.filter((queued) => queued !== batch), batch];
  // Requests that fail together, as when several were sent because the page was hidden, are one failure and one wait.
  if (!retryTimer && !isPaused) {
    retryTimer = setTimeout(sendNow, Math.max(retryAfter, backoffDelay(failuresInRow)));
    failuresInRow++;
  }
  storeQueue();
}

/** Store each queued batch once. Another page delivers from there what this one cannot. */
function storeQueue() {
  dropRefused();
  if (stats.notRecordingReason === 'consent') return
  for (const batch of queue) {
    if (!batch.isStored) batch.isStored = storeBatch(batch);
  }
}

/** Add a sealed batch to the queue. */
function enqueueBatch(batch) {
  queue.push(batch);
  if (sumOf(queue, actionCharacters) > MAX_QUEUE_CHARACTERS) {
    const oldest = queue.find((queued) => actionCount(queued) > 0);
    drop$1(oldest, 'queue');
  }
  // Not synchronously: the page may have wrapped fetch in a function that logs something, and this may be called while
  // an action is still being recorded. The two actions would get the same seq.
  queueMicrotask(sendNext);
}

/** Take over the batches that earlier pages stored, and begin to send them. */
function adoptStoredBatches() {
  queue = readStoredBatches();
  for (const batch of queue) {
    batch.envelope.reason = 'adopt';
    batch.isStored = true;
  }
  sendNext();
}

/** The page has come back from the back-forward cache: what was in flight may have failed, so send it again. */
function resumeDelivery() {
  for (const batch of queue) {
    batch.isInFlight = false;
    batch.bytesInFlight = 0;
  }
  sendNow();
}

/**
 * Send everything now.
 * @param {number} maxWait ms
 * @returns {Promise<void>} resolves when everything is acknowledged, or after `maxWait`
 */
function whenDelivered(maxWait) {
  return new Promise((resolve) => {
    waitingForDelivery.push(resolve);
    setTimeout(resolve, maxWait);
    sendNow();
  })
}

/** Declare what waits of participants who have meanwhile refused, in another tab or frame, as lost. */
function dropRefused() {
  for (const batch of queue) {
    if (actionCount(batch) > 0 && isRefused(batch.envelope)) drop$1(batch, 'consent');
  }
}

/**
 * Consent was withdrawn: delete what waits of this page, and declare what waits of other pages of this participant as
 * lost. What waits of other users and studies remains.
 */
function deleteBatchesOfUser() {
  const isOfThisUser = ({ envelope }) => {
    return envelope.study === options.study && String(envelope.const.user) === String(constants.user)
  };
  const queuedIds = queue.map(({ envelope }) => envelope.batch_id);
  const others = readStoredBatches().filter(({ envelope }) => !queuedIds.includes(envelope.batch_id));
  queue.push(...others.filter(isOfThisUser));
  for (const batch of queue) {
    if (isOfThisPage(batch)) replaceInQueue(batch, []);
    else if (isOfThisUser(batch) && actionCount(batch) > 0) drop$1(batch, 'consent');
  }
}

// ---- pageInfo.js ----
// What is recorded about the browser and about the state of the page.


/** The browser and the device; sent once per page as `env`. Lengths in CSS px. */
function readEnvironment() {
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
const readTitle = () => maskShown(document.title);

/** The view: what the page shows now, masked. Lengths in CSS px. Reading it may cause a layout. */
function readView() {
  const { scrollWidth, scrollHeight } = document.documentElement;
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

// ---- rate.js ----
// A limit on the number of actions, for pages that log in a loop.


const WINDOW_MS = 10e3;
const MAX_ACTIONS = 5000; // more comes from a script, not from a person

let windowStart = 0;
let actions = 0;

/** Count an action. Returns whether the page has logged more than 5000 in the last 10 s. */
function exceedsRate() {
  if (now() - windowStart > WINDOW_MS) {
    windowStart = now();
    actions = 0;
  }
  actions++;
  return actions > MAX_ACTIONS
}

// ---- recorder.js ----
// From an action to a sealed batch: gives each action its seq, its time and its view, and seals the batch when it is
// due.


const MAX_BYTES = 48e3; // of a batch, and of one action
const TITLE_MS = 2000; // after a view has begun, until its title is final

/** Epoch ms at which this page began. It stays the same when the device's clock is set, so that times stay in order. */
const pageStart = Math.max(Math.round(epochMs() - now()), 0);

/** Envelope fields that are the same in every batch of this page; undefined before recording begins. */
let pageFields;
/** Sent with the page's first batch, undefined afterwards. */
let environment;
let view;
let titleTimer = 0;
/** The session's field for the last page of the chain that this page belongs to; undefined before recording begins. */
let prevPageField;
let nextSeq = 0;
let nextBatchSeq = 0;
let sealTimer = 0;

/**
 * The batch that is being filled: actions as JSON, the views that they refer to, the size of both in bytes, and
 * ranges of lost actions as {from, to, reason}.
 */
let openBatch = { actions: [], views: [], bytes: 0, lost: [] };



/** Number of actions captured on this page. */
const capturedActions = () => nextSeq;

/** Number of actions in the batch that is not yet sealed. */
const openActions = () => openBatch.actions.length;

/** Begin to record this page, and adopt what earlier pages could not deliver. Further calls have no effect. */
function beginPage() {
  if (pageFields) return
  const [pageNoField, prevPage] = ['page_no', 'prev_page'].map((field) => field + framePosition());
  prevPageField = prevPage;
  const { session_id = uuid7(), [pageNoField]: page_no = 0, [prevPageField]: prev_page } = session;
  pageFields = {
    v: 2,
    lib: 'userlogger/2.0.0', // name and version of this library, which build.js inserts
    study: options.study,
    config: hash(toJson(options)).toString(16),
    session_id,
    page_id: stats.pageId,
    prev_page,
    page_no,
    t0: pageStart,
    attempt: 0,
  };
  environment = readEnvironment();
  saveSession({ session_id, [pageNoField]: page_no + 1 });
  refreshView();
  adoptStoredBatches();
}

/**
 * Read the view again. Called when something may have changed it, not for every action, because it can cause a
 * layout.
 */
function refreshView() {
  completePrecedingActions();
  view = readView();
  clearTimeout(titleTimer);
  titleTimer = setTimeout(finishTitle, TITLE_MS);
}

/** Single-page apps give a view its title after it has begun: the view gets the one that the page has now. */
function updateTitle() {
  const title = readTitle();
  if (title === view.title) return
  const { views } = openBatch;
  const isOpen = views.at(-1) === view;
  view = { ...view, title };
  if (isOpen) views[views.length - 1] = view;
}

const finishTitle = guard(() => {
  titleTimer = 0;
  updateTitle();
});

/** Index of the current view in the open batch. */
function viewIndex() {
  const { views } = openBatch;
  if (views.at(-1) !== view) {
    views.push(view);
    openBatch.bytes += byteLength(toJson(view));
  }
  return views.length - 1
}

/**
 * Put an action into the open batch, if recording is allowed.
 * @param {object} action its `name` and further fields; a constant of the same name replaces a field
 * @param {number} [time] ms since the page began
 * @returns {number | undefined} the action's seq; undefined if it was not recorded
 */
function enqueue(action, time = currentTime()) {
  if (stats.notRecordingReason || isSkipped(action.name)) return undefined
  return reasonNotToRecord() ? undefined : record(action, time)
}

/** Put an action into the open batch although the person has just refused: the refusal itself. */
function record(action, time = currentTime()) {
  completePrecedingActions();
  for (const name of Object.keys(constants)) {
    if (name in action && name !== 'name') action[name] = constants[name];
  }
  const t = roundToTenth(time);
  const timestamp = Math.round(pageStart + t);
  const json = toJson({ task: session.task, trial: session.trial, ...action, seq: nextSeq, t, timestamp, toJSON: undefined });
  const bytes = byteLength(json);
  if (exceedsRate()) return drop('rate')
  if (bytes > MAX_BYTES) return drop('oversize')
  if (openBatch.bytes + bytes > MAX_BYTES) sealOpenBatch('bytes');
  openBatch.actions.push(`${json.slice(0, -1)},"view":${viewIndex()}}`);
  openBatch.bytes += bytes;
  startSealTimer();
  const seq = nextSeq++;
  if (openBatch.actions.length >= options.maxActions) sealOpenBatch('size');
  return seq
}

/** Do not send an action. It keeps its seq, and the next batch declares that it is lost and why. */
function drop(reason) {
  if (openBatch.actions.length > 0) sealOpenBatch('size');
  const lastRange = openBatch.lost.at(-1);
  if (lastRange?.reason === reason) lastRange.to = nextSeq;
  else openBatch.lost.push({ from: nextSeq, to: nextSeq, reason });
  stats.lostActions++;
  startSealTimer();
  return nextSeq++
}

/** Make sure that the open batch is sealed `maxTime` seconds from now at the latest. */
function startSealTimer() {
  if (!sealTimer) sealTimer = setTimeout(() => seal('time'), options.maxTime * 1000);
}

/** Seal the open batch and hand it over for delivery. `reason` is the envelope's, see docs/protocol.md. */
function seal(reason) {
  completePrecedingActions();
  sealOpenBatch(reason);
}

function sealOpenBatch(reason) {
  clearTimeout(sealTimer);
  sealTimer = 0;
  if (titleTimer) updateTitle();
  const { actions, views, lost } = openBatch;
  if (actions.length === 0 && lost.length === 0) return
  const envelope = {
    ...pageFields,
    const: { ...constants },
    batch_id: uuid7(),
    batch_seq: nextBatchSeq++,
    reason,
    lost: lost.map((range) => [range.from, range.to, range.reason]),
    env: environment,
    views,
  };
  environment = undefined;
  openBatch = { actions: [], views: [], bytes: 0, lost: [] };
  saveSession({ [prevPageField]: { id: stats.pageId, seq: nextSeq } });
  enqueueBatch({ envelope, actions });
}

/**
 * Consent was withdrawn: delete all actions of this page and this user that the server has not acknowledged. The page's
 * seqs are declared as lost, because the study would otherwise see a loss without a reason.
 */
function purge() {
  completePrecedingActions(); // the mouse path collected so far is deleted too
  const lost = nextSeq > 0 ? [{ from: 0, to: nextSeq - 1, reason: 'consent' }] : [];
  openBatch = { actions: [], views: [], bytes: 0, lost };
  deleteBatchesOfUser();
}

// ---- areas.js ----
// Areas of interest: the rectangles of elements for which a study counts fixations or clicks.


const trackedSelectors = [];
/** The areas as last logged, as JSON. */
let loggedAreas;

/** Rectangle of an element in the document, in CSS px. */
function areaOf(element) {
  const { x, y, width, height } = rectangle(element, { x: scrollX, y: scrollY, scaleX: 1, scaleY: 1 });
  return { ...elementFields(element), page_x: x, page_y: y, el_w: width, el_h: height, fixed: isFixed(element) }
}

/** Log the rectangles of all tracked elements, if any of them has changed since they were last logged. */
function logAreasIfChanged() {
  if (trackedSelectors.length === 0) return
  const areas = [...document.querySelectorAll(trackedSelectors.join(','))].map(areaOf);
  const json = toJson(areas);
  if (json === loggedAreas) return
  const seq = enqueue({ name: 'areas', areas });
  if (seq !== undefined) loggedAreas = json;
}

/** Track the elements that match a selector, and log their rectangles now. */
function trackSelector(selector) {
  trackedSelectors.push(selector);
  logAreasIfChanged();
}

// ---- watchMethod.js ----
// Calls of the browser's own methods that fire no event.


/**
 * Call a function with each call of a method, until the signal fires. What the method does and returns stays the same.
 * @param {object} owner the object that has the method
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(self: object) => void} [before] is called before the method, with the object that it is called on
 * @param {() => void} [after] is called after it
 */
const watchMethod = guard((owner, name, signal, before, after) => {
  const original = owner[name];
  // A proxy, because it has the method's own properties.
  const replacement = new Proxy(original, {
    apply(method, self, args) {
      if (!signal.aborted) before?.(self);
      const result = Reflect.apply(method, self, args);
      if (!signal.aborted) after?.();
      return result
    },
  });
  owner[name] = replacement; // fails where the page has frozen the object
  signal.addEventListener('abort', () => {
    // If other code has wrapped the method since, it must stay as it is.
    if (owner[name] === replacement) owner[name] = original;
  });
});

// ---- forms.js ----
// Forms: which fields were filled in, and their values only where the study asks for them and they are not secret.


/** Matches names that suggest a secret, in a field's type, name, id or autocomplete. */
const SECRET_NAME =
  /pass|pw|secret|hidden|token|auth(?!or)|otp|cc-|cv[cv]|card|iban|ssn|sess|credential|(pin|key|sig|signature|code)\b/i;

/** Fields that were password fields, before a button that shows the password changed their type. */
const passwordFields = new WeakSet();

let typeObserver;

function noteTypes(changes) {
  for (const { target, oldValue } of changes) if (oldValue === 'password') passwordFields.add(target);
}

/** Remember which fields in a document or shadow root were password fields. */
function watchPasswordFields(root) {
  typeObserver ??= new MutationObserver(noteTypes);
  typeObserver.observe(root, { subtree: true, attributeFilter: ['type'], attributeOldValue: true });
}

/** Stop watching. What was noted stays noted. */
function unwatchPasswordFields() {
  typeObserver?.disconnect();
}

/** Whether nothing about a field's value may be recorded, not even its length. */
function isSecret(field) {
  return (
    passwordFields.has(field) ||
    SECRET_NAME.test([field.type, field.name, field.id, field.autocomplete].join(',')) ||
    isWithin(field, '[data-ul-mask]')
  )
}

/** Whether the element is a field, also of a web component. Libraries for lists fire change events on lists. */
function isField(element) {
  return element.matches('input,select,textarea') || (element.localName.includes('-') && 'value' in element)
}

function fieldName(field) {
  return field.name || field.id
}

/** Submits that the page prevented, or that are under way: a script may still call form.submit() for them. */
const submitted = new WeakSet();

/** Log that a form is submitted. */
function logSubmit(form) {
  if (isIgnored(form)) return
  // Not form.elements: a field named "elements" replaces the form's own property.
  const controls = [...Reflect.get(HTMLFormElement.prototype, 'elements', form)];
  const names = controls.filter((field) => isField(field) && !isIgnored(field)).map(fieldName);
  enqueue({
    name: 'submit',
    ...elementFields(form),
    form_id: form.getAttribute('id'),
    fields: [...new Set(names.filter(Boolean))],
    // Not checkValidity(), which fires events on the page.
    valid: !controls.some((control) => control.matches(':invalid')),
  });
}

/** `submit`: a person or requestSubmit() submits a form. */
function captureSubmit(event) {
  const form = targetOf(event);
  submitted.add(form);
  logSubmit(form);
}

/** form.submit() fires no event. Where it follows one, as after a check by a script, it is the same submit. */
const captureScriptSubmit = guard((form) => {
  if (!submitted.delete(form)) logSubmit(form);
});

/** Log the submits of scripts, until the signal fires. */
function watchScriptSubmits(signal) {
  watchMethod(HTMLFormElement.prototype, 'submit', signal, captureScriptSubmit);
}

/** What may be recorded about a field's value. A select with several values has a list of them. */
function valueFields(field) {
  if (isSecret(field)) return {}
  const values = field.type === 'select-multiple' ? [...field.selectedOptions].map(({ value }) => value) : field.value;
  const isTickBox = /check|radio/.test(field.type);
  const state = isTickBox ? { checked: field.checked } : { length: values?.length };
  if (!options.values) return state
  return { ...state, value: Array.isArray(values) ? values.map(maskText) : maskText(values) }
}

/** Log that a field was changed. */
function captureChange(event) {
  const field = targetOf(event);
  if (isIgnored(field) || !isField(field)) return
  enqueue({
    name: 'change',
    ...elementFields(field),
    field: fieldName(field),
    type: field.type,
    ...valueFields(field),
  });
}

// ---- layout.js ----
// The layout of a view: the boxes of its visible elements, as a backdrop for heat maps and replays.


const SETTLED_MS = 500; // without a change of the document's size
const MAX_BOXES = 500;
const MAX_ELEMENTS = 2000; // that are looked at
const MAX_TEXT = 8000; // characters of all ids and labels of a layout
const MAX_MOVE = 4; // CSS px that a box may move without having moved
const MAX_GROWTH = 0.1; // share of the document's size

const SIDES = ['x', 'y', 'w', 'h'];
const VISIBLE = { checkOpacity: true, checkVisibilityCSS: true };

/** The kinds of boxes, by role and by tag. */
const KINDS = new Map(
  Object.entries({
    link: 'a,link',
    button: 'button,summary',
    field: 'input,select,textarea',
    image: 'img,svg,canvas,video,iframe',
    heading: 'h1,h2,h3,h4,h5,h6,heading',
  }).flatMap(([kind, names]) => names.split(',').map((name) => [name, kind])),
);
/** Kinds whose elements have further boxes inside. */
const OPEN_KINDS = ['text', 'box', 'image', undefined];

/**
 * @typedef {object} Box
 * @property {string} kind
 * @property {number} x left edge in the document, in whole CSS px
 * @property {number} y
 * @property {number} w
 * @property {number} h
 *
 * @typedef {object} Layout
 * @property {number} page_w width of the document in CSS px
 * @property {number} page_h
 * @property {Box[]} boxes in the order of the document
 * @property {number[]} fixed indices of the boxes that stay in the viewport while the page is scrolled
 * @property {Record<number, string>} ids of the boxes that have one, by index
 * @property {Record<number, string>} texts the labels of the boxes that have one
 */

/** @type {Layout | undefined} as last logged in this view */
let logged;
/** Width and height of the document when they were last looked at, as text. */
let lastSize;
let timer;

function hasOwnText(element) {
  let node = element.firstChild;
  while (node && !(node.nodeType === Node.TEXT_NODE && node.data.trim())) node = node.nextSibling;
  return node !== null
}

/** What a box is; undefined for an element that shows nothing of its own. */
function kindOf(element, style) {
  if (element.ownerSVGElement) return element.firstElementChild ? undefined : 'mark'
  if (element.isContentEditable) return 'field'
  const kind = KINDS.get(element.getAttribute('role')) ?? KINDS.get(element.localName);
  if (kind) return kind === 'field' && /submit|button|reset/.test(element.type) ? 'button' : kind
  if (hasOwnText(element)) return 'text'
  const isTransparent = /, 0\)$/.test(style.backgroundColor) && style.backgroundImage === 'none';
  return isTransparent && style.borderTopWidth === '0px' && style.boxShadow === 'none' ? undefined : 'box'
}

/**
 * Call a function for each element inside an element as a person sees them: those of its shadow root, or what is slotted
 * into it; until it returns false.
 */
function eachChild(element, visit) {
  const slotted = element.assignedElements?.() ?? [];
  if (slotted.length > 0) return slotted.every(visit)
  let child = (element.shadowRoot ?? element).firstElementChild;
  while (child && visit(child)) child = child.nextElementSibling;
}

/** @returns {Layout} */
function readLayout() {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const layout = { page_w: scrollWidth, page_h: scrollHeight, boxes: [], fixed: [], ids: {}, texts: {} };
  let elementsLeft = MAX_ELEMENTS;
  let charactersLeft = MAX_TEXT;

  function addText(texts, text) {
    charactersLeft -= text?.length ?? 0;
    if (text && charactersLeft > 0) texts[layout.boxes.length] = text;
  }

  function addBox(element, kind, isFixed) {
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y, w, h] = [left + scrollX, top + scrollY, width, height].map(Math.round);
    if (w + h === 0 || x + w <= 0 || y + h <= 0) return
    if (isFixed) layout.fixed.push(layout.boxes.length);
    addText(layout.ids, element.getAttribute('id'));
    if (kind !== 'mark' && isLabelled(element)) addText(layout.texts, visibleText(element));
    layout.boxes.push({ kind, x, y, w, h });
  }

  /** Returns whether there may be more boxes. */
  function visit(element, isAroundFixed) {
    if (elementsLeft-- <= 0 || layout.boxes.length >= MAX_BOXES) return false
    // What is hidden may have a size nevertheless, as in a closed `details`.
    if (element.hasAttribute('data-ul-ignore') || element.checkVisibility?.(VISIBLE) === false) return true
    const style = element.ownerSVGElement ? {} : getComputedStyle(element); // it takes long, and a picture may have many marks
    const isFixed = isAroundFixed || /fixed|sticky/.test(style.position);
    const kind = kindOf(element, style);
    if (kind) addBox(element, kind, isFixed);
    if (OPEN_KINDS.includes(kind)) eachChild(element, (child) => visit(child, isFixed));
    return true
  }

  eachChild(document.querySelector('body'), visit);
  return layout
}

/** Whether the document has grown or shrunk by a tenth, or most boxes have moved. */
function hasChanged(layout) {
  if (!logged) return true
  if (['page_w', 'page_h'].some((side) => Math.abs(layout[side] - logged[side]) > MAX_GROWTH * logged[side])) return true
  const isUnmoved = (box, i) => {
    const before = logged.boxes[i];
    return before?.kind === box.kind && SIDES.every((side) => Math.abs(box[side] - before[side]) <= MAX_MOVE)
  };
  return layout.boxes.filter(isUnmoved).length < Math.max(layout.boxes.length, logged.boxes.length) / 2
}

const logIfChanged = guard(() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const size = `${scrollWidth} ${scrollHeight}`;
  const isSettled = size === lastSize;
  lastSize = size;
  if (!isSettled) return void checkLayout()
  const layout = readLayout();
  const { boxes, ...rest } = layout;
  if (boxes.length === 0 || !hasChanged(layout)) return
  const columns = Object.fromEntries(['kind', ...SIDES].map((name) => [name, boxes.map((box) => box[name])]));
  if (enqueue({ name: 'layout', n: boxes.length, ...rest, ...columns }) !== undefined) logged = layout;
});

/** Something may have changed the layout: log it when it has settled and the browser is idle, if it has changed. */
function checkLayout() {
  if (!options.layout || isSkipped('layout')) return
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (window.requestIdleCallback) requestIdleCallback(logIfChanged, { timeout: SETTLED_MS });
    else logIfChanged(); // Safari
  }, SETTLED_MS);
}

/** A view begins: log its layout when it has settled. */
function beginLayout() {
  logged = lastSize = undefined;
  checkLayout();
}

/** Check the layout whenever the document's size has changed, until the signal fires. */
function watchLayout(signal) {
  const observer = new ResizeObserver(checkLayout);
  observer.observe(document.documentElement);
  signal.addEventListener('abort', () => observer.disconnect());
}

// ---- clickEffect.js ----
// What a click led to within one second.


/** A person does not perceive what happens later as the result of the click. */
const MAX_WAIT_MS = 1000;

/** The click whose effects are awaited: {seq, time, effects, link, event, timer}; time in ms since the page began. */
let awaited;
let observer;
/** Whether the press that will become a click has moved the focus into a field; undefined if there is none. */
let pressMovedFocus;

/** Note that something has happened that the last click may have led to. */
function noteEffect(kind) {
  if (!awaited || kind in awaited.effects) return
  awaited.effects[kind] = Math.max(roundToTenth(currentTime() - awaited.time), 0);
}

/** An attribute or text that is written with the value that it has is no change. */
function isChange({ type, target, oldValue, attributeName, attributeNamespace }) {
  if (type === 'childList') return true
  return oldValue !== (type === 'attributes' ? target.getAttributeNS(attributeNamespace, attributeName) : target.data)
}

const noteMutations = guard((records) => {
  if (records.some(isChange)) noteEffect('mutation');
});

/** Wait no longer for effects, and log nothing. */
function cancelClickEffect() {
  clearTimeout(awaited?.timer);
  observer?.disconnect();
  awaited = undefined;
}

/** Whether following the link opens another tab, by its target or by the way in which it was clicked. */
function opensTab(link, { button, ctrlKey, metaKey, shiftKey }) {
  return button || ctrlKey || metaKey || shiftKey || /^(_blank|[^_])/.test(link.getAttribute('target') ?? '')
}

/** Log what the last click has led to, and wait no longer. */
function endClickEffect() {
  if (!awaited) return
  noteMutations(observer.takeRecords());
  const { seq, time, effects, link, event } = awaited;
  cancelClickEffect();
  if (link && !event.defaultPrevented) {
    if (link.hasAttribute('download')) effects.download = 0;
    else if (opensTab(link, event)) effects.tab = 0;
  }
  const wait = roundToTenth(currentTime() - time);
  const [effect, ms] = Object.entries(effects).sort((one, other) => one[1] - other[1])[0] ?? ['none', wait];
  logAreasIfChanged();
  checkLayout();
  enqueue({ name: 'click_effect', ref: seq, effect, ms, effects });
}

/** Begin to wait for the effects of the click that was logged under this seq. */
function awaitClickEffect(seq, event) {
  observer ??= new MutationObserver(noteMutations);
  const path = pathOf$1(event);
  const changes = { subtree: true, childList: true, attributeOldValue: true, characterDataOldValue: true };
  // The document or frame document, and the shadow roots, that the click passed through: changes elsewhere are not
  // seen.
  for (const root of path.filter(isRoot)) observer.observe(root, changes);
  awaited = {
    seq,
    event,
    time: currentTime(),
    effects: pressMovedFocus ? { focus: 0 } : {},
    link: path.find((node) => node.localName === 'a'),
    timer: setTimeout(guard(endClickEffect), MAX_WAIT_MS),
  };
  pressMovedFocus = undefined;
}

/** A press begins: what it does, such as moving the focus, is no effect of the click before. */
function beginPress() {
  endClickEffect();
  pressMovedFocus = false;
}

const EFFECTS = { change: 'change', focusin: 'focus', scroll: 'scroll', toggle: 'toggle', play: 'play', visibilitychange: 'tab' };

/** Note the effects that have an event of their own: of fields, details, media, and a tab that covers this one. */
function captureEffect(event) {
  const effect = EFFECTS[event.type];
  if (effect === 'tab' && !document.hidden) return
  if (/change|focus/.test(effect) && !isField(targetOf(event))) return
  if (effect === 'focus') pressMovedFocus = pressMovedFocus === false || pressMovedFocus;
  noteEffect(effect);
}

// ---- clicks.js ----
// Clicks, and the elements that subscribeObject() names.


const SECONDARY_BUTTON = 2; // its press is logged as `contextmenu`

const subscribedSelectors = [];

/** The field of the label that was just clicked: the browser clicks it next, in the same task. */
let labelledField;
/** The subscribed elements that the last click passed through. */
let lastSubscribed = [];

/** Log each click on an element that matches the selector as that element's click, also on elements that come later. */
function subscribeSelector(selector) {
  subscribedSelectors.push(selector);
}

/** The subscribed elements that the click passed through, innermost first. */
function subscribedElements(path) {
  if (subscribedSelectors.length === 0) return []
  const selector = subscribedSelectors.join(',');
  return path.filter((node) => node.matches?.(selector))
}

function enqueueClick(element, event, activation) {
  return enqueue({
    ...studyAttributes(element),
    ...clickedElementFields(element, event),
    ...pointerFields(event),
    name: 'click',
    activation,
  })
}

/** Whether the browser makes this click because the field's label was clicked: `true` or undefined. */
function isActivation(target, path) {
  const result = target === labelledField || undefined;
  const field = path.find((node) => node.localName === 'label')?.control;
  labelledField = path.includes(field) ? undefined : field;
  setTimeout(() => (labelledField = undefined));
  return result
}

/**
 * Log one action for each subscribed element that the click passed through; if there is none, one for the element that
 * was clicked. An element never gets two actions for one click.
 */
function captureClick(event) {
  const target = targetOf(event);
  if (event.button === SECONDARY_BUTTON || isIgnored(target)) return
  const path = pathOf$1(event);
  const activation = isActivation(target, path);
  if (!activation) endClickEffect(); // of the click before
  const subscribed = subscribedElements(path);
  const elements = subscribed.filter((element) => !activation || !lastSubscribed.includes(element));
  lastSubscribed = subscribed;
  if (subscribed.length === 0 && options.capture) elements.push(target);
  const seqs = elements.map((element) => enqueueClick(element, event, activation));
  if (options.capture && seqs[0] !== undefined && !activation) awaitClickEffect(seqs[0], event);
}

// ---- moves.js ----
// The format of mouse paths: one column per quantity, in differences. A sample takes about 10 bytes instead of 200.


/** Samples in one action at most; the server rejects more. */
const SAMPLES = 200;

/** The first value, then the difference of each value from the one before, to a tenth. */
function differences(values) {
  return values.map((value, i) => (i === 0 ? value : roundToTenth(value - values[i - 1])))
}

/**
 * Encode samples as columns.
 * @param {{t: number, x: number, y: number}[]} samples t in ms, x and y in CSS px of the viewport, to a tenth
 * @returns {{n: number, dt: number[], x: number[], y: number[]}} n is the number of samples; dt is in whole ms, from 0;
 *   the first x and y are absolute
 */
function encode(samples) {
  const start = samples[0].t;
  return {
    n: samples.length,
    // The times since the start are rounded, not the differences, so that the errors do not add up.
    dt: differences(samples.map((sample) => Math.round(sample.t - start))),
    x: differences(samples.map((sample) => sample.x)),
    y: differences(samples.map((sample) => sample.y)),
  }
}

// ---- mousePath.js ----
// The paths of mouse, fingers and pen: a sample each 50 ms while the pointer moves, one where it comes to rest, and one
// where it was until it moves again.


const MAX_OFFSET_CHANGE = 16; // CSS px
/** A pointer that fires no event for so long rests; a moving one fires one with each frame of 60 Hz or more. */
const MIN_REST_MS = 20;
/** A mouse tells its position 125 times a second or more, so it rested until at most so long before an event. */
const REPORT_MS = 8;

/**
 * @typedef {object} Path
 * @property {number} id pointer id of a finger or pen; 0 for the mouse
 * @property {{t: number, x: number, y: number}[]} samples of the piece that is not yet logged: t in ms since the page
 *   began, x and y in CSS px of the viewport
 * @property {object} [common] what these samples have in common, see commonFields()
 * @property {object} [sampledPosition] the six coordinates of the last sample
 * @property {{t: number, position: object, fields: object, isSampled?: boolean}} [last] the last movement
 * @property {number} sampleTime ms of the last sample
 * @property {boolean} [isAway] the pointer has left the page, or entered a frame that is not captured
 */

/** @type {Map<number, Path>} */
const paths = new Map();
/** The last coordinates of any pointer on this page. */
let lastPosition;
let sampleTimer = 0;

/** Fingers have a path each, and so have pens. */
function pointerIdOf({ pointerType, pointerId }) {
  return /touch|pen/.test(pointerType) ? pointerId : 0
}

function pathOf(event) {
  const id = pointerIdOf(event);
  if (!paths.has(id)) paths.set(id, { id, samples: [], sampleTime: -Infinity });
  return paths.get(id)
}

/**
 * Fields that are the same for all samples of a piece: device, scroll position, and distance of viewport and screen.
 */
function commonFields(event, position) {
  return {
    pointer: event.pointerType || 'mouse', // an event of drag and drop does not tell it
    pointer_id: pointerIdOf(event) || undefined,
    trusted: event.isTrusted ? undefined : false,
    sx: roundToTenth(scrollX),
    sy: roundToTenth(scrollY),
    off: [roundToTenth(position.screen_x - position.client_x), roundToTenth(position.screen_y - position.client_y)],
  }
}

/** On a zoomed page `off` changes with the position. A new piece begins after 16 px of that, not at each sample. */
function canShareAction(one, other) {
  return Object.keys(one).every((name) => {
    if (name !== 'off') return one[name] === other[name]
    return one.off.every((distance, axis) => Math.abs(distance - other.off[axis]) < MAX_OFFSET_CHANGE)
  })
}

/** Log the piece of path so far. */
function logPiece(path) {
  if (path.samples.length === 0) return
  const { samples, common, sampledPosition } = path;
  path.samples = []; // first, because enqueue() calls this function again
  enqueue({ name: 'mousemove', ...common, ...encode(samples), ...sampledPosition }, samples[0].t);
}

function addSample(path, t, position, fields) {
  if (path.samples.length === SAMPLES || (path.samples.length > 0 && !canShareAction(path.common, fields))) logPiece(path);
  if (path.samples.length === 0) path.common = fields;
  // The times of a path must not decrease, but a script may give its events any time.
  path.samples.push({ t: Math.max(t, path.samples.at(-1)?.t ?? 0), x: position.client_x, y: position.client_y });
  path.sampledPosition = position;
  startSealTimer();
}

/** Take a sample of the last movement, if there is none yet. */
function sampleLast(path) {
  const { last } = path;
  if (!last || last.isSampled) return
  last.isSampled = true;
  path.sampleTime = last.t;
  addSample(path, last.t, last.position, last.fields);
}

function sampleAll() {
  clearTimeout(sampleTimer);
  sampleTimer = 0;
  paths.forEach(sampleLast);
}

beforeEachAction(() => {
  sampleAll();
  paths.forEach(logPiece);
});

function isSamePosition(one, other) {
  return Object.keys(one).every((name) => one[name] === other[name])
}

function handleMovement(path, event) {
  const interval = options.moveInterval;
  const position = coordinates(event);
  const before = path.last;
  if (position.client_x === undefined) return
  // Browsers can also send mouse events when the layout changes under a pointer that does not move:
  // https://chromestatus.com/feature/5687758374830080
  if (before && isSamePosition(position, before.position)) return
  const t = timeOf(event);
  const fields = commonFields(event, position);
  if (before && !path.isAway && t - before.t > Math.max(interval, MIN_REST_MS)) {
    sampleLast(path);
    addSample(path, t - REPORT_MS, before.position, fields);
  }
  path.isAway = false;
  path.last = { t, position, fields };
  lastPosition = position;
  const wait = path.sampleTime + interval - t;
  if (wait <= 0) sampleLast(path);
  else if (!sampleTimer) sampleTimer = setTimeout(guard(sampleAll), wait);
}

/** Handle pointermove, or dragover, which replaces it while something is dragged. */
function capturePointerMove(event) {
  const path = pathOf(event);
  const movements = event.getCoalescedEvents?.() ?? [];
  for (const movement of movements.length > 0 ? movements : [event]) handleMovement(path, movement);
}

/** The pointer leaves the page, or enters a frame: where it is until it returns is not known. */
function capturePointerOut(event) {
  const path = paths.get(pointerIdOf(event));
  const { relatedTarget } = event;
  if (path && (!relatedTarget || relatedTarget.localName === 'iframe')) path.isAway = true;
}

/** A finger or pen is lifted: its path ends. */
function capturePointerUp(event) {
  const id = pointerIdOf(event);
  const path = paths.get(id);
  if (!path || id === 0) return
  sampleLast(path);
  logPiece(path);
  paths.delete(id);
}

/** Note where the pointer is: a finger that taps does not move. */
function notePointer(event) {
  lastPosition = coordinates(event);
}

/** Fields of an action that no pointer event causes: the last known coordinates of the pointer, if there are any. */
function pointerPosition() {
  const position = lastPosition ?? session.pointer;
  if (!position) return {}
  const { client_x, client_y } = position;
  return { ...position, page_x: roundToTenth(client_x + scrollX), page_y: roundToTenth(client_y + scrollY) }
}

/** Remember the pointer's position for the next page in the tab. */
function savePointerPosition() {
  if (lastPosition) saveSession({ pointer: lastPosition });
}

// ---- listeners.js ----
// Event listeners: how they are added, and how stop() removes them all.


let abortController;

/**
 * Each handler's guarded version. The same function each time, so that the browser ignores a repeated
 * addEventListener.
 */
const guardedHandlers = new WeakMap();

/** An event that passes two listening targets, such as a window and a shadow root, is handled once. */
function guardedHandler(handler) {
  if (!guardedHandlers.has(handler)) {
    /** The innermost target of each handled event: a script may fire one event on several. */
    const handled = new WeakMap();
    const handleOnce = guard((event) => {
      const [target] = event.composedPath();
      if (handled.get(event) === target) return
      handled.set(event, target);
      atTime(timeOf(event), () => handler(event));
    });
    guardedHandlers.set(handler, handleOnce);
  }
  return guardedHandlers.get(handler)
}

/**
 * Must be called before addListeners().
 * @returns {AbortSignal} fires when the listeners are removed
 */
function beginListening() {
  abortController = new AbortController();
  return abortController.signal
}

/**
 * Listen for events in the capture phase, that is before the page's own handlers, which could stop the event. The
 * listeners are passive: they cannot prevent what the event does and do not delay scrolling.
 * @param {EventTarget} target a window (of the page or of a frame), an element or a shadow root
 * @param {{types: string[], handler: (event: Event) => void}[]} listeners
 */
function addListeners(target, listeners) {
  const settings = { capture: true, passive: true, signal: abortController.signal };
  for (const { types, handler } of listeners) {
    for (const type of types) target.addEventListener(type, guardedHandler(handler), settings);
  }
}

/** Remove all listeners. */
function endListening() {
  abortController?.abort();
}

// ---- pages.js ----
// Page views: loads, navigations of a single-page app, returns from the back-forward cache, and how long each lasted.


/** URL of the last view; undefined before the first. */
let viewedUrl;
/** ms since the page began at which the current view began; undefined if there is none. */
let viewStart;

/** Log that the current view has ended. */
function logPageLeave() {
  if (viewStart !== undefined) enqueue({ name: 'pageleave', duration: roundToTenth(currentTime() - viewStart) });
  viewStart = undefined;
}

/**
 * Log that a view begins.
 * @param {'load' | 'push' | 'replace' | 'pop' | 'bfcache' | 'start'} nav what led to it
 * @param {number} [time] ms since the page began
 */
function logPageView(nav, time = currentTime()) {
  const referrer = viewedUrl ?? document.referrer;
  viewedUrl = location.href;
  viewStart = time;
  refreshView();
  enqueue({ name: 'pageview', nav, referrer: maskViewUrl(referrer), ...pointerPosition() }, time);
  logAreasIfChanged();
  beginLayout();
}

/**
 * Log the view that the page shows when the logger starts: its load, or if that was logged already, another start.
 * @param {number} [loadTime] ms since the page began, where the load was before
 */
function logFirstView(loadTime) {
  if (viewedUrl === undefined) logPageView('load', loadTime);
  else logPageView('start');
}

/**
 * Log a navigation inside the page, if the URL is another one: frameworks often replace the history state without
 * changing the URL. What happens before the first view is part of the load.
 */
function captureNavigation(nav) {
  if (viewedUrl === undefined || location.href === viewedUrl) return
  noteEffect('nav');
  logPageLeave();
  logPageView(nav);
}

const navigate = guard(captureNavigation);

/**
 * Call captureNavigation for what fires neither popstate nor hashchange: history.pushState and replaceState, and
 * whatever else the Navigation API tells, where the browser has it.
 * @param {AbortSignal} signal ends it
 */
function watchNavigation(signal) {
  for (const [method, nav] of [['pushState', 'push'], ['replaceState', 'replace']]) {
    // The page may call the prototype's method; a method of the object's own hides that one.
    const owner = Object.getOwnPropertyDescriptor(history, method) ? history : History.prototype;
    watchMethod(owner, method, signal, undefined, () => navigate(nav));
  }
  const handleChange = ({ navigationType }) => {
    // Later, so that a new fragment is named by its own event, as in other browsers.
    setTimeout(() => navigate(navigationType === 'traverse' ? 'pop' : navigationType));
  };
  window.navigation?.addEventListener('currententrychange', handleChange, { signal });
}

// ---- throttle.js ----
// Events that fire many times in a row: scroll and resize.


const INTERVAL_MS = 100;

/** What waits, by target: the time of the last event in ms since the page began, the function to call, the timer. */
const waiting = new Map();

function logNow({ time, log, timer }, target) {
  clearTimeout(timer);
  waiting.delete(target); // first, because logging calls this again for whatever waits
  atTime(time, guard(log));
}

beforeEachAction(() => waiting.forEach(logNow));

/**
 * Call `log` 100 ms from now, or before the next action, at the time of the target's last event. During continuous
 * scrolling it is therefore called each 100 ms, and once after the last event.
 * @param {EventTarget} target what is scrolled or resized
 * @param {() => void} log
 */
function throttle(target, log) {
  const timer = waiting.get(target)?.timer ?? setTimeout(() => logNow(waiting.get(target), target), INTERVAL_MS);
  waiting.set(target, { time: currentTime(), log, timer });
}

// ---- capture.js ----
// What is captured without any call by the study: which event leads to which action.


/** `dblclick`, `contextmenu`, and what drag and drop consists of besides its path */
function capturePointerAction(event) {
  const element = targetOf(event);
  if (isIgnored(element)) return
  enqueue({ name: event.type, ...elementFields(element), ...pointerFields(event) });
}

/** `copy`, `cut`, `paste`: that it happened and where; never what is on the clipboard. */
function captureClipboard(event) {
  const element = targetOf(event);
  if (!isIgnored(element)) enqueue({ name: event.type, ...elementFields(element) });
}

function captureScroll({ target }) {
  if (isIgnored(target)) return
  throttle(target, () => {
    const element = target.scrollingElement || target; // the target is a document where the page itself is scrolled
    enqueue({
      name: 'scroll',
      ...elementFields(element),
      scroll_x: roundToTenth(element.scrollLeft),
      scroll_y: roundToTenth(element.scrollTop),
    });
  });
}

/**
 * Scroll, change and submit events do not leave a shadow root (they are not composed), so the logger listens in each
 * open shadow root that the pointer or the focus has entered.
 */
function listenInRoots(event) {
  for (const root of pathOf$1(event).filter(isRoot)) {
    if (root.nodeType === Node.DOCUMENT_FRAGMENT_NODE) addListeners(root, documentListeners);
    watchPasswordFields(root);
  }
}

/** Listeners for what happens inside a document, of the page or of a frame. */
const documentListeners = [
  { types: ['pointerdown'], handler: beginPress },
  { types: ['click', 'auxclick'], handler: captureClick },
  { types: ['submit'], handler: captureSubmit },
  { types: ['change'], handler: captureChange },
  { types: ['scroll'], handler: captureScroll },
  { types: ['pointermove', 'dragover'], handler: capturePointerMove },
  { types: ['pointerdown'], handler: notePointer },
  { types: ['pointerout'], handler: capturePointerOut },
  { types: ['pointerup', 'pointercancel'], handler: capturePointerUp },
  { types: ['dblclick', 'contextmenu', 'dragstart', 'drop', 'dragend'], handler: capturePointerAction },
  { types: ['copy', 'cut', 'paste'], handler: captureClipboard },
  { types: ['change', 'focusin', 'scroll', 'toggle', 'play', 'visibilitychange'], handler: captureEffect },
  { types: ['pointerover', 'pointerdown', 'click', 'focusin'], handler: listenInRoots },
];

/** Listeners for a page that captures nothing by itself: only clicks on subscribed elements. */
const subscriptionListeners = [{ types: ['click'], handler: captureClick }];

function captureWindowFocus(event) {
  // The focus events of all elements pass the window as well.
  if (event.target === window) enqueue({ name: `window_${event.type}` });
}

function captureResize() {
  throttle(window, () => {
    refreshView();
    enqueue({ name: 'resize' });
    logAreasIfChanged();
    checkLayout();
  });
}

/**
 * `error`, `unhandledrejection`: what the error itself says. A script's error has a message and a file, a rejection may
 * have a reason, and a file that cannot be loaded is known by its element. The window is no source of any of these: its
 * properties are the page's global variables.
 */
function captureError(event) {
  const { reason, target } = event;
  const failedElement = target === window ? undefined : target;
  const message = event.message ?? reason?.message ?? reason ?? failedElement;
  const file = event.filename ?? (failedElement?.src || failedElement?.href);
  enqueue({
    name: 'error',
    message: message === undefined ? undefined : maskUrl(message),
    src: file && maskUrl(file),
    line: event.lineno,
  });
}

/** Listeners for what happens to the window as a whole. */
const windowListeners = [
  { types: ['focus', 'blur'], handler: captureWindowFocus },
  { types: ['load'], handler: logAreasIfChanged },
  { types: ['load'], handler: checkLayout },
  { types: ['popstate', 'hashchange'], handler: () => captureNavigation('pop') },
  { types: ['resize'], handler: captureResize },
  { types: ['error', 'unhandledrejection'], handler: captureError },
];

// ---- leaving.js ----
// The last requests of a page that is hidden or ends. What they carry stays stored until the server has acknowledged it
// or the next page has taken it over: the answers may never be read.


const MAX_BEACON_BYTES = 30e3;

const requestBytes = (batch) => byteLength(requestBody(batch));

/** The page is hidden and may never run again: store everything, and send as much as the browser allows at once. */
function sendBeforeHidden() {
  storeQueue();
  let bytesLeft = MAX_KEEPALIVE_BYTES - sumOf(queue, (batch) => batch.bytesInFlight ?? 0);
  for (const batch of queue) {
    const bytes = requestBytes(batch);
    if (batch.isInFlight || bytes > bytesLeft) continue
    bytesLeft -= bytes;
    send(batch);
  }
}

/** The batch in pieces that are small enough for a beacon. */
function beaconPieces(batch) {
  if (actionCount(batch) < 2 || requestBytes(batch) <= MAX_BEACON_BYTES) return [batch]
  return splitBatch(batch).flatMap(beaconPieces)
}

/**
 * The page ends. Requests with `keepalive` outlive it, where the browser knows them (Firefox from 133). Beacons carry
 * only what does not fit into these: ad blockers cancel beacons, and the browser reports them as sent nevertheless.
 */
function sendBeforeEnd() {
  pauseDelivery();
  if ('keepalive' in Request.prototype) sendBeforeHidden();
  else storeQueue();
  for (const batch of queue) {
    if (batch.isInFlight) continue
    batch.isInFlight = beaconPieces(batch).every((piece) => navigator.sendBeacon(options.server, requestBody(piece)));
  }
}

// ---- lifecycle.js ----
// The end of a page: when it is hidden, frozen or left, what was captured must be sent. It is listened to even where
// nothing is captured without a call by the study.


/**
 * Seal the open batch, and store and send everything now. A hidden page may be closed without any further event, as
 * happens on phones.
 * @param {'hidden' | 'freeze' | 'manual'} reason
 */
function sealAndSendAll(reason) {
  seal(reason);
  sendBeforeHidden();
}

function handleVisibilityChange() {
  if (options.capture) enqueue({ name: 'visibility', state: document.visibilityState });
  if (document.hidden) sealAndSendAll('hidden');
}

/**
 * The page is left, or goes into the back-forward cache. The event unload is not used instead, because a page that
 * listens to it is not put into that cache (https://web.dev/articles/bfcache).
 */
function handlePageHide() {
  noteEffect('nav');
  endClickEffect();
  logPageLeave();
  savePointerPosition();
  seal('pagehide');
  sendBeforeEnd();
}

/** Listeners on the window. */
const lifecycleListeners = [
  { types: ['visibilitychange'], handler: handleVisibilityChange },
  { types: ['freeze'], handler: () => sealAndSendAll('freeze') },
  { types: ['pagehide'], handler: handlePageHide },
  { types: ['online'], handler: sendNow },
];

// ---- recording.js ----
// Whether the logger records: start, stop, consent, and pages that come back from a cache or were loaded ahead.


/** The user that the page's URL or its settings name, if they do. */
let givenUser;
/** ms since the page began at which the logger was loaded. */
let loadTime;
/** Frames that captureFrame() was called for. */
const frames = [];

/** While a page is being parsed, it may not know its own title: the view then begins with DOMContentLoaded. */
function beginViews(time) {
  const handler = () => logFirstView(time);
  if (document.readyState === 'loading') addListeners(window, [{ types: ['DOMContentLoaded'], handler }]);
  else handler();
}

function beginCapture(viewTime) {
  const signal = beginListening();
  addListeners(window, options.capture ? documentListeners : subscriptionListeners);
  if (options.capture) {
    addListeners(window, windowListeners);
    watchNavigation(signal);
    watchScriptSubmits(signal);
    watchLayout(signal);
    beginViews(viewTime);
  }
  addListeners(window, lifecycleListeners);
  frames.forEach(listenInFrame);
}

/** A frame gets a new window with each document, so the listeners are added again when it has loaded. */
const listenInFrame = guard((frame) => {
  const listenInWindow = () => addListeners(frame.contentWindow, documentListeners);
  addListeners(frame, [{ types: ['load'], handler: listenInWindow }]);
  listenInWindow();
});

function endCapture(reason) {
  stats.notRecordingReason = reason;
  cancelClickEffect();
  unwatchPasswordFields();
  endListening();
}

/**
 * Begin to record, unless consent is missing or a browser signal forbids it. Has no effect while the logger records.
 * @param {number} [viewTime] when the present view began, in ms since the page began; default: now
 */
function start(viewTime) {
  if (!stats.notRecordingReason || !options.server) return
  window.addEventListener('storage', followSharedConsent);
  window.addEventListener('pageshow', handlePageShow);
  if (document.prerendering) {
    document.addEventListener('prerenderingchange', startWithSession);
    return
  }
  stats.notRecordingReason = reasonNotToRecord();
  if (stats.notRecordingReason) {
    warn(`not recording: ${stats.notRecordingReason}`);
    return
  }
  beginPage();
  saveSession({ user: constants.user });
  beginCapture(viewTime);
}

/**
 * Load the session and start. For a page that the browser prerenders this is done again when the page is shown, because
 * consent, task or user may have changed on the page before.
 */
const startWithSession = guard(() => {
  loadSessionAndUser();
  start();
});

function loadSessionAndUser() {
  loadSession(givenUser);
  const user = givenUser || session.user;
  if (user) constants.user = user;
}

/** Start for the first time, after the settings have been applied. */
function startFirst() {
  loadTime = now();
  const parameter = urlParameters().find(([name, value]) => name === options.userParam && value);
  if (parameter) setConstants({ user: parameter[1] });
  givenUser = constants.user;
  startWithSession();
}

/** End all capture and remove all listeners. What was captured is still delivered. */
function stop() {
  document.removeEventListener('prerenderingchange', startWithSession);
  window.removeEventListener('storage', followSharedConsent);
  window.removeEventListener('pageshow', handlePageShow);
  if (stats.notRecordingReason) return
  endClickEffect();
  logPageLeave();
  sealAndSendAll('manual');
  endCapture('stopped');
}

/** Delete what was not yet delivered, tell the server of the refusal, and capture nothing more. */
function applyRefusal() {
  purge();
  if (!stats.notRecordingReason) record({ name: 'consent', granted: false });
  seal('manual');
  endCapture('consent');
  keepOnlyRefusal();
}

/** Capture a click that happened before the logger listened. */
const captureEarlierClick = guard((click) => {
  atTime(timeOf(click), () => {
    notePointer(click);
    captureClick(click);
  });
});

/**
 * Record that the person consents or refuses. It applies to the study in this tab, also on the pages that follow; a
 * refusal also applies to other tabs of the same participant. After a refusal nothing more is captured, and what was
 * not yet delivered is deleted.
 * @param {boolean} granted
 * @param {Event} [event] the click that gives consent, or a framework's event for it. If the logger records nothing yet,
 *   the click is recorded too, and the page view from the time at which the logger was loaded
 */
function consent(granted, event) {
  shareRefusal(!granted);
  if (granted) {
    const click = event?.nativeEvent ?? event?.originalEvent ?? event; // React, jQuery
    const isFirst = Boolean(click && stats.notRecordingReason);
    saveSession({ consent: granted });
    start(isFirst ? loadTime : undefined);
    if (isFirst && click.type === 'click' && options.capture) captureEarlierClick(click);
    enqueue({ name: 'consent', granted, ...pointerPosition() });
    seal('manual');
  } else {
    applyRefusal();
  }
}

/** Another logger of the same origin has stored something: the person may have consented or refused there. */
const followSharedConsent = guard(() => {
  if (stats.notRecordingReason) start();
  else if (!stats.notRecordingReason && reasonNotToRecord() === 'consent') applyRefusal();
});

/**
 * The page has come back from the back-forward cache. Meanwhile the person may have refused on another page, or another
 * participant may use the computer.
 */
const handlePageShow = guard(({ persisted }) => {
  if (!persisted) return
  if (stats.notRecordingReason) {
    startWithSession();
    return
  }
  loadSessionAndUser();
  if (session.consent === false) applyRefusal();
  else if (reasonNotToRecord()) endCapture('consent');
  else if (options.capture) logPageView('bfcache');
  resumeDelivery();
});

/** Capture inside a frame of the same origin too, in this page's coordinates. Before consent, this waits for it. */
function captureFrame(frame) {
  frames.push(frame);
  if (!stats.notRecordingReason) listenInFrame(frame);
}

// ---- index.js ----
// The class UserLogger: what the study's code can call. A page has one logger, so that nothing is captured twice.


const MAX_FLUSH_WAIT_MS = 10e3;

let pageLogger;

/** Throws if the selector is not valid, before it is combined with those that are. */
function checkSelector(selector) {
  document.querySelector(selector);
}

const methods = {
  start,
  stop,
  consent,
  captureFrame,

  /** Log an action of the study's own. */
  log(name, properties) {
    enqueue({ ...copyFields(properties), name });
  },

  /**
   * Log an action as in the original project: the object itself becomes the action, and gets the six coordinates of the
   * event (if there is one), a time stamp (epoch ms) and the constants.
   */
  addAction(action, event) {
    Object.assign(action, coordinates(event), { timestamp: epochMs() }, constants);
    enqueue({ ...action, name: action.name || 'action' });
  },

  /** Log each click on an element that matches the selector, now or later, as that element's click. */
  subscribeObject(selector) {
    checkSelector(selector);
    subscribeSelector(selector);
  },

  /** Log the rectangles of the elements that match the selector, now and whenever they have changed. */
  trackAreas(selector) {
    checkSelector(selector);
    trackSelector(selector);
  },

  /** Set constants, which all actions from now on carry. */
  set(changes) {
    seal('manual'); // a batch has one set of constants
    setConstants(changes);
    if (!stats.notRecordingReason) saveSession({ user: constants.user });
  },

  /** Set the participant. */
  setUser(user) {
    methods.set({ user });
  },

  /** Choose one of the values, always the same for one user, study and variable. It becomes a constant. */
  assign(variable, values) {
    if (!constants.user) warn('assign: no user');
    const value = values[hash(`${options.study} ${variable} ${constants.user ?? ''}`) % values.length];
    methods.set({ [variable]: value });
    methods.log('assign', { variable, value, values });
    return value
  },

  /**
   * Begin a task: all actions carry it, and the number of the trial, until it ends, also on the pages that follow in the
   * tab. The trials of a session are numbered from 1.
   */
  startTask(task) {
    if (stats.notRecordingReason) return
    if (session.trial) methods.endTask();
    const trials = (session.trials ?? 0) + 1;
    saveSession({ task, trial: trials, trials });
    methods.log('task_start', pointerPosition());
  },

  /** End the task. */
  endTask() {
    if (stats.notRecordingReason) return
    methods.log('task_end', pointerPosition());
    saveSession({ task: undefined, trial: undefined });
  },

  /**
   * Send everything now.
   * @param {number} [maxWait] ms
   * @returns {Promise<object>} stats(), when everything is acknowledged or after `maxWait`; `pending` is then 0 or not
   */
  async flush(maxWait = MAX_FLUSH_WAIT_MS) {
    const end = now() + maxWait;
    do {
      seal('manual');
      await whenDelivered(end - now());
    } while (openActions() > 0 && now() < end) // something was captured meanwhile
    return methods.stats()
  },

  /**
   * Whether the logger records, and numbers of actions: of this page, and (`pending`) of all that wait for delivery.
   */
  stats() {
    return {
      recording: !stats.notRecordingReason,
      why: stats.notRecordingReason,
      page_id: stats.pageId,
      captured: capturedActions(),
      acked: stats.ackedActions,
      lost: stats.lostActions,
      rejected: stats.rejectedActions,
      pending: openActions() + pendingActions(),
    }
  },
};

const configureAndStart = guard((...settings) => {
  configure(...settings);
  startFirst();
});

/**
 * A later call changes the running logger: the constants and the attributes' prefix that it gives apply from now on.
 */
const reconfigure = guard((settings, attributesName, constantAttributes) => {
  if (attributesName) options.attributesName = attributesName;
  methods.set(constantAttributes || settings?.constants);
  start();
});

/**
 * Create the page's logger and start it; if the page has one already, return that. Takes an object with settings, or
 * the original project's arguments.
 */
function UserLogger(server, maxActions, maxTime, attributesName, constantAttributes) {
  if (pageLogger) {
    reconfigure(server, attributesName, constantAttributes);
    return pageLogger
  }
  pageLogger = this;
  configureAndStart(server, maxActions, maxTime, attributesName, constantAttributes);
}

/** No method throws into the page. */
for (const [name, method] of Object.entries(methods)) UserLogger.prototype[name] = guard(method);

export { UserLogger };
