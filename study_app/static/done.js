import { logger } from "./recorder.js";

const WORDS = {
  saving: "Saving your data. Please leave this window open …",
  saved: "Your data are saved. You can close this window now.",
  pending: "Your data are not saved yet: the server does not answer. They wait in this browser. Please leave this window open.",
  unreachable: "The server cannot be reached, so we cannot tell yet whether your data are saved. Please leave this window open, and try again.",
  nothing: "Nothing was recorded, because no consent was given.",
};
const LONGEST_WAIT = 8000; // ms; by then a person wants to know
const retry = document.getElementById("retry");

function show(state) {
  document.getElementById("outcome").dataset.state = state;
  document.getElementById("message").textContent = WORDS[state];
  retry.hidden = !["pending", "unreachable"].includes(state);
}

/** Hand over the answers that the questionnaire could not, while the logger's server was away. */
function handOver(recorder) {
  const answers = sessionStorage.getItem("answers");
  if (answers) recorder.log("answers", JSON.parse(answers));
  sessionStorage.removeItem("answers");
}

async function save() {
  show("saving");
  const recorder = await logger;
  if (!recorder) return show("unreachable");
  if (!recorder.stats().recording) return show("nothing");
  handOver(recorder);
  const late = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT, { pending: Infinity }));
  const { pending } = await Promise.race([recorder.flush(), late]);
  show(pending === 0 ? "saved" : "pending");
}

retry.addEventListener("click", async () => ((await logger) ? save() : location.reload()));
save();
