/*! userlogger/2.0.0 MIT */
(function () {

  // What must not leave the browser.

  const MASKED = '***';
  // In the name of a URL's parameter, or in a field's type, name, id or autocomplete.
  const SECRET = /pass|pw|secret|hidden|token|auth(?!or)|otp|cc-|cv[cv]|card|iban|ssn|sess|credential|(pin|key|sig|signature|code)\b/i;
  // Such a name and its value, also where a whole URL is the value of a parameter, encoded or not.
  const PARAMETER = new RegExp(`((${SECRET.source})[^=&#;?/]*?(=|%3d))[^&#;]*`, 'gi');
  // E-mail addresses, numbers as long as a telephone's or a card's, JSON web tokens.
  const PERSONAL = /[^\s=&?#/]{1,99}(@|%40)[^\s&#/]+|\d[\d -]{7,}\d|\beyJ[\w.-]+/g;
  const MASK = '[data-ul-mask],[contenteditable],textarea,select,script,input:not([type=submit],[type=button])';
  const passwords = new WeakSet();

  /** Free text without what looks like a person's address, number or token; cut first, for patterns take their time. */
  const maskText = (text) => String(text).slice(0, 2000).replace(PERSONAL, MASKED);

  /** A URL, or a text that may hold one, without the values of parameters that look like secrets. */
  const maskUrl = (url) =>
    maskText(url).replace(PARAMETER, '$1' + MASKED);

  /** Whether the element or any of its ancestors, through shadow roots, matches. */
  const within = (el, selector) =>
    el?.closest && (el.closest(selector) || within(el.getRootNode().host, selector));

  /** Whether the study wants to know nothing of what happens here. */
  const ignored = (el) => within(el, '[data-ul-ignore]');

  /** Remember which fields are passwords now: a "show password" button turns them into text fields later. */
  const notePasswords = (el) => {
    el.getRootNode().querySelectorAll('input[type=password]').forEach((field) => passwords.add(field));
  };

  /** Whether nothing of a field's value may be told, not even its length. */
  const isSecret = (field) =>
    passwords.has(field) ||
    SECRET.test([field.type, field.name, field.id, field.autocomplete]) ||
    within(field, '[data-ul-mask]');

  /** The first 80 characters that a person reads on an element; of what holds anything private, nothing. */
  const visibleText = (el) => {
    if (within(el, MASK) || el.querySelector(MASK)) return MASKED
    const text = el.localName === 'input' ? el.value : el.textContent;
    return maskText(text.slice(0, 400).trim().replace(/\s+/g, ' ')).slice(0, 80)
  };

  // What every other file needs, and nothing that only one of them does.

  const warned = {};

  /** Wrong use is told once in the console, whatever its cause; the page never sees an exception. */
  const warn = (message) => {
    if (!warned[message]) console.warn('UserLogger: ' + message);
    warned[message] = true;
  };

  /** The function, unable to throw into the page that it runs in. */
  const guard = (work) => (...args) => {
    try {
      return work(...args)
    } catch (error) {
      warn(error);
    }
  };

  const { stringify } = JSON;

  /** ms since this page's zero, on a clock that nobody sets. */
  const now = () => performance.now();

  /** Rounded to a tenth: more digits of a pixel or a millisecond are noise that costs bytes. */
  const tenth = (x) => Math.round(x * 10) / 10;

  /** Text into a whole number from 0 to 2^32 - 1, the same in every browser, for ever. */
  const hash = (text) => {
    let h = 0;
    for (const c of text + ' ') {
      // Both steps for every character: two conditions drawn from half-mixed numbers would go hand in hand.
      h = Math.imul(h ^ c.codePointAt(0), 0x9e3779b1);
      h ^= h >>> 15;
    }
    return h >>> 0
  };

  /** A UUIDv7 (RFC 9562): it begins with its time, so what is named by it sorts by age. */
  const uuid7 = (time = Date.now()) => {
    const digit = () => (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16);
    return ('0' + time.toString(16)).replace(/.{8}/, '$&-') + '-7xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, digit)
  };

  /** Bytes of a JSON text in UTF-8, at most: whatever is not ASCII counts as three. Quicker than to encode it. */
  const byteLength = (text) => text.length + 2 * (text.match(/[^ -~]/g) || '').length;

  // A selector that still means the same element after the next deployment.


  const TEST_ID = /^data-(test|cy|qa)/;
  const NAME = /^(name|aria-label)$/;
  // Ids that a framework made: React's :r1: and _r_1_, digits in a row, hexadecimal. They change with every build or load.
  const GENERATED = /^[^a-z]|[^\w-]|\d\d\d|^[\da-f-]{6,}$/i;

  /** `[name="email"]` for the first attribute of that kind that holds nothing private; empty where there is none. */
  const attribute = (el, kind) => {
    for (const name of el.getAttributeNames()) {
      const value = el.getAttribute(name);
      if (kind.test(name) && value === maskText(value) && !within(el, '[data-ul-mask]')) return `[${name}=${stringify(value)}]`
    }
    return ''
  };

  /** A name that is the element's own in its document: a test id, or an id that does not look generated. */
  const anchor = (el) => {
    const { id } = el;
    const own = attribute(el, TEST_ID) || (id && !GENERATED.test(id) && '#' + id);
    return own && !el.getRootNode().querySelectorAll(own)[1] && own
  };

  /** The element among its siblings: by name or aria-label, then by place. Class names are left to the style sheet. */
  const step$1 = (el) => {
    const tag = el.localName;
    const own = CSS.escape(tag) + attribute(el, NAME);
    let place = 1;
    let twin;
    let other = el;
    // Not `children`: slow in a long list, and a form has a field of that name in its place, where it has one.
    while ((other = other.previousElementSibling))
      if (other.localName === tag) {
        place++;
        twin ||= other.matches(own);
      }
    other = el;
    while (!twin && (other = other.nextElementSibling)) twin = other.matches(own);
    return own + (twin ? `:nth-of-type(${place})` : '')
  };

  /** CSS selector of an element, unique in its document; ` >>> ` stands where it enters a shadow root. */
  const selectorOf = (el) => {
    const path = [];
    for (let node = el; node; node = node.parentElement) {
      const own = anchor(node);
      path.unshift(own || step$1(node));
      if (own || node.localName === 'body') break
    }
    const host = el.getRootNode().host;
    return ((host ? selectorOf(host) + ' >>> ' : '') + path.join(' > ')).slice(0, 999)
  };

  // Where an event happened: on which element, and at which of the six coordinates.


  /** The innermost element that an event is for, also inside open shadow roots. */
  const targetOf = (event) => event.composedPath().find((el) => el.localName) || document.body;

  /** Where the event's window begins in this one: [0, 0], except for a frame on this page. */
  const frameOffset = ({ view }) => {
    const frame = view !== window && view?.frameElement;
    if (!frame) return [0, 0]
    const [dx, dy] = frameOffset({ view: view.parent });
    return rectangle(frame, frame.clientLeft + dx, frame.clientTop + dy)
  };

  /** The six coordinates of an event in whole CSS px, cut as browsers cut a click's; none where it has no place. */
  const coordinates = (event) => {
    const point = event?.changedTouches?.[0] || event;
    // A click by a key is nowhere, whatever place browsers give it: the corner or the middle of a button.
    if (point?.clientX === undefined || (point.type === 'click' && !point.detail)) return {}
    const [dx, dy] = frameOffset(point);
    const client_x = Math.floor(point.clientX + dx);
    const client_y = Math.floor(point.clientY + dy);
    return {
      page_x: client_x + Math.floor(scrollX),
      page_y: client_y + Math.floor(scrollY),
      client_x,
      client_y,
      screen_x: Math.floor(point.screenX),
      screen_y: Math.floor(point.screenY),
    }
  };

  /** When an event happened; a frame stamps its events by a clock of its own. */
  const timeOf = ({ timeStamp, view }) => (view === window ? timeStamp : now());

  /** Position, device, button and modifier keys; `trusted: false` where a script made the event. */
  const pointer = (event) => ({
    ...coordinates(event),
    pointer: event.pointerType,
    button: event.button,
    mods: 'alt ctrl meta shift'.split(' ').filter((key) => event[key + 'Key']).join('+') || undefined,
    trusted: event.isTrusted && undefined,
  });

  /** Which element it is. */
  const name = (el) => ({ element_id: el.getAttribute('id'), tag: el.localName, selector: selectorOf(el) });

  /** Left, top, width and height of an element, moved by so much. */
  const rectangle = (el, dx, dy) => {
    const rect = el.getBoundingClientRect();
    return [rect.x + dx, rect.y + dy, rect.width, rect.height].map(tenth)
  };

  /** Which element it is, what stands on it, its rectangle in the viewport, and the event's place inside it. */
  const describe = (el, event) => {
    const [dx, dy] = frameOffset(event);
    const [el_x, el_y, el_w, el_h] = rectangle(el, dx, dy);
    const inside = (distance, size) => event.detail ? Math.round((distance / size) * 1e3) / 1e3 : undefined;
    return {
      ...name(el),
      text: visibleText(el),
      el_x,
      el_y,
      el_w,
      el_h,
      rel_x: inside(event.clientX + dx - el_x, el_w),
      rel_y: inside(event.clientY + dy - el_y, el_h),
    }
  };

  /** Attributes whose name starts with the prefix, verbatim, with their values of this moment. */
  const attributesOf = (el, prefix) => {
    const found = {};
    for (const key of el.getAttributeNames()) if (key.startsWith(prefix)) found[key] = el.getAttribute(key);
    return found
  };

  // A sealed batch: {envelope, actions}. `envelope` is the envelope without its actions, `actions` their JSON, one text each in
  // the order of their seqs: what an action says is fixed when it happens.


  /** The envelope as it is posted. `now` holds what is true of this attempt only. */
  const bodyOf = ({ envelope, actions }, now) =>
    stringify({ ...envelope, ...now }).slice(0, -1) + `,"actions":[${actions}]}`;

  /** The batch that a body holds. */
  const readBody = (text) => {
    const { actions, ...envelope } = JSON.parse(text);
    return { envelope, actions: actions.map((action) => stringify(action)) }
  };

  const seqOf = (action) => JSON.parse(action).seq;

  /** What is left of a batch that cannot be delivered: no actions, and the declaration of which they were. */
  const tombstone = ({ envelope, actions }, reason) => ({
    envelope: { ...envelope, lost: [...envelope.lost, [seqOf(actions[0]), seqOf(actions.at(-1)), reason]] },
    actions: [],
  });

  /** Two halves with the same seqs; each is a batch of its own to the server, and may declare what both do. */
  const halves = ({ envelope, actions }) => {
    const middle = actions.length >> 1;
    return [actions.slice(0, middle), actions.slice(middle)].map((actions) => ({
      envelope: { ...envelope, batch_id: uuid7() },
      actions,
    }))
  };

  // Settings: what they are called, what they are by default, and how a page gives them.


  /** What counts where the page says nothing else. A setting is of the type that stands here. */
  const options = {
    __proto__: null,
    server: '',
    study: '',
    userParam: '',
    attributesName: 'data-',
    maxActions: 50,
    maxTime: 5, // s
    moveInterval: 50, // ms
    skip: '',
    values: false,
    consent: '',
    respect: 'gpc',
    debug: false,
    capture: true,
  };

  /** Under what name things are kept in this browser. */
  const storageKey = () => `userlogger ${options.server} `;

  /** What is true of every action: user, conditions. */
  const constants = {};

  /** Constructor arguments, in the original's five places or as one object. */
  const configure = (server = {}, maxActions, maxTime, attributesName, constantAttributes) => {
    const seed = { capture: false, server, maxActions, maxTime, attributesName, constants: constantAttributes };
    const { constants: fixed, ...settings } = server?.trim ? seed : server;
    Object.assign(constants, fixed);
    for (const key in settings) {
      const old = options[key];
      const given = settings[key] ?? old;
      const value = old === !!old ? { '': true, true: true, false: false }[given] : old?.constructor(given);
      if ([undefined, NaN].includes(value)) warn(`no setting ${key}=${given}`);
      else options[key] = value;
    }
    if (!options.server) return warn('no server')
    const url = new URL(options.server, location);
    // Who names a server without a path does not mean its front page.
    if (url.pathname === '/') url.pathname = 'analytics';
    options.server = url.href;
  };

  /** A script tag's data- attributes as settings; undefined where none of them is ours. */
  const settingsOfTag = ({ src, dataset }) => {
    const given = { server: new URL('analytics', src || location).href, constants: {} };
    let ours;
    for (const key in dataset) {
      const snake = key.replace(/-|(?=[A-Z])/g, '_').toLowerCase();
      const constant = /^(const_.|user$|condition)/.test(snake);
      if (constant) given.constants[snake.replace('const_', '')] = dataset[key];
      else given[key] = dataset[key];
      ours ||= constant || key in options;
    }
    return ours && given
  };

  // The shelf: sealed batches in localStorage, one key each, for the case that this page cannot deliver them itself.
  // Any page of the same origin may take what lies there, without locks: the server suppresses what comes twice.
  // Storage may be full, blocked or gone at any moment (hence the guards); then a batch is in memory only.


  const MAX_CHARS = 1e6;
  const MAX_AGE = 7 * 24 * 3600e3;

  const keyOf = (batch) => storageKey() + batch.envelope.batch_id;
  // What somebody else spoiled is told once and left alone; it must not hide what lies beside it.
  const read = guard((key) => readBody(localStorage[key]));
  // A batch's id is a UUIDv7: sorted by name is sorted by age.
  const keys = () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(storageKey()))
      .sort();

  /** Make room: the oldest batch gives up its actions and says so; failing that, the oldest such note goes. */
  const evict = () => {
    const all = keys();
    const oldest = all.find((key) => read(key)?.actions[0]);
    if (oldest) localStorage[oldest] = bodyOf(tombstone(read(oldest), 'quota'));
    else localStorage.removeItem(all[0]);
    return all[0]
  };

  /** Returns something true when the batch lies there. */
  const put = guard((batch) => {
    const text = bodyOf(batch);
    while (keys().reduce((sum, key) => sum + localStorage[key].length, text.length) > MAX_CHARS && evict());
    return (localStorage[keyOf(batch)] = text)
  });

  const remove = guard((batch) => localStorage.removeItem(keyOf(batch)));

  /** All that lies here, oldest first; what is too old only says what it was. */
  const all = guard(() =>
    keys()
      .flatMap((key) => read(key) || [])
      .map((batch) => (batch.actions[0] && batch.envelope.batch_id < uuid7(Date.now() - MAX_AGE) ? tombstone(batch, 'quota') : batch)),
  );

  // What stats() tells of this page.


  /** `why` nothing is captured; undefined while it is. Numbers of this page's actions, by what became of them. */
  const stats = { why: 'stopped', page_id: uuid7(), acked: 0, lost: 0 };

  // Delivery, at least once: a batch leaves the queue only when the server answered 200 for it.


  const MAX_QUEUE = 4e6; // bytes in memory while the server is away
  const MAX_KEEPALIVE = 60e3; // browsers allow 64 KiB of requests that outlive their page
  const MAX_BEACON = 30e3;
  const TIMEOUT = 30e3;
  const FOR_GOOD = /^4(?!08|25|29)/; // statuses that another try would not change
  const FIRST_WAIT = 1e3;
  const LONGEST_WAIT = 60e3;
  const LONGEST_ASKED = 3600e3; // more is a mistake

  let queue = [];
  let timer$2 = 0;
  let failures = 0;
  let clock = null;
  const waiting = [];

  const total = (batches, number) => batches.reduce((sum, batch) => sum + number(batch), 0);
  const countOf = (batch) => batch.actions.length;
  const sizeOf = (batch) => byteLength(render(batch));

  const pending = () => total(queue, countOf);

  /** The body of this attempt; what it says of itself changes, its actions never do. */
  const render = (batch) => bodyOf(batch, { sent_at: Date.now(), clock });

  const pump = () => {
    if (!queue[0]) waiting.splice(0).forEach((done) => done());
    else if (!timer$2 && !queue.some((batch) => batch.flying)) send(queue[0]);
  };

  const wake = () => {
    clearTimeout(timer$2);
    timer$2 = 0;
    pump();
  };

  const send = async (batch) => {
    const body = render(batch);
    const start = Date.now();
    const size = byteLength(body);
    let response;
    batch.flying = size;
    if (options.debug) console.log(body);
    try {
      response = await fetch(options.server, {
        method: 'POST',
        body, // a text makes the request a simple one: no preflight, from any origin
        credentials: 'omit',
        keepalive: size < MAX_KEEPALIVE,
        signal: AbortSignal.timeout?.(TIMEOUT), // not in the browsers of 2021
      });
      const rtt = Date.now() - start;
      const serverTime = +response.headers.get('X-Server-Time');
      // The server's clock against this one: of all answers the quickest says it best.
      if (serverTime && !(clock?.rtt < rtt)) clock = { offset: tenth(serverTime - start - rtt / 2), rtt };
      await response.text(); // until then some browsers count the request as one that is under way
    } catch {
      // No answer: away, blocked, or too late. It may have arrived all the same; the server suppresses the repetition.
    }
    batch.flying = 0;
    batch.envelope.attempt++;
    if (queue.includes(batch)) answered(batch, response);
  };

  const answered = (batch, response) => {
    const status = response?.status;
    if (status === 200) {
      failures = 0;
      settle(batch, 'acked');
    } else if (status === 413 && batch.actions[1]) {
      settle(batch, '', halves(batch));
    } else if (FOR_GOOD.test(status)) {
      warn(`HTTP ${status}`);
      drop$1(batch, status === 413 ? 'oversize' : 'http4xx');
    } else return retryLater(batch, response)
    pump();
  };

  /** The batch leaves the queue; `others` take its place. */
  const settle = (batch, what, others = []) => {
    if (what && batch.envelope.page_id === stats.page_id) stats[what] += countOf(batch);
    queue = queue.flatMap((other) => (other === batch ? others : other));
    remove(batch);
  };

  /** A batch becomes the declaration of its loss; a declaration that is refused itself has nowhere left to go. */
  const drop$1 = (batch, reason) => settle(batch, 'lost', batch.actions[0] ? [tombstone(batch, reason)] : []);

  const retryLater = (batch, response) => {
    batch.envelope.reason = 'retry';
    // To the end: one batch that the server chokes on must not hold up the others.
    queue = [...queue.filter((other) => other !== batch), batch];
    // One wait for all that failed together, as several do when the page was hidden: it is one failure.
    timer$2 ||= setTimeout(wake, Math.max(
      Math.min(LONGEST_ASKED, response?.headers.get('Retry-After') * 1e3 || 0),
      Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++),
    ));
    persist();
  };

  /** To the shelf, each once: from there another page delivers what this one cannot. */
  const persist = () => {
    if (stats.why !== 'consent') queue.forEach((batch) => (batch.stored ||= put(batch)));
  };

  const push = (batch) => {
    queue.push(batch);
    const bytes = ({ actions }) => total(actions, (action) => action.length);
    if (total(queue, bytes) > MAX_QUEUE) drop$1(queue.find(countOf), 'queue');
    // Not at once: the page's own wrapper of fetch may log something while an action is still being written down.
    queueMicrotask(pump);
  };

  /** Take over what other pages left behind. */
  const adopt = () => {
    for (const batch of (queue = all() || [])) {
      batch.envelope.reason = 'adopt';
      batch.stored = true;
    }
    pump();
  };

  /** The page is out of sight and may end without another word: send now, as much as the browser carries. */
  const hidden = () => {
    persist();
    let room = MAX_KEEPALIVE - total(queue, (batch) => batch.flying || 0);
    queue.forEach((batch) => {
      if (!batch.flying && (room -= sizeOf(batch)) > 0) send(batch);
    });
  };

  const pieces = (batch) => (batch.actions[1] && sizeOf(batch) > MAX_BEACON ? halves(batch).flatMap(pieces) : [batch]);

  /** The page ends: beacons outlive it, requests begun now would not. Their answer is never seen, so the shelf keeps what they carry. */
  const leave = () => {
    timer$2 = Infinity;
    persist();
    for (const batch of queue) batch.flying ||= pieces(batch).every((piece) => navigator.sendBeacon(options.server, render(piece)));
  };

  /** The page was not over after all (bfcache): what was under way goes once more, and is waited for. */
  const back = () => {
    for (const batch of queue) batch.flying = 0;
    wake();
  };

  /** Resolves when everything is acknowledged, or after so many ms. */
  const drained = (ms) =>
    new Promise((done) => {
      waiting.push(done);
      setTimeout(done, ms);
      wake();
    });

  /** Consent was withdrawn: nothing of this person is left here. What others left behind on this computer stays. */
  const discard = () => {
    for (const batch of [...queue, ...(all() || [])]) {
      if (batch.envelope.page_id === stats.page_id || batch.envelope.const.user + '' === constants.user + '') settle(batch);
    }
  };

  // What the tab remembers of a study from one page to the next, in sessionStorage. Nothing is written there before consent.


  /** {session_id, page_no, prev_page, given (a hash of the user that a URL or tag named), user, task, consent}. Where storage is blocked, the session is this page. */
  let state = {};

  /** `given` is the user that the page's URL or tag names, if it does. */
  const recall = guard((given) => {
    state = JSON.parse(sessionStorage[storageKey() + options.study] || '{}');
    const mark = given ? hash(given) : state.given;
    // Another person at the same computer: has given no word yet, and is in no task.
    if (![undefined, mark].includes(state.given)) state = {};
    state.given = mark;
  });

  const save = guard((changes) => {
    Object.assign(state, changes);
    sessionStorage[storageKey() + options.study] = stringify(state);
  });

  /** What the browser says in its person's name. */
  const signals = () => ({ gpc: !!navigator.globalPrivacyControl, dnt: navigator.doNotTrack === '1' });

  /** The person's word, or else the browser's signal, that stands against capture. */
  const refusal = () => {
    if (state.consent) return
    if (options.consent || state.consent === false) return 'consent'
    return options.respect.split(/\W/).find((signal) => signals()[signal])
  };

  /** Forget everything but the word that was given, and whose it was. */
  const forget = () => {
    state = { given: state.given };
    save({ consent: false });
  };

  // From an action to a sealed batch: gives each its seq, its time and its view, and closes a batch when it is due.


  const MAX_BYTES = 48e3; // of a batch, and of one action
  const MAX_RATE = 5000; // actions in ten seconds; more is a loop gone wild, not a person

  const { page_id } = stats;
  /** Fixed for the page: the monotonic clock goes on evenly when somebody corrects the computer's. */
  const t0 = Math.round(Date.now() - now());

  let about;
  let env;
  let view;
  let seq = 0;
  let batch_seq = 0;
  let timer$1 = 0;
  let inWindow = 0;
  let windowStart = 0;
  // The open batch
  let bytes = 0;
  let lost = [];
  let views = [];
  let actions = [];

  /** Writes down what led to an action: the mouse path. */
  let before = () => {};
  const writeBefore = (work) => {
    before = work;
  };

  const captured = () => seq;
  const open = () => actions.length;

  /** Begin this page's records, after what other pages left behind. Does nothing the second time. */
  const begin = () => {
    if (about) return
    const { prev_page, session_id = uuid7(), page_no = 0 } = state;
    const config = hash(stringify(options)).toString(16);
    about = { v: 2, lib: 'userlogger/2.0.0', study: options.study, config, session_id, page_id, prev_page, page_no, t0, attempt: 0 };
    env = {
      ua: navigator.userAgent,
      lang: navigator.language,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      screen_w: screen.width,
      screen_h: screen.height,
      dpr: devicePixelRatio,
      touch: !!navigator.maxTouchPoints,
      ...signals(),
    };
    save({ session_id, page_no: page_no + 1 });
    look();
    adopt();
  };

  /** What the page shows now; read when something may have changed it, not with every movement of the mouse. */
  const look = () => {
    before();
    const { scrollWidth: page_w, scrollHeight: page_h } = document.documentElement;
    view = {
      url: maskUrl(location.href),
      title: maskText(document.title),
      viewport_w: innerWidth,
      viewport_h: innerHeight,
      page_w,
      page_h,
      dpr: devicePixelRatio,
    };
  };

  const viewIndex = () => {
    if (views.at(-1) !== view) {
      views.push(view);
      bytes += byteLength(stringify(view));
    }
    return views.length - 1
  };

  /** The seq of the action; undefined where nothing was recorded. `time` is ms since the page's zero. */
  const add = (action, time = now()) => {
    if (stats.why || options.skip.split(/\W/).includes(action.name)) return
    before();
    // Constants win over an action's key of the same name.
    for (const key in constants) if (key in action) action[key] = constants[key];
    const t = tenth(time);
    const text = stringify({ task: state.task, ...action, seq, t, timestamp: Math.round(t0 + t) });
    const size = byteLength(text);
    if (tooMany(time)) return drop('rate')
    if (size > MAX_BYTES) return drop('oversize')
    if (bytes + size > MAX_BYTES) close$1('bytes');
    actions.push(text.slice(0, -1) + `,"view":${viewIndex()}}`);
    bytes += size;
    arm();
    seq++;
    if (actions.length >= options.maxActions) close$1('size');
    return seq - 1
  };

  const tooMany = (now) => {
    if (now - windowStart > 1e4) [windowStart, inWindow] = [now, 0];
    return ++inWindow > MAX_RATE
  };

  /** An action that will not be sent keeps its seq, and the next batch says what became of it. */
  const drop = (reason) => {
    if (actions[0]) close$1('size');
    if (lost.at(-1)?.[2] === reason) lost.at(-1)[1] = seq;
    else lost.push([seq, seq, reason]);
    stats.lost++;
    arm();
    return seq++
  };

  /** A batch waits for its end no longer than this. */
  const arm = () => {
    timer$1 ||= setTimeout(seal, options.maxTime * 1000, 'time');
  };

  const seal = (reason) => {
    before();
    close$1(reason);
  };

  /** The open batch is one from now on. */
  const close$1 = (reason) => {
    clearTimeout(timer$1);
    timer$1 = 0;
    if (!actions[0] && !lost[0]) return
    const envelope = { ...about, const: { ...constants }, batch_id: uuid7(), batch_seq: batch_seq++, reason, lost, env, views };
    const batch = { envelope, actions };
    env = undefined;
    reset([]);
    save({ prev_page: { id: page_id, seq } });
    push(batch);
  };

  const reset = (declared) => {
    actions = [];
    views = [];
    bytes = 0;
    lost = declared;
  };

  /** All gone. The seqs are declared, or they would look like a loss that nobody can explain. */
  const purge = () => {
    before(); // the path that waits there goes with the rest
    reset(seq ? [[0, seq - 1, 'consent']] : []);
    discard();
  };

  // Areas of interest: where on the page the elements lie whose looks or clicks are counted later.


  const selectors = [];
  let known$1;

  /** Log all rectangles when one of them is another than before. */
  const check = () => {
    if (!selectors[0]) return
    const areas = [...document.querySelectorAll(selectors)].map((el) => {
      const [page_x, page_y, el_w, el_h] = rectangle(el, scrollX, scrollY);
      return { ...name(el), page_x, page_y, el_w, el_h }
    });
    const now = stringify(areas);
    if (now !== known$1 && add({ name: 'areas', areas }) >= 0) known$1 = now;
  };

  const track = (selector) => {
    selectors.push(selector);
    check();
  };

  // Clicks: on which element, and what followed.


  const EFFECT_WAIT = 1000; // ms; what comes later is not what a person takes for the answer to a click

  /** Selectors whose elements log each click on them, whenever they come into the page. */
  const subscribed = [];

  let clicked;
  let observer;

  /** What followed the last click is known. */
  const effect = (kind) => {
    if (!clicked) return
    const [ref, start, timer] = clicked;
    clearTimeout(timer);
    clicked = undefined;
    observer.disconnect();
    check();
    add({ name: 'click_effect', ref, effect: kind, ms: tenth(now() - start) });
  };

  const awaitEffect = (ref, event) => {
    observer ||= new MutationObserver(guard(() => effect('mutation')));
    // In the document, and in the shadow roots and the frame's document that the click went through.
    const trees = event.composedPath().filter((node) => node.nodeType > 8);
    trees.forEach((tree) => observer.observe(tree, { subtree: true, childList: true, attributes: true, characterData: true }));
    clicked = [ref, now(), setTimeout(effect, EFFECT_WAIT, 'none')];
  };

  /**
   * One action for each subscribed element that the click went through, innermost first; where none is subscribed,
   * one for the element that was clicked. Never two for the same element.
   */
  const click = (event) => {
    const target = targetOf(event);
    if (ignored(target)) return
    notePasswords(target);
    effect('none');
    const hits = event.composedPath().filter((el) => subscribed[0] && el.matches?.(subscribed));
    if (!hits[0] && options.capture) hits.push(target);
    const [ref] = hits.map((el) =>
      add({ ...attributesOf(el, options.attributesName), ...describe(el, event), ...pointer(event), name: 'click' }),
    );
    if (options.capture && ref >= 0) awaitEffect(ref, event);
  };

  // Forms: which fields, never what was typed into them, unless the study asks for it and the field is no secret.


  const fieldName = ({ name, id }) => name || id;

  /** Asks by selector, not the form: `checkValidity` fires events, and a field named "id" or "matches" hides the form's own. */
  const submit = (event) => {
    const form = targetOf(event);
    if (ignored(form)) return
    const fields = [...form.querySelectorAll('textarea,select,input')].filter((field) => !ignored(field)).map(fieldName);
    add({
      name: 'submit',
      ...name(form),
      form_id: form.getAttribute('id'),
      fields: [...new Set(fields)].filter(Boolean),
      valid: !form.querySelector(':invalid'),
    });
  };

  const change = (event) => {
    const field = targetOf(event);
    if (ignored(field)) return
    const { type, value, checked } = field;
    const action = { name: 'change', ...name(field), field: fieldName(field), type };
    if (!isSecret(field)) {
      if (/check|radio/.test(type)) action.checked = checked;
      else action.length = value?.length;
      if (options.values) action.value = maskText(value);
    }
    add(action);
  };

  // Page views: loads, steps of a single-page app, returns from the browser's cache; and how long each lasted.


  let href;
  let shown;

  const leavePage = () => {
    if (shown >= 0) add({ name: 'pageleave', duration: tenth(now() - shown) });
    shown = undefined;
  };

  const viewPage = (nav) => {
    const referrer = href ?? document.referrer;
    href = location.href;
    shown = now();
    look();
    add({ name: 'pageview', nav, referrer: maskUrl(referrer) });
    check();
  };

  /** A step counts after the first view, and where the URL is another one: frameworks replace states all the time. */
  const step = (nav) => {
    if (!href || location.href === href) return
    effect('nav');
    leavePage();
    viewPage(nav);
  };

  /** Hear of pushState and replaceState, which fire no event, until the signal says stop. */
  const watchHistory = (signal) =>
    ['push', 'replace'].forEach((nav) => {
      const method = nav + 'State';
      const original = history[method];
      const ours = (history[method] = (...args) => {
        original.apply(history, args);
        guard(step)(nav);
      });
      signal.addEventListener('abort', () => history[method] === ours && (history[method] = original));
    });

  // Mouse paths in columns: a sample costs about ten bytes instead of two hundred.

  /** One sample in so many is the server's limit for one action. */
  const SAMPLES = 200;

  const deltas = (values) => values.map((value, i) => value - (values[i - 1] || 0));

  /** Samples {t, x, y} (ms, whole client px) into columns; the first x and y are absolute, all else differences. */
  const encode = (samples) => {
    const start = samples[0].t;
    return {
      n: samples.length,
      // The time since the start is rounded, not each step, so that the errors do not add up.
      dt: deltas(samples.map((sample) => Math.round(sample.t - start))),
      x: deltas(samples.map((sample) => sample.x)),
      y: deltas(samples.map((sample) => sample.y)),
    }
  };

  // Mouse, touch and pen: where the pointer was, one sample each 50 ms while it moves, and always where it came to rest.


  let samples = [];
  let piece; // what the samples have in common
  let known; // the same as a text
  let last; // six coordinates of the last sample
  let next; // the event that waits to become a sample
  let timer = 0;

  /** What waits becomes a sample. */
  const rest = () => {
    clearTimeout(timer);
    timer = 0;
    const event = next;
    next = undefined;
    if (event) sample(event);
  };

  /** The piece of path so far becomes an action. */
  const close = () => {
    if (!samples[0]) return
    const path = samples;
    samples = [];
    add({ name: 'mousemove', ...piece, ...encode(path), ...last }, path[0].t);
  };

  writeBefore(() => {
    rest();
    close();
  });

  const sample = (event) => {
    const at = coordinates(event);
    // The browser repeats the last move after a layout: the pointer rests, so there is nothing to say.
    if ([stringify(last), '{}'].includes(stringify(at))) return
    const { client_x: x, client_y: y } = at;
    const pointer = event.pointerType;
    const [sx, sy, ...off] = [at.page_x - x, at.page_y - y, at.screen_x - x, at.screen_y - y];
    // On a zoomed page `off` drifts with the pointer; every 16 px of that begin a new piece, not every sample.
    const text = [pointer, sx, sy, off.map((px) => px >> 4)] + '';
    if (text !== known || samples.length === SAMPLES) close();
    if (!samples[0]) piece = { pointer, sx, sy, off };
    // A path never runs backwards, whatever clock an event was stamped with.
    samples.push({ t: Math.max(timeOf(event), samples.at(-1)?.t || 0), x, y });
    known = text;
    last = at;
    arm();
  };

  const move = (event) => {
    const interval = options.moveInterval;
    if (!interval) return (event.getCoalescedEvents?.() || [event]).forEach(sample)
    next = event;
    const wait = interval - timeOf(event) + (samples.at(-1)?.t ?? -interval);
    if (wait > 0) timer ||= setTimeout(rest, wait);
    else rest();
  };

  // Everything that is captured by itself: which event leads to which action. All listeners are passive, on the way down.


  const INTERVAL = 100;

  let ending$1;

  /** Begin to listen; to abort what this returns removes every listener. */
  const hear = () => (ending$1 = new AbortController());

  /** Listen on a window, a frame or a shadow root. An event that passes two of them is one event. */
  const listen = (target, handlers) => {
    for (const types in handlers)
      for (const type of types.split(' ')) {
        const handler = handlers[types];
        // One guarded twin each: a listener that is added twice to one window is one listener to the browser.
        handler.guarded ||= guard((event) => handler.last === event || handler((handler.last = event)));
        target.addEventListener(type, handler.guarded, { capture: true, passive: true, signal: ending$1.signal });
      }
  };

  const onElement = (describe) => (event) => {
    const el = targetOf(event);
    if (!ignored(el)) add({ name: event.type, ...describe(el, event) });
  };

  const due = new Set();

  /** What an element or the window does many times in a row is logged each 100 ms, and the last of it. */
  const soon = (target, log) => {
    if (due.has(target)) return
    due.add(target);
    setTimeout(guard(() => {
      due.delete(target);
      log();
    }), INTERVAL);
  };

  const scroll = ({ target }) => {
    if (ignored(target)) return
    effect('scroll');
    soon(target, () => {
      const el = target.scrollingElement || target; // only a document has one
      add({ name: 'scroll', ...name(el), scroll_x: tenth(el.scrollLeft), scroll_y: tenth(el.scrollTop) });
    });
  };

  /** Scrolling, changes and submits do not leave a shadow root: there is listening in all that pointer or focus reach. */
  const enter = (event) => event.composedPath().filter((node) => node.nodeType > 10).forEach((root) => listen(root, inDocument));

  /** What happens inside a document: of this window, or of a frame. */
  const inDocument = {
    click,
    submit,
    change,
    scroll,
    pointermove: move,
    'dblclick contextmenu': onElement((el, event) => ({ ...name(el), ...pointer(event) })),
    'copy cut paste': onElement(name),
    'pointerover pointerdown click focusin': enter,
    focusin: (event) => notePasswords(targetOf(event)),
  };

  /** Of a script (message), of a promise (reason), or of what could not be loaded (neither: then the element is named). */
  const failed = ({ target, reason = target, message = reason?.message || reason, filename = target.src || target.href, lineno }) =>
    add({ name: 'error', message: maskUrl(message), src: filename && maskUrl(filename), line: lineno });

  /** What happens to the window as a whole. */
  const toWindow = {
    // Those of every element pass here too.
    'focus blur': (event) => event.target === window && add({ name: 'window_' + event.type }),
    load: check,
    'popstate hashchange': () => step('pop'),
    resize: () =>
      soon(window, () => {
        look();
        add({ name: 'resize' });
        check();
      }),
    'error unhandledrejection': failed,
  };

  /** Nothing may follow: all that is there must go now. */
  const away = (reason) => {
    seal(reason);
    hidden();
  };

  /** What the delivery must hear of, also when nothing is captured by itself. */
  const theEnd = {
    visibilitychange: () => {
      if (options.capture) add({ name: 'visibility', state: document.visibilityState });
      if (document.hidden) away('hidden');
    },
    freeze: () => away('freeze'),
    pagehide: () => {
      effect('nav');
      leavePage();
      seal('pagehide');
      leave();
    },
    online: wake,
  };

  // The logger's public face: what a page can ask of it. One page has one logger, so nothing is captured twice.


  const FLUSH_WAIT = 10e3;

  let logger;
  let given;
  const frames = [];
  let ending;

  const attach = () => {
    ending = hear();
    listen(window, options.capture ? inDocument : { click });
    if (options.capture) {
      listen(window, toWindow);
      watchHistory(ending.signal);
      // Before that, a page in the making may not know its own title.
      if (document.readyState === 'loading') listen(window, { DOMContentLoaded: () => viewPage('load') });
      else viewPage('load');
    }
    listen(window, { ...theEnd, pageshow });
    frames.forEach(attachFrame);
  };

  const attachFrame = guard((frame) => {
    const load = () => listen(frame.contentWindow, inDocument);
    listen(frame, { load });
    load();
  });

  const detach = (reason) => {
    stats.why = reason;
    effect();
    ending?.abort();
  };

  /** Capture, unless the person's word or signal stands against it. Does nothing while it runs. */
  const start = () => {
    if (!stats.why || !options.server) return
    if (document.prerendering) return document.addEventListener('prerenderingchange', arrive)
    if ((stats.why = refusal())) return warn(`not recording: ${stats.why}`)
    begin();
    save({ user: constants.user });
    attach();
  };

  /** What the tab remembers counts when the page is shown: one that was loaded ahead may find another word, or another task. */
  const arrive = guard(() => {
    recall(given);
    const user = given || state.user;
    if (user) constants.user = user;
    start();
  });

  /** End all capture; what was captured is delivered still. */
  const stop = () => {
    document.removeEventListener('prerenderingchange', arrive);
    if (stats.why) return
    leavePage();
    away('manual');
    detach('stopped');
  };

  /** The person's word. It holds for the tab, also on the pages that follow. */
  const consent = (granted) => {
    if (granted) {
      state.consent = granted;
      start();
      save();
    } else purge();
    add({ name: 'consent', granted });
    seal('manual');
    if (granted) return
    detach('consent');
    forget();
  };

  /** Back from the browser's cache. Meanwhile the person may have said no on another page. */
  const pageshow = ({ persisted }) => {
    if (!persisted) return
    recall(given);
    if (state.consent === false) consent(false);
    else if (refusal()) detach('consent');
    else if (options.capture) viewPage('bfcache');
    back();
  };

  /** One action of the study's own. */
  const log = (name, properties) => {
    add({ ...properties, name });
  };

  /** The original's way: the given object becomes an action, and gets the time, the coordinates and the constants. */
  const addAction = (action, event) => {
    Object.assign(action, coordinates(event), { timestamp: Date.now() }, constants);
    log(action.name || 'action', action);
  };

  /** Log each click on what matches, now or later, under its own name and attributes. */
  const subscribeObject = (selector) => {
    document.querySelector(selector); // throws for a bad selector, before it can spoil the others
    subscribed.push(selector);
  };

  /** Log the rectangles of what matches, now and when they have changed. */
  const trackAreas = (selector) => {
    document.querySelector(selector); // as above
    track(selector);
  };

  /** Capture inside a frame of the same origin as well, in this page's coordinates. */
  const captureFrame = (frame) => {
    frames.push(frame);
    if (!stats.why) attachFrame(frame);
  };

  /** Constants of every action from now on. */
  const set = (changes) => {
    seal('manual');
    Object.assign(constants, changes);
    if (!stats.why) save({ user: constants.user });
  };

  const setUser = (user) => set({ user });

  /** One of the values, the same for the same person wherever it is asked; it becomes a constant. */
  const assign = (variable, values) => {
    if (!constants.user) warn('assign: no user');
    const value = values[hash([options.study, variable, constants.user].join(' ')) % values.length];
    set({ [variable]: value });
    log('assign', { variable, value, values });
    return value
  };

  /** Stamp every action with a task from now on, also on the pages that follow. */
  const startTask = (task) => {
    if (stats.why) return
    if (state.task) endTask();
    save({ task });
    log('task_start');
  };

  const endTask = () => {
    if (stats.why) return
    log('task_end');
    save({ task: undefined });
  };

  /** Send everything now. Resolves when it is acknowledged, or after `ms`; `pending: 0` means that all is safe. */
  const flush = (ms = FLUSH_WAIT) => {
    seal('manual');
    return drained(ms).then(statsNow)
  };

  /** Numbers of actions: of this page, and all that wait for delivery. */
  const statsNow = () => ({ recording: !stats.why, captured: captured(), pending: open() + pending(), ...stats });

  function UserLogger(...settings) {
      if (logger) {
        // The page has its logger; what this call says of the person and the elements still counts.
        if (settings[3]) options.attributesName = settings[3];
        set(settings[4] || settings[0]?.constants);
        start();
        return logger
      }
      logger = this;
      guard(() => {
        configure(...settings);
        given = new URLSearchParams(location.search).get(options.userParam) || constants.user;
        arrive();
      })();
  }

  /** None of them throws into the page. */
  const methods = {
    start, stop, consent, log, addAction, subscribeObject, trackAreas, captureFrame,
    set, setUser, assign, startTask, endTask, flush, stats: statsNow,
  };
  for (const name in methods) UserLogger.prototype[name] = guard(methods[name]);

  // The file as a script tag loads it: makes the class known, and starts where the tag says so.


  // A second tag for the same file uses the first one's class, which knows whether a logger runs.
  const Logger = (window.UserLogger ||= UserLogger);

  guard((tag) => {
    const settings = tag && settingsOfTag(tag);
    if (settings) window.userLogger = new Logger(settings);
  })(document.currentScript);

})();
