import { logger } from "./recorder.js";

const WORDS = {
  saving: "Saving your data. Please leave this window open …",
  saved: "Your data are saved. You can close this window now.",
  pending: "Your data are not all saved yet: the server does not answer. They wait in this browser. Please leave this window open, and try again.",
  unreachable: "The server cannot be reached, so we cannot tell yet whether your data are saved. Please leave this window open, and try again.",
  nothing: "Nothing was recorded, because no consent was given.",
};
const LONGEST_WAIT = 8000; // ms; by then a person wants to know
const retry = document.getElementById("retry");

const late = () => new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT, null));

function show(state) {
  const outcome = document.getElementById("outcome");
  outcome.hidden = false;
  outcome.dataset.state = state;
  document.getElementById("message").textContent = WORDS[state];
  retry.hidden = !["pending", "unreachable"].includes(state);
}

async function save() {
  show("saving");
  if (!(await Promise.race([logger, late()]))) show("unreachable");
  const recorder = await logger; // a slow server's may still come
  if (!recorder) return;
  if (!recorder.stats().recording) return show("nothing");
  // Each flush tries again, and ends as soon as the server has taken everything.
  while ((await recorder.flush(LONGEST_WAIT)).pending) show("pending");
  show("saved");
}

retry.addEventListener("click", async () => {
  const recorder = await Promise.race([logger, null]);
  if (recorder) recorder.flush();
  else location.reload();
});
save();
