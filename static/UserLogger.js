/*! UserLogger 2.0.0: logs what people do on a page, for user studies. MIT licence. */
(function () {
  'use strict';

  // What must not leave the browser.

  const MASKED = '***';
  const SECRET = /pass|pw|secret|token|auth(?!or)|otp|cvv|cvc|card|iban|ssn|sess|(pin|key|sig|code)\b/i;
  const SECRET_FILL = /cc-|one-time|password/;
  // E-mail addresses, numbers as long as a telephone's or a card's, JSON web tokens.
  const PERSONAL = /[^\s=&?#/]+(@|%40)[^\s&#/]+|\d[\d -]{7,}\d|\beyJ[\w.-]+/g;
  const MASK = '[data-ul-mask],[contenteditable]:not([contenteditable=false]),textarea,select,script,style';
  const passwords = new WeakSet();

  /** Free text without what looks like a person's address, number or token. */
  const maskText = (text) => String(text).replace(PERSONAL, MASKED);

  /** A URL without the values of parameters that look like secrets, in the query or in the fragment. */
  const maskUrl = (url) =>
    maskText(url.replace(/([?&#;])([^=&#;]+)=[^&#;]*/g, (all, sep, key) => (SECRET.test(key) ? sep + key + '=' + MASKED : all)));

  /** Whether the element or any of its ancestors, through shadow roots, matches. */
  function within(el, selector) {
    for (; el?.closest; el = el.getRootNode().host) if (el.closest(selector)) return true
  }

  /** Remember which fields are passwords now: a "show password" button turns them into text fields later. */
  function notePasswords(el) {
    for (const field of el.getRootNode().querySelectorAll('input[type=password]')) passwords.add(field);
  }

  /** Whether nothing of a field's value may be told, not even its length. */
  const isSecret = (field) =>
    passwords.has(field) ||
    field.type === 'hidden' ||
    SECRET_FILL.test(field.getAttribute('autocomplete')) ||
    SECRET.test(field.name + ' ' + field.id) ||
    within(field, '[data-ul-mask]');

  /** The first 80 characters that a person reads on an element; never what was typed into it. */
  function visibleText(el) {
    if (el.localName === 'input') return /submit|button|reset/.test(el.type) ? maskText(el.value) : undefined
    if (within(el, MASK)) return within(el, '[data-ul-mask]') ? MASKED : undefined
    const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
    let text = '';
    while (text.length < 200 && walker.nextNode()) {
      const node = walker.currentNode;
      text += node.parentElement.closest(MASK) ? ' ' : node.data;
    }
    return maskText(text.replace(/\s+/g, ' ').trim()).slice(0, 80) || undefined
  }

  // A selector that still means the same element after the next deployment.

  const TEST_IDS = ['data-testid', 'data-test-id', 'data-test', 'data-cy', 'data-qa'];
  // Ids made by a framework: digits in a row, React's :r1:, hexadecimal. They change with every build or load.
  const GENERATED = /\d{3}|^_r|^[\da-f-]{6,}$/i;
  const PLAIN = /^[a-z][\w-]*$/i;

  /** A name that is the element's own in its document: a test id, or an id that does not look generated. */
  function anchor(el) {
    const attribute = TEST_IDS.find((name) => el.hasAttribute(name));
    const id = el.getAttribute('id');
    const own = attribute
      ? `[${attribute}=${JSON.stringify(el.getAttribute(attribute))}]`
      : PLAIN.test(id) && !GENERATED.test(id) && '#' + id;
    return own && el.getRootNode().querySelectorAll(own).length === 1 && own
  }

  /** The element among its siblings: by name or aria-label, then by place. Class names are left to the style sheet. */
  function step(el) {
    const attribute = ['name', 'aria-label'].find((name) => el.hasAttribute(name));
    const tag = el.localName;
    const own = tag + (attribute ? `[${attribute}=${JSON.stringify(el.getAttribute(attribute))}]` : '');
    const siblings = [...(el.parentNode?.children || [])];
    if (siblings.filter((other) => other.matches(own)).length < 2) return own
    return `${own}:nth-of-type(${siblings.filter((other) => other.localName === tag).indexOf(el) + 1})`
  }

  /** CSS selector of an element, unique in its document; ` >>> ` stands where it enters a shadow root. */
  function selectorOf(el) {
    const path = [];
    for (let node = el; node; node = node.parentElement) {
      const own = anchor(node);
      path.unshift(own || step(node));
      if (own || node.localName === 'body') break
    }
    const host = el.getRootNode().host;
    return ((host ? selectorOf(host) + ' >>> ' : '') + path.join(' > ')).slice(0, 999)
  }

  // What every other file needs, and nothing that only one of them does.

  const warned = new Set();

  /** Wrong use is told once in the console, whatever its cause; the page never sees an exception. */
  function warn(message) {
    if (warned.has(message)) return
    warned.add(message);
    console.warn('UserLogger: ' + message);
  }

  /** The function, unable to throw into the page that it runs in. */
  const guard = (work) => (...args) => {
    try {
      return work(...args)
    } catch (error) {
      warn(error);
    }
  };

  /** Rounded to a tenth: more digits of a pixel or a millisecond are noise that costs bytes. */
  const tenth = (x) => Math.round(x * 10) / 10;

  /** Text into a whole number from 0 to 2^32 - 1, the same in every browser, for ever (FNV-1a). */
  function hash(text) {
    let h = 0x811c9dc5;
    for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 0x01000193);
    // FNV's last bits are little more than a parity; two conditions drawn from them would go hand in hand.
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0
  }

  /** A UUIDv7 (RFC 9562): it begins with its time, so what is named by it sorts by age. */
  function uuid7() {
    let digits = Date.now().toString(16).padStart(12, '0');
    for (const byte of crypto.getRandomValues(new Uint8Array(10))) digits += (byte + 256).toString(16).slice(1);
    return digits.replace(/(.{8})(.{4}).(...).(...)/, '$1-$2-7$3-8$4-')
  }

  /** Epoch ms at which a UUIDv7 was made. */
  const bornAt = (uuid) => parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);

  const encoder = new TextEncoder();
  const byteLength = (text) => encoder.encode(text).length;

  // Where an event happened: on which element, and at which of the six coordinates.


  /** The element under the event, also inside open shadow roots. */
  const targetOf = (event) => event.composedPath()[0];

  /** Where the event's window begins in this one: [0, 0], except for a frame on this page. */
  function frameOffset(view) {
    let [x, y] = [0, 0];
    for (; view && view !== window && view.frameElement; view = view.parent) {
      const box = view.frameElement.getBoundingClientRect();
      x += box.left;
      y += box.top;
    }
    return [x, y]
  }

  /** The six coordinates of an event in whole CSS px, cut as browsers cut a click's; none where it has no position. */
  function coordinates(event) {
    const point = event?.changedTouches?.[0] || event;
    if (!Number.isFinite(point?.clientX)) return {}
    const framed = event.view && event.view !== window;
    const [dx, dy] = framed ? frameOffset(event.view) : [0, 0];
    const client_x = Math.floor(point.clientX + dx);
    const client_y = Math.floor(point.clientY + dy);
    return {
      // page - client is the scroll position, without asking for a layout.
      page_x: client_x + Math.round(framed ? scrollX : point.pageX - point.clientX),
      page_y: client_y + Math.round(framed ? scrollY : point.pageY - point.clientY),
      client_x,
      client_y,
      screen_x: Math.floor(point.screenX),
      screen_y: Math.floor(point.screenY),
    }
  }

  /** ms since this page's zero at which an event happened; a frame counts from a zero of its own. */
  const timeOf = (event) =>
    event.timeStamp + (event.view ? event.view.performance.timeOrigin - performance.timeOrigin : 0);

  const modifiers = (event) => ['alt', 'ctrl', 'meta', 'shift'].filter((key) => event[key + 'Key']).join('+') || undefined;

  /** Position, device, button and modifier keys; `trusted: false` where a script made the event. */
  const pointer = (event) => ({
    ...coordinates(event),
    pointer: event.pointerType || undefined,
    button: event.button,
    mods: modifiers(event),
    trusted: event.isTrusted && undefined,
  });

  /** Which element it is. */
  const name = (el) => ({
    element_id: el.getAttribute?.('id')?.slice(0, 200),
    tag: el.localName,
    selector: selectorOf(el),
  });

  /** Which element it is, what stands on it, its rectangle in the viewport, and the event's place inside it. */
  function describe(el, event) {
    const box = el.getBoundingClientRect();
    const [dx, dy] = frameOffset(event.view);
    const inside = (distance, size) => (size ? Math.round((distance / size) * 1000) / 1000 : undefined);
    return {
      ...name(el),
      text: visibleText(el),
      el_x: tenth(box.left + dx),
      el_y: tenth(box.top + dy),
      el_w: tenth(box.width),
      el_h: tenth(box.height),
      rel_x: inside(event.clientX - box.left, box.width),
      rel_y: inside(event.clientY - box.top, box.height),
    }
  }

  /** Attributes whose name starts with the prefix, verbatim, with their values of this moment. */
  const attributesOf = (el, prefix) =>
    Object.fromEntries(
      el.getAttributeNames().filter((attribute) => attribute.startsWith(prefix)).map((attribute) => [attribute, el.getAttribute(attribute)]),
    );

  // Areas of interest: where on the page the elements lie whose looks or clicks are counted later.


  function createAreas(recorder) {
    let selectors = [];
    let known;

    /** Log all rectangles when one of them is another than before. */
    function check() {
      if (!selectors.length) return
      const areas = [...document.querySelectorAll(selectors)].map((el) => {
        const box = el.getBoundingClientRect();
        return {
          ...name(el),
          page_x: tenth(box.left + scrollX),
          page_y: tenth(box.top + scrollY),
          el_w: tenth(box.width),
          el_h: tenth(box.height),
        }
      });
      const now = JSON.stringify(areas);
      if (now !== known) recorder.add({ name: 'areas', areas });
      known = now;
    }

    return {
      check,
      add(selector) {
        document.querySelector(selector); // throws for a bad selector, before it can spoil the others
        selectors.push(selector);
        known = undefined;
        check();
      },
    }
  }

  // Clicks: on which element, and what followed.


  const EFFECT_WAIT = 1000; // ms; what comes later is not what a person takes for the answer to a click

  /** Watches the page after a click until something happens, or long enough. */
  function createEffects(recorder) {
    let click;

    function end(effect) {
      if (!click) return
      const { ref, start, timer, observer } = click;
      click = undefined;
      clearTimeout(timer);
      observer.disconnect();
      recorder.add({ name: 'click_effect', ref, effect, ms: Math.round(performance.now() - start) });
    }

    return {
      end,
      begin(ref) {
        const observer = new MutationObserver(() => end('mutation'));
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        click = { ref, start: performance.now(), observer, timer: setTimeout(end, EFFECT_WAIT, 'none') };
      },
    }
  }

  /**
   * One action for each subscribed element that the click went through, innermost first; where none is subscribed,
   * one for the element that was clicked. Never two for the same element.
   */
  function createClicks(recorder, options, subscribed, effects) {
    return (event) => {
      const target = targetOf(event);
      if (!target.localName || within(target, '[data-ul-ignore]')) return
      notePasswords(target);
      effects.end('none');
      const hits = event.composedPath().filter((el) => el.matches && [...subscribed].some((selector) => el.matches(selector)));
      if (!hits.length && options.capture) hits.push(target);
      const refs = hits.map((el) =>
        recorder.add({ ...attributesOf(el, options.attributesName), ...describe(el, event), ...pointer(event), name: 'click' }),
      );
      if (options.capture && refs[0] !== undefined) effects.begin(refs[0]);
    }
  }

  // Forms: which fields, never what was typed into them, unless the study asks for it and the field is no secret.


  const LONGEST_VALUE = 200;
  const fieldName = (field) => field.getAttribute('name') || field.getAttribute('id') || undefined;

  /** Asks the selector, not the form: `checkValidity` fires events, and a field named "id" hides the form's own. */
  const submit = (recorder) => (event) => {
    const form = event.target;
    if (within(form, '[data-ul-ignore]')) return
    const fields = [...form.querySelectorAll('input,select,textarea')]
      .filter((field) => !within(field, '[data-ul-ignore]'))
      .map(fieldName);
    recorder.add({
      name: 'submit',
      ...name(form),
      form_id: form.getAttribute('id') || undefined,
      fields: [...new Set(fields)].filter(Boolean),
      valid: form.matches(':valid'),
    });
  };

  const change = (recorder, options) => (event) => {
    const field = targetOf(event);
    if (within(field, '[data-ul-ignore]')) return
    const { type, value, checked } = field;
    const action = { name: 'change', ...name(field), field: fieldName(field), type };
    const secret = isSecret(field);
    if (/checkbox|radio/.test(type)) action.checked = secret ? undefined : checked;
    else if (!secret) action.length = value?.length;
    if (options.values && !secret) action.value = maskText(value).slice(0, LONGEST_VALUE);
    recorder.add(action);
  };

  // Mouse paths in columns: a sample costs about ten bytes instead of two hundred.

  /** One sample in so many is the server's limit for one action. */
  const SAMPLES = 200;

  const deltas = (values) => values.map((value, i) => (i ? value - values[i - 1] : value));

  /** Samples {t, x, y} (ms, whole client px) into columns; the first x and y are absolute, all else differences. */
  function encode(samples) {
    const start = samples[0].t;
    return {
      n: samples.length,
      // The time since the start is rounded, not each step, so that the errors do not add up.
      dt: deltas(samples.map(({ t }) => Math.round(t - start))),
      x: deltas(samples.map(({ x }) => x)),
      y: deltas(samples.map(({ y }) => y)),
    }
  }

  // Mouse, touch and pen: where the pointer was, one sample each 50 ms while it moves, and always where it came to rest.


  /** px that the window may seem to shift under the path before a new piece begins; only a zoomed page comes near. */
  const SHIFT = 8;

  function createSampler(recorder, interval) {
    let samples = [];
    let piece; // what the samples have in common
    let last; // six coordinates of the last sample
    let next; // the event that waits to become a sample
    let timer = 0;

    /** The piece of path so far becomes an action. */
    function close() {
      clearTimeout(timer);
      timer = 0;
      if (next) sample(next);
      next = undefined;
      if (!samples.length) return
      const { t } = samples[0];
      const columns = encode(samples);
      samples = [];
      recorder.add({ name: 'mousemove', ...piece, ...columns, ...last }, t);
    }

    function sample(event) {
      const at = coordinates(event);
      const sx = at.page_x - at.client_x;
      const sy = at.page_y - at.client_y;
      const off = [at.screen_x - at.client_x, at.screen_y - at.client_y];
      const pointer = event.pointerType;
      const same = piece && piece.sx === sx && piece.sy === sy && piece.pointer === pointer;
      // The browser repeats the last move after a layout: the pointer rests, so there is nothing to say.
      if (same && last.client_x === at.client_x && last.client_y === at.client_y) return
      const shifted = !same || off.some((px, i) => Math.abs(px - piece.off[i]) > SHIFT);
      next = undefined;
      if (shifted || samples.length === SAMPLES) close();
      if (!samples.length) piece = { pointer, sx, sy, off };
      // A path never runs backwards, whatever clock an event was stamped with.
      samples.push({ t: Math.max(timeOf(event), samples.at(-1)?.t || 0), x: at.client_x, y: at.client_y });
      last = at;
      recorder.arm();
    }

    recorder.before.push(close);
    return (event) => {
      if (!interval) return (event.getCoalescedEvents?.() || [event]).forEach(sample)
      const wait = interval - (timeOf(event) - (samples.at(-1)?.t ?? -Infinity));
      if (wait > 0) {
        next = event;
        timer ||= setTimeout(() => ((timer = 0), next && sample(next), (next = undefined)), wait);
      } else {
        next = undefined;
        sample(event);
      }
    }
  }

  // Everything that is captured by itself: which event leads to which action. All listeners are passive, on the way down.


  const SCROLL_INTERVAL = 100;

  /** One listener a type on a window; returns what removes them. */
  function listen(target, handlers) {
    const options = { capture: true, passive: true };
    const guarded = Object.entries(handlers).map(([types, handler]) => [types.split(' '), guard(handler)]);
    const each = (method) => guarded.forEach(([types, handler]) => types.forEach((type) => target[method](type, handler, options)));
    each('addEventListener');
    return () => each('removeEventListener')
  }

  /** Scroll positions of the page and of every scrolling element: each 100 ms, and the last. */
  function createScroll(recorder, effects) {
    const moved = new Set();
    let timer = 0;

    function log() {
      timer = 0;
      for (const el of moved) {
        const root = el.scrollingElement; // only a document has one
        const { scrollLeft, scrollTop } = root || el;
        recorder.add({ name: 'scroll', ...(root ? {} : name(el)), scroll_x: Math.round(scrollLeft), scroll_y: Math.round(scrollTop) });
      }
      moved.clear();
    }

    return (event) => {
      if (within(event.target, '[data-ul-ignore]')) return
      effects.end('scroll');
      moved.add(event.target);
      timer ||= setTimeout(guard(log), SCROLL_INTERVAL);
    }
  }

  /** What happens inside a document: of this window, or of a frame. */
  function documentHandlers(recorder, options, subscribed, effects) {
    const onElement = (describe) => (event) => {
      const el = targetOf(event);
      if (!within(el, '[data-ul-ignore]')) recorder.add({ name: event.type, ...describe(el, event) });
    };
    const clicks = { click: createClicks(recorder, options, subscribed, effects) };
    if (!options.capture) return clicks
    return {
      ...clicks,
      'dblclick contextmenu': onElement((el, event) => ({ ...name(el), ...pointer(event) })),
      'copy cut paste': onElement((el) => name(el.localName ? el : document.body)),
      pointermove: createSampler(recorder, options.moveInterval),
      scroll: createScroll(recorder, effects),
      submit: submit(recorder),
      change: change(recorder, options),
      focusin: (event) => notePasswords(targetOf(event)),
    }
  }

  /** What happens to the window as a whole. */
  function captureWindow(recorder, pages, areas) {
    const failed = (error, src, line) =>
      recorder.add({ name: 'error', message: maskText(error).slice(0, 300), src: src && maskUrl(src), line });
    const removeListeners = listen(window, {
      popstate: () => pages.step('pop'),
      hashchange: () => pages.step('hash'),
      pageshow: (event) => event.persisted && pages.view('bfcache'),
      // Focus and blur of elements pass here as well.
      focus: (event) => event.target === window && recorder.add({ name: 'window_focus' }),
      blur: (event) => event.target === window && recorder.add({ name: 'window_blur' }),
      resize: () => {
        recorder.look();
        recorder.add({ name: 'resize' });
        areas.check();
      },
      error: (event) =>
        event.target === window
          ? failed(event.message, event.filename, event.lineno)
          : failed('not loaded: ' + event.target.localName, event.target.src || event.target.href),
      unhandledrejection: (event) => failed(event.reason?.message || event.reason),
    });
    const undoHistory = pages.watchHistory();
    return () => {
      removeListeners();
      undoHistory();
    }
  }

  /** What the delivery must hear of, also when nothing is captured by itself. */
  function watchEnd(recorder, delivery, capture, effects, pages) {
    return listen(window, {
      visibilitychange: () => {
        const hidden = document.visibilityState === 'hidden';
        if (capture) recorder.add({ name: 'visibility', state: document.visibilityState });
        if (!hidden) return delivery.wake()
        recorder.seal('hidden');
        delivery.hidden();
      },
      freeze: () => {
        recorder.seal('freeze');
        delivery.hidden();
      },
      pagehide: () => {
        effects.end('nav');
        if (capture) pages.leave();
        recorder.seal('pagehide');
        delivery.leave();
      },
      pageshow: (event) => event.persisted && delivery.back(),
      online: delivery.wake,
    })
  }

  // A sealed batch: {head, from, actions, attempt}. `head` is the envelope without its actions, `from` the seq of the
  // first of them, `actions` their JSON, one text each: what an action says is fixed when it happens.


  /** The envelope as it is posted. `now` holds what is true of this attempt only. */
  const bodyOf = ({ head, actions }, now) =>
    JSON.stringify({ ...head, ...now }).slice(0, -1) + ',"actions":[' + actions + ']}';

  /** The batch that a body holds. */
  function readBody(text) {
    const { actions, ...head } = JSON.parse(text);
    return { head, from: actions[0]?.seq, actions: actions.map((action) => JSON.stringify(action)), attempt: head.attempt || 0 }
  }

  /** What is left of a batch that cannot be delivered: no actions, and the declaration of which they were. */
  const tombstone = ({ head, from, actions, attempt }, reason) => ({
    head: { ...head, views: [], lost: [...head.lost, ...(actions.length ? [[from, from + actions.length - 1, reason]] : [])] },
    actions: [],
    attempt,
  });

  /** Two halves with the same seqs; each is a batch of its own to the server. */
  function halves({ head, from, actions, attempt }) {
    const middle = actions.length >> 1;
    const half = (lost, first, part) => ({ head: { ...head, lost, batch_id: uuid7() }, from: first, actions: part, attempt });
    return [half(head.lost, from, actions.slice(0, middle)), half([], from + middle, actions.slice(middle))]
  }

  // Delivery, at least once: a batch leaves the queue only when the server answered 200 for it.


  const MAX_QUEUE = 4e6; // bytes in memory while the server is away
  const MAX_KEEPALIVE = 60e3; // browsers allow 64 KiB of requests that outlive their page
  const MAX_BEACON = 30e3;
  const TIMEOUT = 30e3;
  const FIRST_WAIT = 1e3;
  const LONGEST_WAIT = 60e3;
  const LONGEST_RETRY_AFTER = 3600;

  function createDelivery(server, shelf, options, settled) {
    let queue = [];
    let timer = 0;
    let failures = 0;
    let clock = null;
    let waiting = [];
    let keeping = true;

    const pending = () => queue.reduce((sum, batch) => sum + batch.actions.length, 0);
    const flying = () => queue.filter((batch) => batch.flying);
    const replace = (batch, ...others) => {
      queue.splice(queue.indexOf(batch), 1, ...others);
      shelf.remove(batch);
    };

    /** The body of this attempt; what it says of itself changes, its actions never do. */
    const render = (batch) =>
      bodyOf(batch, {
        attempt: batch.attempt,
        sent_at: Date.now(),
        clock,
        reason: batch.adopted ? 'adopt' : batch.attempt ? 'retry' : batch.head.reason,
      });

    function pump() {
      if (!queue.length) waiting.splice(0).forEach((done) => done());
      else if (!timer && !flying().length) send(queue[0]);
    }

    async function send(batch) {
      const body = render(batch);
      const start = Date.now();
      let response;
      batch.flying = batch.size = byteLength(body);
      if (options.debug) console.log('UserLogger sends', JSON.parse(body));
      try {
        // A text body makes the request a simple one: no preflight, from any origin.
        response = await fetch(server, {
          method: 'POST',
          body,
          credentials: 'omit',
          keepalive: batch.size < MAX_KEEPALIVE,
          signal: AbortSignal.timeout?.(TIMEOUT),
        });
        readClock(response, start);
      } catch {
        // No answer at all: away, blocked, or too late. It may have arrived; the server suppresses the repetition.
      }
      batch.flying = 0;
      batch.attempt++;
      answered(batch, response);
    }

    /** The server's clock against this one: of all answers the quickest says it best. */
    function readClock({ headers }, start) {
      const rtt = Date.now() - start;
      const server_time = +headers.get('X-Server-Time');
      if (server_time && !(clock?.rtt < rtt)) clock = { offset: Math.round(server_time - start - rtt / 2), rtt };
    }

    function answered(batch, response) {
      const status = response?.status;
      const count = batch.actions.length;
      if (!queue.includes(batch)) return // purged or evicted meanwhile
      if (status === 200) {
        failures = 0;
        settled(batch, 'acked');
        replace(batch);
      } else if (!status || status < 400 || status > 499 || [408, 425, 429].includes(status)) {
        return retryLater(batch, response)
      } else if (status === 413 && count > 1) {
        replace(batch, ...halves(batch));
      } else {
        warn(`the server answered ${status} and will not take these actions: ${server}`);
        drop(batch, status === 413 ? 'oversize' : 'http4xx');
      }
      pump();
    }

    /** A batch becomes the declaration of its loss; a declaration that is refused itself has nowhere left to go. */
    function drop(batch, reason) {
      settled(batch, 'lost');
      replace(batch, ...(batch.actions.length ? [tombstone(batch, reason)] : []));
    }

    function retryLater(batch, response) {
      // To the end: one batch that the server chokes on must not hold up the others.
      queue.push(...queue.splice(queue.indexOf(batch), 1));
      const jittered = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++);
      const asked = Math.min(parseInt(response?.headers.get('Retry-After')) || 0, LONGEST_RETRY_AFTER) * 1e3;
      clearTimeout(timer);
      timer = setTimeout(wake, Math.max(jittered, asked));
      persist();
    }

    function wake() {
      clearTimeout(timer);
      timer = 0;
      pump();
    }

    /** To the shelf, each once: from there another page delivers what this one cannot. */
    function persist() {
      if (!keeping) return
      for (const batch of queue) {
        if (!batch.adopted && !batch.stored) shelf.put(batch);
        batch.stored = true;
      }
    }

    const pieces = (batch) =>
      batch.actions.length > 1 && byteLength(render(batch)) > MAX_BEACON ? halves(batch).flatMap(pieces) : [batch];

    return {
      pending,
      wake,

      push(batch) {
        queue.push(batch);
        let size = queue.reduce((sum, { actions }) => sum + actions.join().length, 0);
        for (const old of [...queue]) {
          if (size < MAX_QUEUE) break
          size -= old.actions.join().length;
          if (!old.flying && old.actions.length) drop(old, 'queue');
        }
        pump();
      },

      adopt(batches) {
        queue.unshift(...batches.map((batch) => ({ ...batch, adopted: true })));
        pump();
      },

      /** The page is out of sight and may end without another word: now, as much as the browser carries. */
      hidden() {
        persist();
        let room = MAX_KEEPALIVE - flying().reduce((sum, { size }) => sum + size, 0);
        for (const batch of [...queue]) {
          const size = byteLength(render(batch));
          if (batch.flying || batch.beaconed || (room -= size) < 0) continue
          send(batch);
        }
      },

      /** The page ends: beacons outlive it. Their answer is never seen, so the shelf keeps what they carry. */
      leave() {
        persist();
        for (const batch of queue) {
          if (batch.flying) continue
          if (!pieces(batch).every((piece) => navigator.sendBeacon?.(server, render(piece)))) break
          batch.beaconed = true;
        }
      },

      /** The page was not over after all (bfcache): what went by beacon goes once more, and is waited for. */
      back() {
        for (const batch of queue) batch.beaconed = false;
        wake();
      },

      /** Resolves when everything is acknowledged, or after so many ms. */
      drained(ms) {
        return new Promise((done) => {
          waiting.push(done);
          setTimeout(done, ms);
          wake();
        })
      },

      /** Consent was withdrawn: nothing is left, and nothing is put on the shelf any more. */
      purge() {
        keeping = false;
        queue = [];
        shelf.clear();
      },
    }
  }

  // Settings: what they are called, what they are by default, and how a page gives them.


  const DEFAULTS = {
    server: '',
    study: '',
    userParam: '',
    attributesName: 'data-',
    maxActions: 50,
    maxTime: 5,
    moveInterval: 50,
    skip: '',
    values: false,
    consent: '',
    respect: 'gpc',
    debug: false,
    capture: true,
  };

  /** Constructor arguments, in the original's five places or as one object, into [options, constants]. */
  function settingsOf(server, maxActions, maxTime, attributesName, constants) {
    let given = { capture: false, server, maxActions, maxTime, attributesName };
    if (server instanceof Object) ({ constants, ...given } = server);
    const options = { ...DEFAULTS };
    for (const key in given) {
      if (!(key in DEFAULTS)) warn(`unknown option ${key}`);
      else if (given[key] !== undefined) options[key] = given[key];
    }
    if (options.server) {
      const url = new URL(options.server, location.href);
      // A server named without a path is meant, not its front page.
      if (url.pathname === '/') url.pathname = '/analytics';
      options.server = url.href;
    }
    options.skip = String(options.skip).split(/[\s,]+/);
    options.config = hash(JSON.stringify(options)).toString(16);
    return [options, { ...constants }]
  }

  const camel = (attribute) => attribute.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

  /** A script tag's attributes into one settings object; null where none of them is ours. */
  function settingsOfTag(script) {
    const settings = { constants: {} };
    const unknown = [];
    for (const attribute of script.getAttributeNames().filter((name) => name.startsWith('data-'))) {
      const text = script.getAttribute(attribute);
      const key = camel(attribute.slice(5));
      const constant = /^data-(?:const-)?(user|condition.*|(?<=const-).*)$/.exec(attribute)?.[1];
      if (constant) settings.constants[constant.replaceAll('-', '_')] = text;
      else if (key in DEFAULTS) settings[key] = typed(attribute, text, DEFAULTS[key]);
      else unknown.push(attribute);
    }
    const ours = Object.keys(settings).length > 1 || Object.keys(settings.constants).length;
    if (!ours) return null
    unknown.forEach((attribute) => warn(`unknown attribute ${attribute}`));
    return { server: new URL('analytics', script.src).href, ...settings }
  }

  function typed(attribute, text, example) {
    if (typeof example === 'boolean') return text !== 'false'
    if (typeof example === 'string') return text
    if (text.trim() && +text >= 0) return +text
    warn(`${attribute}="${text}" is not a number; ${example} is used`);
    return example
  }

  // Page views: loads, steps of a single-page app, returns from the browser's cache; and how long each lasted.


  function createPages(recorder, effects, areas) {
    let href;
    let referrer = document.referrer;
    let shown;

    function leave() {
      if (shown === undefined) return
      recorder.add({ name: 'pageleave', duration: Math.round(performance.now() - shown) });
      shown = undefined;
    }

    function view(nav) {
      href = location.href;
      shown = performance.now();
      recorder.look();
      recorder.add({ name: 'pageview', nav, referrer: maskUrl(referrer) });
      referrer = href;
      areas.check();
    }

    /** A step inside the page counts where the URL is another one: frameworks replace states all the time. */
    function step(nav) {
      if (location.href === href) return
      effects.end('nav');
      leave();
      view(nav);
    }

    /** Hear of pushState and replaceState, which fire no event; returns what undoes it. */
    function watchHistory() {
      const undo = ['pushState', 'replaceState'].map((method) => {
        const original = history[method];
        const ours = function (...args) {
          const result = original.apply(this, args);
          guard(step)(method.slice(0, -5));
          return result
        };
        history[method] = ours;
        return () => history[method] === ours && (history[method] = original)
      });
      return () => undo.forEach((back) => back())
    }

    return { leave, view, step, watchHistory }
  }

  // From an action to a sealed batch: gives each its seq, its time and its view, and closes a batch when it is due.


  const MAX_BYTES = 48e3; // of a batch, and of one action
  const MAX_RATE = 5000; // actions in ten seconds; more is a loop gone wild, not a person

  const environment = () => ({
    ua: navigator.userAgent,
    lang: navigator.language,
    tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen_w: screen.width,
    screen_h: screen.height,
    dpr: devicePixelRatio,
    touch: navigator.maxTouchPoints > 0,
    gpc: !!navigator.globalPrivacyControl,
    dnt: navigator.doNotTrack === '1',
  });

  function createRecorder(options, constants, session, delivery, count) {
    const page_id = uuid7();
    // Fixed for the page: the monotonic clock goes on evenly when somebody corrects the computer's.
    const t0 = Math.round(Date.now() - performance.now());
    const { prev_page, session_id = uuid7(), page_no = 0 } = session.state;
    const about = { v: 2, lib: 'userlogger/2.0.0', study: options.study, config: options.config, session_id, page_id, prev_page, page_no, t0 };
    let env = environment();
    let seq = 0;
    let batch_seq = 0;
    let actions = [];
    let bytes = 0;
    let from = 0;
    let views = [];
    let view;
    let lost = [];
    let timer = 0;
    let windowStart = 0;
    let inWindow = 0;
    const before = []; // what must come first: the mouse path that led here

    session.save({ session_id, page_no: page_no + 1 });

    const remember = () => session.save({ prev_page: { id: page_id, seq } });

    /** What the page shows now; read when something may have changed it, not with every movement of the mouse. */
    function look() {
      before.forEach((first) => first());
      const { scrollWidth, scrollHeight } = document.documentElement;
      view = {
        url: maskUrl(location.href).slice(0, 2000),
        title: maskText(document.title).slice(0, 300),
        viewport_w: innerWidth,
        viewport_h: innerHeight,
        page_w: scrollWidth,
        page_h: scrollHeight,
        dpr: devicePixelRatio,
      };
    }

    function viewIndex() {
      if (JSON.stringify(view) !== JSON.stringify(views.at(-1))) views.push(view);
      return views.length - 1
    }

    /** An action that will not be sent keeps its seq, and the next batch says what became of it. */
    function drop(reason) {
      seal('size');
      count('lost', 1);
      const last = lost.at(-1);
      if (last && last[1] === seq - 1 && last[2] === reason) last[1] = seq;
      else lost.push([seq, seq, reason]);
      arm();
      return seq++
    }

    function tooMany(now) {
      if (now - windowStart > 1e4) [windowStart, inWindow] = [now, 0];
      return ++inWindow > MAX_RATE
    }

    function arm() {
      timer ||= setTimeout(() => seal('time'), options.maxTime * 1000);
    }

    /** The seq of the action; undefined where nothing was recorded. `time` is ms since the page's zero. */
    function add(action, time = performance.now()) {
      if (options.skip.includes(action.name)) return
      if (action.name !== 'mousemove') before.forEach((first) => first());
      const t = tenth(time);
      // Constants win over an action's key of the same name.
      for (const key in constants) if (key in action) action[key] = constants[key];
      const task = session.state.task;
      let text;
      try {
        text = JSON.stringify({ task, ...action, seq, t, timestamp: Math.round(t0 + t) });
      } catch (error) {
        return warn(`action ${action.name} cannot be written as JSON: ${error.message}`)
      }
      const size = byteLength(text);
      if (tooMany(time)) return drop('rate')
      if (size > MAX_BYTES) return drop('oversize')
      if (bytes + size > MAX_BYTES) seal('bytes');
      if (!actions.length) from = seq;
      actions.push(text.slice(0, -1) + ',"view":' + viewIndex() + '}');
      bytes += size;
      arm();
      seq++;
      if (actions.length >= options.maxActions) seal('size');
      return seq - 1
    }

    function seal(reason) {
      before.forEach((first) => first());
      clearTimeout(timer);
      timer = 0;
      if (!actions.length && !lost.length) return
      const head = { ...about, const: { ...constants }, batch_id: uuid7(), batch_seq: batch_seq++, reason, lost, env, views };
      const batch = { head, from, actions, attempt: 0 }
      ;[actions, views, lost, env, bytes] = [[], [], [], undefined, 0];
      remember();
      delivery.push(batch);
    }

    look();
    return {
      page_id,
      add,
      arm,
      before,
      captured: () => seq,
      waiting: () => actions.length,
      look,
      seal,
      /** Open batch and all: gone. The seqs are declared, or they would look like a loss that nobody can explain. */
      purge() {
  [actions, views, bytes] = [[], [], 0];
        lost = seq ? [[0, seq - 1, 'consent']] : [];
      },
    }
  }

  // What the tab remembers from one page to the next, in sessionStorage. Nothing is written before consent.

  function openSession(server) {
    const key = 'userlogger ' + server;
    let state = {};
    try {
      state = JSON.parse(sessionStorage[key] || '{}');
    } catch {
      // Storage is blocked: the session is this page.
    }
    return {
      state,
      save(changes) {
        Object.assign(state, changes);
        try {
          sessionStorage[key] = JSON.stringify(state);
        } catch {
          // As above.
        }
      },
      /** Forget everything but the word that was given. */
      forget(consent) {
        for (const name in state) delete state[name];
        this.save({ consent });
      },
    }
  }

  // The shelf: sealed batches in localStorage, one key each, for the case that this page cannot deliver them itself.
  // Any page of the same origin may take what lies there, without locks: the server suppresses what comes twice.


  const MAX_CHARS = 1e6;
  const MAX_AGE = 7 * 24 * 3600e3;

  function createShelf(server) {
    const prefix = 'userlogger ' + server + ' ';
    // The batch's id is a UUIDv7: sorted by name is sorted by age.
    const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort();
    const read = (key) => readBody(localStorage[key]);
    const filled = () => keys().reduce((sum, key) => sum + localStorage[key].length, 0);

    /** Make room: the oldest batch gives up its actions and says so; failing that, the oldest such note goes. */
    function evict() {
      const all = keys();
      const oldest = all.find((key) => read(key).actions.length);
      if (oldest) localStorage[oldest] = bodyOf(tombstone(read(oldest), 'quota'));
      else if (all[0]) localStorage.removeItem(all[0]);
      return all[0]
    }

    /** Storage may be full, blocked or gone at any moment; then the batch stays in memory only. */
    const quietly = (work) => (batch) => {
      try {
        return work(batch)
      } catch {
        return []
      }
    };

    return {
      put: quietly((batch) => {
        const text = bodyOf(batch);
        for (let room = true; room; room = evict()) {
          if (filled() + text.length > MAX_CHARS) continue
          try {
            localStorage[prefix + batch.head.batch_id] = text;
            return
          } catch {
            // The page's own data fill the quota: make room on our side.
          }
        }
      }),

      remove: quietly((batch) => localStorage.removeItem(prefix + batch.head.batch_id)),

      /** All that lies here, oldest first; what is too old only says what it was. */
      all: quietly(() =>
        keys().map((key) => {
          const batch = read(key);
          return Date.now() - bornAt(batch.head.batch_id) > MAX_AGE ? tombstone(batch, 'quota') : batch
        }),
      ),

      clear: quietly(() => keys().forEach((key) => localStorage.removeItem(key))),
    }
  }

  // The logger's public face: what a page can ask of it. docs/logger.md describes every method.


  const FLUSH_WAIT = 10e3;

  /** The logger that captures this page by itself; one at most, so that nothing is captured twice. */
  let running;

  class UserLogger {
    #options
    #constants
    #session
    #delivery
    #recorder
    #areas
    #handlers
    #subscribed = new Set()
    #undo = []
    #counts = { acked: 0, lost: 0 }
    #why = 'stopped'

    constructor(...given) {
      const [options, constants] = settingsOf(...given);
      if (running) {
        if (given[3]) running.#options.attributesName = options.attributesName;
        running.set(constants);
        return running
      }
      if (!options.server) warn('no server: give data-server, or load the file from the server itself');
      this.#options = options;
      this.#session = openSession(options.server);
      const param = options.userParam && new URLSearchParams(location.search).get(options.userParam);
      const user = param || constants.user || this.#session.state.user;
      this.#constants = { ...constants, user };
      if (options.capture) running = this;
      guard(() => this.start())();
    }

    /** Why nothing is captured; undefined where it may be. */
    #refusal() {
      const { consent } = this.#session.state;
      if (consent) return
      if (consent === false || this.#options.consent === 'required') return 'consent'
      const signals = { gpc: navigator.globalPrivacyControl, dnt: navigator.doNotTrack === '1' };
      return this.#options.respect.split(' ').find((signal) => signals[signal])
    }

    /** Capture, unless the person's word or signal stands against it. Does nothing while it runs. */
    start() {
      if (this.#undo.length || !this.#options.server) return
      if (document.prerendering) return document.addEventListener('prerenderingchange', () => this.start(), { once: true })
      this.#why = this.#refusal();
      if (this.#why) return console.info(`UserLogger: nothing is captured (${this.#why})`)
      this.#open();
      this.#attach();
    }

    /** The parts that live as long as the page does. */
    #open() {
      if (this.#recorder) return
      const options = this.#options;
      const shelf = createShelf(options.server);
      const count = (what, n) => (this.#counts[what] += n);
      this.#delivery = createDelivery(options.server, shelf, options, (batch, what) => {
        if (batch.head.page_id === this.#recorder.page_id) count(what, batch.actions.length);
      });
      this.#recorder = createRecorder(options, this.#constants, this.#session, this.#delivery, count);
      this.#session.save({ user: this.#constants.user });
      this.#delivery.adopt(shelf.all());
    }

    #attach() {
      const [options, recorder] = [this.#options, this.#recorder];
      const effects = createEffects(recorder);
      this.#areas = createAreas(recorder);
      const pages = createPages(recorder, effects, this.#areas);
      this.#handlers = documentHandlers(recorder, options, this.#subscribed, effects);
      this.#undo.push(listen(window, this.#handlers), watchEnd(recorder, this.#delivery, options.capture, effects, pages));
      if (!options.capture) return
      const first = guard(() => pages.view(performance.getEntriesByType('navigation')[0]?.type));
      this.#undo.push(captureWindow(recorder, pages, this.#areas), () => removeEventListener('DOMContentLoaded', first));
      // Before that a page in the making may not know its own title.
      if (document.readyState === 'loading') addEventListener('DOMContentLoaded', first);
      else first();
    }

    /** End all capture; what was captured is delivered still. */
    stop() {
      this.#detach('stopped');
      this.#recorder?.seal('manual');
      this.#delivery?.hidden();
    }

    #detach(why) {
      this.#why = why;
      this.#undo.splice(0).forEach((undo) => undo());
    }

    /** The person's word. It holds for the tab, also on the pages that follow. */
    consent(granted) {
      if (granted) {
        this.#session.state.consent = true;
        this.start();
        this.#session.save();
        return this.log('consent', { granted })
      }
      this.#detach('consent');
      this.#delivery?.purge();
      this.#recorder?.purge();
      this.#recorder?.add({ name: 'consent', granted });
      this.#recorder?.seal('manual');
      this.#session.forget(false);
    }

    /** One action of the study's own. */
    log(name, props) {
      if (!this.#why) this.#recorder?.add({ ...props, name });
    }

    /** The original's way: the given object becomes an action, and gets the time, the coordinates and the constants. */
    addAction(action, event) {
      const at = coordinates(event);
      this.log(action.name || 'action', { ...action, ...at });
      Object.assign(action, { timestamp: Date.now() }, at, this.#constants);
    }

    /** Log each click on what matches, now or later, under its own name and attributes. */
    subscribeObject(selector) {
      guard(() => document.querySelector(selector) || true)() && this.#subscribed.add(selector);
    }

    /** Log the rectangles of what matches, now and whenever they change. */
    trackAreas(selector) {
      guard(() => this.#areas?.add(selector))();
    }

    /** Capture inside a frame of the same origin as well, in this page's coordinates. */
    captureFrame(frame) {
      const attach = guard(() => this.#undo.push(listen(frame.contentWindow, this.#handlers)));
      attach();
      frame.addEventListener('load', attach);
      this.#undo.push(() => frame.removeEventListener('load', attach));
    }

    /** Constants of every action from now on. */
    set(constants) {
      this.#recorder?.seal('manual');
      Object.assign(this.#constants, constants);
      if (!this.#why) this.#session.save({ user: this.#constants.user });
    }

    setUser(user) {
      this.set({ user });
    }

    /** One of the values, the same for the same person whenever and wherever it is asked; it becomes a constant. */
    assign(name, values) {
      const { user } = this.#constants;
      if (!user) warn(`assign("${name}") without a user gives everybody the same value`);
      const value = values[hash([this.#options.study, name, user].join(' ')) % values.length];
      this.set({ [name]: value });
      this.log('assign', { variable: name, value, values });
      return value
    }

    /** Stamp every action with a task from now on, also on the pages that follow. */
    startTask(task) {
      if (this.#session.state.task) this.endTask();
      if (this.#why) return
      this.#session.save({ task });
      this.log('task_start');
    }

    endTask() {
      this.log('task_end');
      if (!this.#why) this.#session.save({ task: undefined });
    }

    /** Send everything now. Resolves when it is acknowledged, or after `ms`; `pending: 0` means that all is safe. */
    async flush(ms = FLUSH_WAIT) {
      this.#recorder?.seal('manual');
      await this.#delivery?.drained(ms);
      const { acked, pending } = this.stats();
      return { acked, pending }
    }

    /** Numbers of actions: of this page, and all that wait for delivery. */
    stats() {
      return {
        recording: !this.#why,
        why: this.#why,
        captured: this.#recorder?.captured() || 0,
        pending: (this.#recorder?.waiting() || 0) + (this.#delivery?.pending() || 0),
        ...this.#counts,
      }
    }
  }

  // The file as a script tag loads it: makes the class known, and starts where the tag says so.


  // A second tag for the same file uses the first one's class, which knows whether a logger runs.
  const Logger = (window.UserLogger ||= UserLogger);

  guard((tag) => {
    const settings = tag && settingsOfTag(tag);
    if (settings) window.userLogger = new Logger(settings);
  })(document.currentScript);

})();
