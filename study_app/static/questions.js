import { callLogger } from "./recorder.js";

// The logger never reads field values by itself, so the page passes the answers to it explicitly.
const form = document.getElementById("questions");
form.addEventListener("submit", () => callLogger("log", "answers", Object.fromEntries(new FormData(form))));
