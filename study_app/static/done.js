import { loggerReady } from "./recorder.js";

const MESSAGES = {
  "saving": "Saving your data. Please leave this window open …",
  "saved": "Your data are saved. You can close this window now.",
  "pending": "Not all of your data are saved yet, because the server is not responding. The rest are kept in this browser. Please leave this window open and try again.",
  "unreachable": "The server is not responding, so we do not know yet whether your data are saved. Please leave this window open and try again.",
  "no-consent": "Nothing was recorded, because you did not give consent.",
};
const TIMEOUT = 8000; // ms; after that the participant is told that the data are not saved yet
const retry = document.getElementById("retry");

const timeout = () => new Promise((resolve) => setTimeout(resolve, TIMEOUT, null));

function show(state) {
  const outcome = document.getElementById("outcome");
  outcome.hidden = false;
  outcome.dataset.state = state;
  document.getElementById("message").textContent = MESSAGES[state];
  retry.hidden = !["pending", "unreachable"].includes(state);
}

async function save() {
  show("saving");
  if (!(await Promise.race([loggerReady, timeout()]))) show("unreachable");
  const userLogger = await loggerReady; // a slow server may still deliver it
  if (!userLogger) return;
  if (!userLogger.stats().recording) return show("no-consent");
  // Each flush tries again, and ends as soon as the server has confirmed everything.
  while ((await userLogger.flush(TIMEOUT)).pending) show("pending");
  show("saved");
}

retry.addEventListener("click", async () => {
  const userLogger = await Promise.race([loggerReady, null]);
  if (userLogger) userLogger.flush();
  else location.reload();
});
save();
