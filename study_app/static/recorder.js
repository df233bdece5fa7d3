// How the pages use the logger: wait for it, call it, and show whether it records.

const QUEUE_KEY = "calls-queued-for-the-logger";
const tag = document.querySelector("script[data-study]");
const queued = () => JSON.parse(sessionStorage.getItem(QUEUE_KEY) ?? "[]");
let userLogger = null;

/** Resolves to the logger once its deferred script has run, or to null when its server is unavailable. */
export const loggerReady = new Promise((resolve) => {
  if (!tag) resolve(null);
  tag?.addEventListener("load", () => resolve(window.userLogger ?? null));
  tag?.addEventListener("error", () => resolve(null));
});

/**
 * Call a method of the logger. While the logger is unavailable, the call is queued for the next page that loads it.
 * Use it only for what cannot be asked for again: the consent, the selection and the answers.
 */
export function callLogger(method, ...args) {
  if (userLogger) userLogger[method](...args);
  else sessionStorage.setItem(QUEUE_KEY, JSON.stringify([...queued(), [method, ...args]]));
}

/** Discard the queued calls. */
export const discardQueued = () => sessionStorage.removeItem(QUEUE_KEY);

/** Show the current state in the header: "Recording" only while the logger captures actions. */
export function showRecording() {
  const pill = document.getElementById("recording");
  const recording = Boolean(userLogger?.stats().recording);
  pill.dataset.state = !userLogger ? "unreachable" : recording ? "on" : "off";
  pill.textContent = !userLogger ? "Recorder unavailable" : recording ? "Recording" : "Not recording";
}

loggerReady.then((loaded) => {
  userLogger = loaded;
  for (const [method, ...args] of loaded ? queued() : []) loaded[method](...args);
  if (loaded) discardQueued();
  showRecording();
});
