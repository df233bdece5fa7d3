import { forget, logger, showRecording, tell } from "./recorder.js";

const form = document.getElementById("consent");
logger.then((found) => (document.getElementById("unreachable").hidden = Boolean(found)));

// The logger keeps the consent for the pages that follow; the form itself then leads to the task.
form.addEventListener("submit", () => tell("consent", true));

document.getElementById("decline").addEventListener("click", async () => {
  form.hidden = true;
  const declined = document.getElementById("declined");
  declined.hidden = false;
  declined.focus(); // the button that had the focus is hidden now
  forget(); // an earlier "Begin" may wait there for a logger that was out of reach
  (await logger)?.consent(false);
  showRecording();
});
