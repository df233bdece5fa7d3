// The task: choose flowers in a scatter plot, by brush, click or key; each choice is logged with what was chosen.
import { logger, tell } from "./recorder.js";
import { scatterplot } from "./scatterplot.js";

const { d3 } = window;
const box = document.getElementById("plot");
const count = document.getElementById("count");
const none = document.getElementById("none-selected");
const grid = document.querySelector(".task").getAttribute("data-condition-1") === "grid";
const SPECIES = ["setosa", "versicolor", "virginica"];

// By rows, since d3.csvParse builds a function from text, which the pages' Content-Security-Policy forbids.
const [names, ...rows] = d3.csvParseRows(await d3.text(box.dataset.source));
const flowers = rows.map((row) => d3.autoType(Object.fromEntries(names.map((name, i) => [name, row[i]]))));
const selected = new Set();
let plot;

function announce() {
  const bySpecies = SPECIES.map((name) => [name, [...selected].filter((flower) => flower.species === name).length]);
  const parts = bySpecies.filter(([, n]) => n).map(([name, n]) => `${n} ${name}`);
  const noun = selected.size === 1 ? "flower" : "flowers";
  count.textContent = selected.size ? `${selected.size} ${noun} selected: ${parts.join(", ")}` : "No flower selected";
  none.hidden = true;
  plot.update();
}

/** Replace or change the selection, show it, and log it with the event that caused it. */
function choose(change, action, event) {
  change(selected);
  announce();
  if (action) logger.then((found) => found?.addAction({ ...action, selected: selected.size }, event));
}

function draw() {
  box.replaceChildren();
  plot = scatterplot(box, flowers, selected, grid, choose);
  plot.update();
}

new ResizeObserver(draw).observe(box);
logger.then((found) => found?.subscribeObject("circle"));
logger.then((found) => found?.startTask("select flowers"));

document.getElementById("clear").addEventListener("click", (event) => {
  plot.clearBrush();
  choose((chosen) => chosen.clear(), { name: "clear selection" }, event);
});

document.getElementById("continue").addEventListener("click", (event) => {
  none.hidden = selected.size > 0;
  if (!selected.size) return event.preventDefault();
  tell("log", "selection", { flowers: [...selected].map((flower) => flower.flower).sort((a, b) => a - b) });
  logger.then((found) => found?.endTask());
});
