import { callLogger, discardQueued, loggerReady, showRecording } from "./recorder.js";

const form = document.getElementById("consent");
loggerReady.then((userLogger) => (document.getElementById("unreachable").hidden = Boolean(userLogger)));

// The logger remembers the consent for the following pages; submitting the form leads to the task.
form.addEventListener("submit", () => callLogger("consent", true));

document.getElementById("decline").addEventListener("click", async () => {
  form.hidden = true;
  const declined = document.getElementById("declined");
  declined.hidden = false;
  declined.focus(); // the button that had the focus is hidden now
  discardQueued(); // consent from an earlier "Begin" may be queued there, if the logger was unavailable
  (await loggerReady)?.consent(false);
  showRecording();
});
