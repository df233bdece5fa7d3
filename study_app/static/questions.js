import { tell } from "./recorder.js";

// The logger never reads what is typed into a form, so the answers are handed to it in so many words.
const form = document.getElementById("questions");
form.addEventListener("submit", () => tell("log", "answers", Object.fromEntries(new FormData(form))));
