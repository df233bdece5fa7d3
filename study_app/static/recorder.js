// What the pages know of the logger: whether it is there, and whether it records.

const tag = document.querySelector("script[data-study]");

/** The logger once its deferred script has run; null when its server cannot be reached. The pages work either way. */
export const logger = new Promise((resolve) => {
  if (!tag) resolve(null);
  tag?.addEventListener("load", () => resolve(window.userLogger ?? null));
  tag?.addEventListener("error", () => resolve(null));
});

/** Say in the header what is true now: "recording" only while the logger captures. */
export async function showRecording() {
  const pill = document.getElementById("recording");
  const found = await logger;
  const recording = Boolean(found?.stats().recording);
  pill.dataset.state = !found ? "unreachable" : recording ? "on" : "off";
  pill.textContent = !found ? "Recorder out of reach" : recording ? "Recording" : "Not recording";
}

showRecording();
