// The task: select flowers in a scatter plot with a brush, clicks or keys. Each selection is logged with its size.
import { callLogger, loggerReady } from "./recorder.js";

const LOAD_TIMEOUT = 15_000; // ms
const box = document.getElementById("plot");
const loading = document.getElementById("loading");
const loadFailed = document.getElementById("load-failed");
const retry = document.getElementById("retry");
const count = document.getElementById("count");
const noneSelected = document.getElementById("none-selected");
const grid = document.querySelector(".task").getAttribute("data-condition-1") === "grid";
const SPECIES = ["setosa", "versicolor", "virginica"];
const selected = new Set();
let plot = null; // until the flowers are loaded

function showSelection() {
  const bySpecies = SPECIES.map((name) => [name, [...selected].filter((flower) => flower.species === name).length]);
  const parts = bySpecies.filter(([, n]) => n).map(([name, n]) => `${n} ${name}`);
  const noun = selected.size === 1 ? "flower" : "flowers";
  count.textContent = selected.size ? `${selected.size} ${noun} selected: ${parts.join(", ")}` : "No flower selected";
  noneSelected.hidden = true;
  plot.update();
}

/** Apply a change to the selection, show it, and log it with the event that caused it. */
function changeSelection(change, action, event) {
  change(selected);
  showSelection();
  if (action) loggerReady.then((userLogger) => userLogger?.addAction({ ...action, selected: selected.size }, event));
}

document.getElementById("clear").addEventListener("click", (event) => {
  plot?.clearBrush();
  if (plot) changeSelection((flowers) => flowers.clear(), { name: "clear selection" }, event);
});

document.getElementById("continue").addEventListener("click", (event) => {
  if (!selected.size) {
    event.preventDefault();
    if (loadFailed.hidden) noneSelected.hidden = false;
    else retry.focus();
    return;
  }
  callLogger("log", "selection", { flowers: [...selected].map((flower) => flower.flower).sort((a, b) => a - b) });
  loggerReady.then((userLogger) => userLogger?.endTask());
});

// A reload also fetches the scripts again: a module that failed to load stays failed for as long as the page lives.
retry.addEventListener("click", () => location.reload());

/** Fetch the 150 flowers. Throws when there is no response in time, or when it is not the table. */
async function load() {
  const { d3 } = window;
  const text = await d3.text(box.dataset.source, { signal: AbortSignal.timeout(LOAD_TIMEOUT) });
  // By rows, since d3.csvParse builds a function from text, which the pages' Content-Security-Policy forbids.
  const [names, ...rows] = d3.csvParseRows(text);
  const flowers = rows.map((row) => d3.autoType(Object.fromEntries(names.map((name, i) => [name, row[i]]))));
  if (!flowers[0]?.sepal_length) throw new Error(`${box.dataset.source} is not the table of flowers`);
  return flowers;
}

try {
  loading.hidden = false;
  const [{ scatterplot }, flowers] = await Promise.all([import("./scatterplot.js"), load()]);
  new ResizeObserver(() => {
    const focused = document.activeElement?.closest("#plot circle")?.id;
    box.replaceChildren();
    plot = scatterplot(box, flowers, selected, grid, changeSelection);
    plot.update();
    if (focused) plot.focus(focused);
  }).observe(box);
  loggerReady.then((userLogger) => userLogger?.subscribeObject("circle"));
  loggerReady.then((userLogger) => userLogger?.startTask("select flowers"));
} catch (error) {
  console.error(error);
  loading.hidden = true;
  loadFailed.hidden = false;
}
