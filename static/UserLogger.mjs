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
 * The position of the event's window in this window, in CSS px: (0, 0), except for a frame on this page.
 * @param {{view?: Window | null}} event
 */
function frameOffset({ view }) {
  const frame = view !== window && view?.frameElement;
  if (!frame) return { x: 0, y: 0 }
  const outer = frameOffset({ view: view.parent });
  const { left, top } = frame.getBoundingClientRect();
  return { x: roundToTenth(left + frame.clientLeft + outer.x), y: roundToTenth(top + frame.clientTop + outer.y) }
}

/**
 * The six coordinates of an event in CSS px, rounded down to whole numbers as browsers do for a click. An event without
 * a position has none. Neither has a click by the keyboard (its `detail` is 0): browsers give it different positions,
 * such as the corner or the middle of the button.
 */
function coordinates(event) {
  const point = event?.changedTouches?.[0] || event;
  if (point?.clientX === undefined) return {}
  if (point.type === 'click' && !point.detail) return {}
  const offset = frameOffset(point);
  const client_x = Math.floor(point.clientX + offset.x);
  const client_y = Math.floor(point.clientY + offset.y);
  return {
    page_x: client_x + Math.floor(scrollX),
    page_y: client_y + Math.floor(scrollY),
    client_x,
    client_y,
    screen_x: Math.floor(point.screenX),
    screen_y: Math.floor(point.screenY),
  }
}

/**
 * When an event happened, in ms since this page began. The time stamps of events in a frame are relative to the frame's
 * own start; the present time is used for them instead.
 */
function timeOf({ timeStamp, view }) {
  return view === window ? timeStamp : now()
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

// ---- mask.js ----
// What must not leave the browser: secrets in URLs and fields, personal data in texts, and what the study marks as
// private.


const MASKED = '***';
const MAX_TEXT = 2000; // characters
const MAX_VISIBLE_TEXT = 80; // characters

/** Matches names that suggest a secret: of a URL parameter, or in a field's type, name, id or autocomplete. */
const SECRET_NAME =
  /pass|pw|secret|hidden|token|auth(?!or)|otp|cc-|cv[cv]|card|iban|ssn|sess|credential|(pin|key|sig|signature|code)\b/i;
/**
 * Matches a parameter with such a name, and its value; also inside an encoded URL that is itself a parameter's value.
 */
const SECRET_PARAMETER = new RegExp(`((${SECRET_NAME.source})[^=&#;?/]*?(=|%3d))[^&#;]*`, 'gi');

const EMAIL_ADDRESS = /[^\s=&?#/]{1,99}(@|%40)[^\s&#/]+/;
const LONG_NUMBER = /\d[\d -]{7,}\d/; // for example of a telephone or a card
const JSON_WEB_TOKEN = /\beyJ[\w.-]+/;
const PERSONAL_DATA = new RegExp([EMAIL_ADDRESS, LONG_NUMBER, JSON_WEB_TOKEN].map((part) => part.source).join('|'), 'g');

/** Elements whose text is not recorded: masked by the study, editable, or containing code. */
const PRIVATE_TEXT =
  '[data-ul-mask],[contenteditable],textarea,select,script,input:not([type=submit],[type=button])';

/** Fields that are or once were password fields. */
const passwordFields = new WeakSet();

/**
 * Replace e-mail addresses, long numbers and JSON web tokens in a text. The text is cut first, because the time of the
 * search grows with its length.
 */
function maskText(text) {
  return cut(String(text), MAX_TEXT).replace(PERSONAL_DATA, MASKED)
}

/** Mask a URL, or a text that may contain one: as maskText, and also the values of parameters with secret names. */
function maskUrl(url) {
  return maskText(url).replace(SECRET_PARAMETER, `$1${MASKED}`)
}

/** Whether the node is an element that matches the selector or has an ancestor that does, also across shadow roots. */
function isWithin(node, selector) {
  if (!node?.closest) return false
  return node.closest(selector) !== null || isWithin(node.getRootNode().host, selector)
}

/** Whether the study wants no record of what happens in this element. */
function isIgnored(node) {
  return isWithin(node, '[data-ul-ignore]')
}

/** Remember which fields near an element are password fields: a "show password" button changes their type to text. */
function rememberPasswordFields(element) {
  for (const field of element.getRootNode().querySelectorAll('input[type=password]')) passwordFields.add(field);
}

/** Whether nothing about a field's value may be recorded, not even its length. */
function isSecretField(field) {
  return (
    passwordFields.has(field) ||
    SECRET_NAME.test([field.type, field.name, field.id, field.autocomplete].join(',')) ||
    isWithin(field, '[data-ul-mask]')
  )
}

/** The first 80 characters of the text that a person reads on an element; `***` if any of it may be private. */
function visibleText(element) {
  if (isWithin(element, PRIVATE_TEXT) || element.querySelector(PRIVATE_TEXT)) return MASKED
  const text = element.localName === 'input' ? element.value : element.textContent;
  const oneLine = text.slice(0, 400).trim().replace(/\s+/g, ' ');
  return cut(maskText(oneLine), MAX_VISIBLE_TEXT)
}

// ---- selector.js ----
// CSS selectors that are likely to match the same element after the next deployment of the page.


const MAX_LENGTH = 999; // characters; the server takes fewer than 1000

const TEST_ID_ATTRIBUTE = /^data-(test|cy|qa)/;
const NAME_ATTRIBUTE = /^(name|aria-label)$/;
/**
 * Ids that a framework generates, which change with each build or load: React's :r1: and _r_1_, numbers, hexadecimal.
 */
const GENERATED_ID = /^[^a-z]|[^\w-]|\d\d\d|^[\da-f-]{6,}$/i;

/** `[name="email"]` for the first attribute whose name matches and whose value is not private; empty if none is. */
function attributeSelector(element, attributePattern) {
  for (const name of element.getAttributeNames()) {
    if (!attributePattern.test(name)) continue
    const value = element.getAttribute(name);
    const isPrivate = value !== maskText(value) || isWithin(element, '[data-ul-mask]');
    if (!isPrivate) return `[${CSS.escape(name)}="${value.replace(/["\\]/g, '\\$&')}"]`
  }
  return ''
}

function idSelector({ id }) {
  return id && !GENERATED_ID.test(id) ? `#${id}` : ''
}

/** Selector by a test id, or by an id that does not look generated; empty if another element has it too. */
function uniqueSelector(element) {
  const selector = attributeSelector(element, TEST_ID_ATTRIBUTE) || idSelector(element);
  if (!selector) return ''
  const isUnique = element.getRootNode().querySelectorAll(selector).length < 2;
  return isUnique ? selector : ''
}

/**
 * Selector of an element among its siblings: tag and name or aria-label, and if a sibling matches that too, its
 * position. Class names are not used, because they change with the design. The siblings are visited one by one:
 * `children` is slow for long lists, and in a form with a field called "children" it is that field.
 */
function siblingSelector(element) {
  const tag = element.localName;
  const selector = CSS.escape(tag) + attributeSelector(element, NAME_ATTRIBUTE);
  let position = 1;
  let isAmbiguous = false;
  for (let sibling = element.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
    if (sibling.localName === tag) {
      position++;
      isAmbiguous = isAmbiguous || sibling.matches(selector);
    }
  }
  for (let sibling = element.nextElementSibling; sibling && !isAmbiguous; sibling = sibling.nextElementSibling) {
    isAmbiguous = sibling.matches(selector);
  }
  return isAmbiguous ? `${selector}:nth-of-type(${position})` : selector
}

/**
 * CSS selector of an element that matches no other element of its document: the path from the nearest ancestor that
 * has a unique selector. ` >>> ` separates the selector of a shadow host from the path inside its shadow root.
 */
function selectorOf(element) {
  const path = [];
  for (let ancestor = element; ancestor; ancestor = ancestor.parentElement) {
    const unique = uniqueSelector(ancestor);
    path.unshift(unique || siblingSelector(ancestor));
    if (unique || ancestor.localName === 'body') break
  }
  const { host } = element.getRootNode();
  const prefix = host ? `${selectorOf(host)} >>> ` : '';
  return (prefix + path.join(' > ')).slice(0, MAX_LENGTH)
}

// ---- element.js ----
// On which element an event happened.


/** The innermost element that an event happened on, also inside open shadow roots. */
function targetOf(event) {
  return event.composedPath().find((node) => node.localName) || document.body
}

/** Fields that identify an element. */
function elementFields(element) {
  return { element_id: element.getAttribute('id'), tag: element.localName, selector: selectorOf(element) }
}

/** Position in the element's own viewport, width and height of an element, in CSS px with one decimal. */
function rectangle(element, offset) {
  const { x, y, width, height } = element.getBoundingClientRect();
  return {
    x: roundToTenth(x + offset.x),
    y: roundToTenth(y + offset.y),
    width: roundToTenth(width),
    height: roundToTenth(height),
  }
}

/** How far across an element a point is, from 0 to 1 with three decimals. */
function fraction(distance, size) {
  return Math.round((distance / size) * 1000) / 1000
}

/**
 * Fields of the element that was clicked: its identity, its visible text, its rectangle in the viewport in CSS px, and
 * where in it the click was. A click by the keyboard has no place inside it.
 */
function clickedElementFields(element, event) {
  const offset = frameOffset(event);
  const { x, y, width, height } = rectangle(element, offset);
  const hasPlace = Boolean(event.detail);
  return {
    ...elementFields(element),
    text: visibleText(element),
    el_x: x,
    el_y: y,
    el_w: width,
    el_h: height,
    rel_x: hasPlace ? fraction(event.clientX + offset.x - x, width) : undefined,
    rel_y: hasPlace ? fraction(event.clientY + offset.y - y, height) : undefined,
  }
}

/** The attributes of an element whose name begins with the prefix, with their present values. */
function attributesWithPrefix(element, prefix) {
  const attributes = {};
  for (const name of element.getAttributeNames()) {
    if (name.startsWith(prefix)) attributes[name] = element.getAttribute(name);
  }
  return attributes
}

// ---- json.js ----
// JSON for every action: whatever the page logs, and whatever its libraries have done to the built-in objects.

// The originals, before another script of the page replaces them.
const { parse, stringify } = JSON;

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
  attributesName: 'data-',
  maxActions: 50,
  maxTime: 5, // seconds
  moveInterval: 50, // ms
  skip: '',
  values: false,
  consent: '',
  respect: 'gpc',
  debug: false,
  capture: true,
};

/** Values that every action carries: user, conditions, and any others that the study sets. */
const constants = {};

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
  else options[name] = converted;
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
  Object.assign(constants, givenConstants);
  for (const [name, value] of Object.entries(givenOptions)) setOption(name, value);
  completeServer();
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
  return { status, isServers, error: answer?.error, retryAfter }
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

function handleAnswer(batch, { status, isServers, error, retryAfter }) {
  if (isServers && status === 200) {
    failuresInRow = 0;
    if (isOfThisPage(batch)) stats.ackedActions += actionCount(batch);
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
    ...privacySignals(),
  }
}

/** The view: what the page shows now, masked. Lengths in CSS px. Reading it may cause a layout. */
function readView() {
  const { scrollWidth, scrollHeight } = document.documentElement;
  return {
    url: maskUrl(location.href),
    title: maskText(document.title),
    viewport_w: innerWidth,
    viewport_h: innerHeight,
    page_w: scrollWidth,
    page_h: scrollHeight,
    dpr: devicePixelRatio,
  }
}

// ---- recorder.js ----
// From an action to a sealed batch: gives each action its seq, its time and its view, and seals the batch when it is
// due.


const MAX_BYTES = 48e3; // of a batch, and of one action
const RATE_WINDOW_MS = 10e3;
const MAX_ACTIONS_PER_WINDOW = 5000; // more comes from a loop in a script, not from a person

/** Epoch ms at which this page began. It stays the same when the device's clock is set, so that times stay in order. */
const pageStart = Math.max(Math.round(epochMs() - now()), 0);

/** Envelope fields that are the same in every batch of this page; undefined before recording begins. */
let pageFields;
/** Sent with the page's first batch, undefined afterwards. */
let environment;
let view;
/** The session's field for the last page of the chain that this page belongs to; undefined before recording begins. */
let prevPageField;
let nextSeq = 0;
let nextBatchSeq = 0;
let sealTimer = 0;
let windowStart = 0;
let actionsInWindow = 0;

/**
 * The batch that is being filled: actions as JSON, the views that they refer to, the size of both in bytes, and
 * ranges of lost actions as {from, to, reason}.
 */
let openBatch = { actions: [], views: [], bytes: 0, lost: [] };

let completePrecedingAction = () => {};

/**
 * Register the function that enqueues what happened before an action and is still being collected: the mouse path. It
 * is called before each action and before a batch is sealed, so that actions are in the order of their times.
 */
function beforeEachAction(callback) {
  completePrecedingAction = callback;
}

/** Number of actions captured on this page. */
function capturedActions() {
  return nextSeq
}

/** Number of actions in the batch that is not yet sealed. */
function openActions() {
  return openBatch.actions.length
}

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
  completePrecedingAction();
  view = readView();
}

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
function enqueue(action, time = now()) {
  if (stats.notRecordingReason || options.skip.split(/\W/).includes(action.name)) return undefined
  return reasonNotToRecord() ? undefined : record(action, time)
}

/** Put an action into the open batch although the person has just refused: the refusal itself. */
function record(action, time = now()) {
  completePrecedingAction();
  for (const name of Object.keys(constants)) {
    if (name in action) action[name] = constants[name];
  }
  const t = roundToTenth(time);
  const timestamp = Math.round(pageStart + t);
  const json = toJson({ task: session.task, ...action, seq: nextSeq, t, timestamp, toJSON: undefined });
  const bytes = byteLength(json);
  if (exceedsRate(time)) return drop('rate')
  if (bytes > MAX_BYTES) return drop('oversize')
  if (openBatch.bytes + bytes > MAX_BYTES) sealOpenBatch('bytes');
  openBatch.actions.push(`${json.slice(0, -1)},"view":${viewIndex()}}`);
  openBatch.bytes += bytes;
  startSealTimer();
  const seq = nextSeq++;
  if (openBatch.actions.length >= options.maxActions) sealOpenBatch('size');
  return seq
}

function exceedsRate(time) {
  if (time - windowStart > RATE_WINDOW_MS) {
    windowStart = time;
    actionsInWindow = 0;
  }
  actionsInWindow++;
  return actionsInWindow > MAX_ACTIONS_PER_WINDOW
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
  completePrecedingAction();
  sealOpenBatch(reason);
}

function sealOpenBatch(reason) {
  clearTimeout(sealTimer);
  sealTimer = 0;
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
  completePrecedingAction(); // the mouse path collected so far is deleted too
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
  const { x, y, width, height } = rectangle(element, { x: scrollX, y: scrollY });
  return { ...elementFields(element), page_x: x, page_y: y, el_w: width, el_h: height }
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

// ---- clickEffect.js ----
// What a click led to: the first of a change of the document, a scroll or a navigation within one second.


/** A person does not perceive what happens later as the result of the click. */
const MAX_WAIT_MS = 1000;

/** The click whose effect is awaited: its seq, its time in ms since the page began, and its timer. */
let awaited;
let observer;

/** Stop waiting for the effect of the last click. Returns that click, if its effect was still awaited. */
function endWait() {
  if (!awaited) return undefined
  const click = awaited;
  awaited = undefined;
  clearTimeout(click.timer);
  observer.disconnect();
  return click
}

/** Wait no longer, and log nothing. */
function cancelClickEffect() {
  endWait();
}

/**
 * Log what the last click led to, unless that is already known.
 * @param {'mutation' | 'scroll' | 'nav' | 'none'} effect
 */
function logClickEffect(effect) {
  const click = endWait();
  if (!click) return
  logAreasIfChanged();
  enqueue({ name: 'click_effect', ref: click.seq, effect, ms: roundToTenth(now() - click.time) });
}

/** Whether a node of an event's path is a document or a shadow root. */
function isRoot(node) {
  return node.nodeType === Node.DOCUMENT_NODE || node.nodeType === Node.DOCUMENT_FRAGMENT_NODE
}

/** Begin to wait for the effect of the click that was logged under this seq. */
function awaitClickEffect(seq, event) {
  if (!observer) observer = new MutationObserver(guard(() => logClickEffect('mutation')));
  const changes = { subtree: true, childList: true, attributes: true, characterData: true };
  // The document or frame document, and the shadow roots, that the click passed through: changes elsewhere are not
  // seen.
  for (const root of event.composedPath().filter(isRoot)) observer.observe(root, changes);
  awaited = { seq, time: now(), timer: setTimeout(() => logClickEffect('none'), MAX_WAIT_MS) };
}

// ---- clicks.js ----
// Clicks, and the elements that subscribeObject() names.


const subscribedSelectors = [];

/** Log each click on an element that matches the selector as that element's click, also on elements that come later. */
function subscribeSelector(selector) {
  subscribedSelectors.push(selector);
}

/** The subscribed elements that the click passed through, innermost first. */
function subscribedElements(event) {
  if (subscribedSelectors.length === 0) return []
  const selector = subscribedSelectors.join(',');
  return event.composedPath().filter((node) => node.matches?.(selector))
}

function enqueueClick(element, event) {
  return enqueue({
    ...attributesWithPrefix(element, options.attributesName),
    ...clickedElementFields(element, event),
    ...pointerFields(event),
    name: 'click',
  })
}

/**
 * Log one action for each subscribed element that the click passed through; if there is none, one for the element that
 * was clicked. An element never gets two actions for one click.
 */
function captureClick(event) {
  const target = targetOf(event);
  if (isIgnored(target)) return
  rememberPasswordFields(target);
  logClickEffect('none'); // of the click before
  const elements = subscribedElements(event);
  if (elements.length === 0 && options.capture) elements.push(target);
  const seqs = elements.map((element) => enqueueClick(element, event));
  const innermostSeq = seqs[0];
  if (options.capture && innermostSeq !== undefined) awaitClickEffect(innermostSeq, event);
}

// ---- forms.js ----
// Forms: which fields were filled in, and their values only where the study asks for them and they are not secret.


function fieldName(field) {
  return field.name || field.id
}

/**
 * Log that a form is submitted. Fields and validity are read by selector, not from the form object: a field named
 * "elements" or "id" replaces the form's own property, and checkValidity() fires events on the page.
 */
function captureSubmit(event) {
  const form = targetOf(event);
  if (isIgnored(form)) return
  const fields = [...form.querySelectorAll('textarea,select,input')].filter((field) => !isIgnored(field));
  const names = fields.map(fieldName).filter((name) => name);
  enqueue({
    name: 'submit',
    ...elementFields(form),
    form_id: form.getAttribute('id'),
    fields: [...new Set(names)],
    valid: form.querySelector(':invalid') === null,
  });
}

/** What may be recorded about a field's value. */
function valueFields(field) {
  if (isSecretField(field)) return {}
  const isTickBox = /check|radio/.test(field.type);
  const state = isTickBox ? { checked: field.checked } : { length: field.value?.length };
  return options.values ? { ...state, value: maskText(field.value) } : state
}

/** Whether the element is a field, also of a web component. Libraries for lists fire change events on lists. */
function isField(element) {
  return element.matches('input,select,textarea') || (element.localName.includes('-') && 'value' in element)
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
    let lastEvent;
    const handleOnce = guard((event) => {
      if (event === lastEvent) return
      lastEvent = event;
      handler(event);
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

// ---- moves.js ----
// The format of mouse paths: one column per quantity, in differences. A sample takes about 10 bytes instead of 200.

/** Samples in one action at most; the server rejects more. */
const SAMPLES = 200;

/** The first value, then the difference of each value from the one before. */
function differences(values) {
  return values.map((value, i) => (i === 0 ? value : value - values[i - 1]))
}

/**
 * Encode samples as columns.
 * @param {{t: number, x: number, y: number}[]} samples t in ms, x and y in whole CSS px of the viewport
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
// The path of mouse, finger or pen: one sample each 50 ms while the pointer moves, and one where it comes to rest.


const OFFSET_STEP = 16; // CSS px

/** Samples {t, x, y} of the piece of path that is not yet logged: t in ms, x and y in CSS px of the viewport. */
let samples = [];
/** What these samples have in common, see commonFields(). */
let common;
/** The six coordinates of the last sample, also after its piece was logged. */
let lastCoordinates = {};
/** The last event, if it has not become a sample yet. */
let waitingEvent;
let sampleTimer = 0;

/**
 * Fields that are the same for all samples of a piece: device, scroll position, and distance of viewport and screen.
 */
function commonFields(event, position) {
  return {
    pointer: event.pointerType,
    sx: position.page_x - position.client_x,
    sy: position.page_y - position.client_y,
    off: [position.screen_x - position.client_x, position.screen_y - position.client_y],
  }
}

/** On a zoomed page `off` changes with the position. A new piece begins at each 16 px of that, not at each sample. */
function canShareAction(one, other) {
  const step = (distance) => Math.floor(distance / OFFSET_STEP);
  return (
    one.pointer === other.pointer &&
    one.sx === other.sx &&
    one.sy === other.sy &&
    step(one.off[0]) === step(other.off[0]) &&
    step(one.off[1]) === step(other.off[1])
  )
}

function isSamePosition(one, other) {
  return (
    one.client_x === other.client_x &&
    one.client_y === other.client_y &&
    one.page_x === other.page_x &&
    one.page_y === other.page_y &&
    one.screen_x === other.screen_x &&
    one.screen_y === other.screen_y
  )
}

function takeSample(event) {
  const position = coordinates(event);
  if (position.client_x === undefined) return
  // Browsers can also send mouse events when the layout changes under a pointer that does not move:
  // https://chromestatus.com/feature/5687758374830080
  if (isSamePosition(position, lastCoordinates)) return
  const fields = commonFields(event, position);
  if (samples.length === SAMPLES || (samples.length > 0 && !canShareAction(common, fields))) logPath();
  if (samples.length === 0) common = fields;
  // The times of a path must not decrease, but timeOf() determines them differently for the page and for a frame.
  const time = Math.max(timeOf(event), samples.at(-1)?.t ?? 0);
  samples.push({ t: time, x: position.client_x, y: position.client_y });
  lastCoordinates = position;
  startSealTimer();
}

function sampleWaitingEvent() {
  clearTimeout(sampleTimer);
  sampleTimer = 0;
  const event = waitingEvent;
  waitingEvent = undefined;
  if (event) takeSample(event);
}

/** Log the piece of path so far. */
function logPath() {
  if (samples.length === 0) return
  const path = samples;
  samples = []; // first, because enqueue() calls this function again
  enqueue({ name: 'mousemove', ...common, ...encode(path), ...lastCoordinates }, path[0].t);
}

beforeEachAction(() => {
  sampleWaitingEvent();
  logPath();
});

/** Handle a pointermove event: take a sample, or wait until `moveInterval` ms after the last sample have passed. */
function capturePointerMove(event) {
  const interval = options.moveInterval;
  if (interval === 0) {
    const events = event.getCoalescedEvents?.() ?? [event];
    events.forEach(takeSample);
    return
  }
  waitingEvent = event;
  const lastSample = samples.at(-1);
  const wait = lastSample ? lastSample.t + interval - timeOf(event) : 0;
  if (wait <= 0) sampleWaitingEvent();
  else if (!sampleTimer) sampleTimer = setTimeout(guard(sampleWaitingEvent), wait);
}

// ---- pages.js ----
// Page views: loads, navigations of a single-page app, returns from the back-forward cache, and how long each lasted.


/** URL of the last view; undefined before the first. */
let viewedUrl;
/** ms since the page began at which the current view began; undefined if there is none. */
let viewStart;

/** Log that the current view has ended. */
function logPageLeave() {
  if (viewStart !== undefined) enqueue({ name: 'pageleave', duration: roundToTenth(now() - viewStart) });
  viewStart = undefined;
}

/**
 * Log that a view begins.
 * @param {'load' | 'push' | 'replace' | 'pop' | 'bfcache'} nav what led to it
 */
function logPageView(nav) {
  const referrer = viewedUrl ?? document.referrer;
  viewedUrl = location.href;
  viewStart = now();
  refreshView();
  enqueue({ name: 'pageview', nav, referrer: maskUrl(referrer) });
  logAreasIfChanged();
}

/**
 * Log a navigation inside the page, if the URL is another one: frameworks often replace the history state without
 * changing the URL. What happens before the first view is part of the load.
 */
function captureNavigation(nav) {
  if (viewedUrl === undefined || location.href === viewedUrl) return
  logClickEffect('nav');
  logPageLeave();
  logPageView(nav);
}

function watchHistoryMethod(method, nav, signal) {
  const original = history[method];
  const replacement = (...args) => {
    original.apply(history, args);
    guard(captureNavigation)(nav);
  };
  history[method] = replacement;
  signal.addEventListener('abort', () => {
    // If other code has wrapped the method since, it must stay as it is.
    if (history[method] === replacement) history[method] = original;
  });
}

/**
 * Call captureNavigation after each history.pushState and replaceState, which fire no event.
 * @param {AbortSignal} signal ends it
 */
function watchHistory(signal) {
  watchHistoryMethod('pushState', 'push', signal);
  watchHistoryMethod('replaceState', 'replace', signal);
}

// ---- throttle.js ----
// Events that fire many times in a row: scroll and resize.


const INTERVAL_MS = 100;

const waitingTargets = new Set();

/**
 * Call `log` 100 ms from now, unless a call for the same target is already waiting. During continuous scrolling it is
 * therefore called each 100 ms, and once after the last event.
 * @param {EventTarget} target what is scrolled or resized
 * @param {() => void} log
 */
function throttle(target, log) {
  if (waitingTargets.has(target)) return
  waitingTargets.add(target);
  setTimeout(guard(() => {
    waitingTargets.delete(target);
    log();
  }), INTERVAL_MS);
}

// ---- capture.js ----
// What is captured without any call by the study: which event leads to which action.


/** `dblclick`, `contextmenu` */
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
  logClickEffect('scroll');
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
function listenInShadowRoots(event) {
  for (const node of event.composedPath()) {
    if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) addListeners(node, documentListeners);
  }
}

/** Listeners for what happens inside a document, of the page or of a frame. */
const documentListeners = [
  { types: ['click'], handler: captureClick },
  { types: ['submit'], handler: captureSubmit },
  { types: ['change'], handler: captureChange },
  { types: ['scroll'], handler: captureScroll },
  { types: ['pointermove'], handler: capturePointerMove },
  { types: ['dblclick', 'contextmenu'], handler: capturePointerAction },
  { types: ['copy', 'cut', 'paste'], handler: captureClipboard },
  { types: ['pointerover', 'pointerdown', 'click', 'focusin'], handler: listenInShadowRoots },
  { types: ['focusin'], handler: (event) => rememberPasswordFields(targetOf(event)) },
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
  logClickEffect('nav');
  logPageLeave();
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
/** Frames that captureFrame() was called for. */
const frames = [];

/** While a page is being parsed, it may not know its own title: the view then begins with DOMContentLoaded. */
function logFirstPageView() {
  const logLoad = () => logPageView('load');
  if (document.readyState === 'loading') addListeners(window, [{ types: ['DOMContentLoaded'], handler: logLoad }]);
  else logLoad();
}

function beginCapture() {
  const signal = beginListening();
  addListeners(window, options.capture ? documentListeners : subscriptionListeners);
  if (options.capture) {
    addListeners(window, windowListeners);
    watchHistory(signal);
    logFirstPageView();
  }
  addListeners(window, lifecycleListeners);
  addListeners(window, [{ types: ['pageshow'], handler: handlePageShow }]);
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
  endListening();
}

/**
 * Begin to record, unless consent is missing or a browser signal forbids it. Has no effect while the logger records.
 */
function start() {
  if (!stats.notRecordingReason || !options.server) return
  window.addEventListener('storage', followSharedConsent);
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
  beginCapture();
}

/**
 * Load the session and start. For a page that the browser prerenders this is done again when the page is shown, because
 * consent, task or user may have changed on the page before.
 */
const startWithSession = guard(() => {
  loadSession(givenUser);
  const user = givenUser || session.user;
  if (user) constants.user = user;
  start();
});

/** Start for the first time, after the settings have been applied. */
function startFirst() {
  const inHashRoute = location.hash.split('?')[1]; // as in #/welcome?user=p017
  const [fromQuery, fromHash] = [location.search, inHashRoute].map((part) => new URLSearchParams(part).get(options.userParam));
  givenUser = fromQuery || fromHash || constants.user;
  startWithSession();
}

/** End all capture and remove all listeners. What was captured is still delivered. */
function stop() {
  document.removeEventListener('prerenderingchange', startWithSession);
  window.removeEventListener('storage', followSharedConsent);
  if (stats.notRecordingReason) return
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

/**
 * Record that the person consents or refuses. It applies to the study in this tab, also on the pages that follow; a
 * refusal also applies to other tabs of the same participant. After a refusal nothing more is captured, and what was
 * not yet delivered is deleted.
 * @param {boolean} granted
 */
function consent(granted) {
  shareRefusal(!granted);
  if (granted) {
    saveSession({ consent: granted });
    start();
    enqueue({ name: 'consent', granted });
    seal('manual');
  } else {
    applyRefusal();
  }
}

/** Another logger of the same origin has stored something: the person may have consented or refused there. */
const followSharedConsent = guard(() => {
  if (stats.notRecordingReason === 'consent') start();
  else if (!stats.notRecordingReason && reasonNotToRecord() === 'consent') applyRefusal();
});

/**
 * The page has come back from the back-forward cache. Meanwhile the person may have refused on another page, or another
 * participant may use the computer.
 */
function handlePageShow({ persisted }) {
  if (!persisted) return
  loadSession(givenUser);
  if (session.consent === false) applyRefusal();
  else if (reasonNotToRecord()) endCapture('consent');
  else if (options.capture) logPageView('bfcache');
  resumeDelivery();
}

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
    Object.assign(constants, changes);
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

  /** Begin a task: all actions carry it until it ends, also on the pages that follow in the tab. */
  startTask(task) {
    if (stats.notRecordingReason) return
    if (session.task) methods.endTask();
    saveSession({ task });
    methods.log('task_start');
  },

  /** End the task. */
  endTask() {
    if (stats.notRecordingReason) return
    methods.log('task_end');
    saveSession({ task: undefined });
  },

  /**
   * Send everything now.
   * @param {number} [maxWait] ms
   * @returns {Promise<object>} stats(), when everything is acknowledged or after `maxWait`; `pending` is then 0 or not
   */
  flush(maxWait = MAX_FLUSH_WAIT_MS) {
    seal('manual');
    return whenDelivered(maxWait).then(methods.stats)
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
