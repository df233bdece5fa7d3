// What the pages know of the logger: whether it is there, whether it records, and what it must not miss.

const KEY = "waits for the logger";
const tag = document.querySelector("script[data-study]");
const waiting = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
let here = null;

/** The logger once its deferred script has run; null when its server cannot be reached. The pages work either way. */
export const logger = new Promise((resolve) => {
  if (!tag) resolve(null);
  tag?.addEventListener("load", () => resolve(window.userLogger ?? null));
  tag?.addEventListener("error", () => resolve(null));
});

/**
 * Call a method of the logger; where it is out of reach, the next page that has it does so.
 * For the few things that cannot be asked for again: the consent, the selection, the answers.
 */
export function tell(method, ...args) {
  if (here) here[method](...args);
  else sessionStorage.setItem(KEY, JSON.stringify([...waiting(), [method, ...args]]));
}

/** Tell nothing of what waits. */
export const forget = () => sessionStorage.removeItem(KEY);

/** Say in the header what is true now: "recording" only while the logger captures. */
export function showRecording() {
  const pill = document.getElementById("recording");
  const recording = Boolean(here?.stats().recording);
  pill.dataset.state = !here ? "unreachable" : recording ? "on" : "off";
  pill.textContent = !here ? "Recorder out of reach" : recording ? "Recording" : "Not recording";
}

logger.then((found) => {
  here = found;
  for (const [method, ...args] of found ? waiting() : []) found[method](...args);
  if (found) forget();
  showRecording();
});
