// An SVG scatter plot. For screen readers its points are the options of a listbox: one Tab stop, arrow keys between the
// points. A brush (a rectangle drawn with the pointer) selects the points inside it.

const { d3 } = window;
const MARGIN = { top: 30, right: 14, bottom: 46, left: 34 };
const X = "sepal_length";
const Y = "petal_length";

/**
 * Draw the flowers into box. Each selection calls `changeSelection(change, action, event)`: change(Set) applies it to
 * `selected`, action is what to log (null while a rectangle is being drawn), event is its cause.
 * Returns update(), to call when the selection has changed, clearBrush(), and focus(id of a circle).
 */
export function scatterplot(box, flowers, selected, grid, changeSelection) {
  const width = box.clientWidth;
  const height = box.clientHeight;
  const x = d3.scaleLinear(paddedRange(flowers, X), [MARGIN.left, width - MARGIN.right]);
  const y = d3.scaleLinear(paddedRange(flowers, Y), [height - MARGIN.bottom, MARGIN.top]);
  const svg = d3.select(box).append("svg").attr("width", width).attr("height", height).attr("role", "none");
  axes(svg, x, y, width, height, grid);

  const brush = d3.brush().extent([[x.range()[0], y.range()[1]], [x.range()[1], y.range()[0]]]);
  const area = svg.append("g").attr("class", "brush").call(brush);
  area.select(".overlay").attr("id", "plot-area"); // so that clicks on it are logged with an element id
  const clearBrush = () => area.call(brush.move, null);
  brush.on("brush end", (event) => {
    if (!event.sourceEvent) return; // moved by clearBrush, not by the participant
    const extent = event.selection && toCentimetres(event.selection, x, y);
    const change = (selection) => {
      selection.clear();
      for (const flower of extent ? flowers.filter((d) => inside(d, extent)) : []) selection.add(flower);
    };
    const action = { name: extent ? "new brush" : "clear brush", dimensions: extent };
    changeSelection(change, event.type === "end" ? action : null, event.sourceEvent);
  });

  const points = circles(svg, flowers, x, y);
  const pick = (event, flower, chosen) => {
    clearBrush();
    const action = { name: "pick flower", flower: flower.flower, chosen };
    changeSelection((selection) => (chosen ? selection.add(flower) : selection.delete(flower)), action, event);
  };
  points.on("click", (event, flower) => pick(event, flower, !selected.has(flower)));
  const focusOn = (flower) => points.attr("tabindex", (d) => (d === flower ? 0 : -1)).filter((d) => d === flower).node().focus();
  handleKeys(points, flowers, selected, pick, clearBrush, changeSelection, focusOn);

  const update = () => points.attr("aria-selected", (d) => selected.has(d)) && svg.classed("has-selection", selected.size > 0);
  const focus = (id) => focusOn(points.filter(`#${id}`).datum());
  return { update, clearBrush, focus };
}

function axes(svg, x, y, width, height, grid) {
  const ticks = Math.max(4, Math.round(width / 90));
  const bottom = d3.axisBottom(x).ticks(ticks).tickSize(grid ? -(height - MARGIN.top - MARGIN.bottom) : 5);
  const left = d3.axisLeft(y).ticks(7).tickSize(grid ? -(width - MARGIN.left - MARGIN.right) : 5);
  const frame = svg.append("g").attr("class", grid ? "axes grid" : "axes").attr("aria-hidden", "true");
  frame.append("g").attr("transform", `translate(0,${height - MARGIN.bottom})`).call(bottom.tickPadding(8));
  frame.append("g").attr("transform", `translate(${MARGIN.left},0)`).call(left.tickPadding(8));
  const title = (text) => frame.append("text").attr("class", "title").text(text);
  title("sepal length, cm").attr("x", width - MARGIN.right).attr("y", height - 6).attr("text-anchor", "end");
  title("petal length, cm").attr("x", 8).attr("y", 14);
}

/** The range of the values plus a margin, so that a rectangle can also be drawn around the outermost flowers. */
function paddedRange(flowers, key) {
  const [low, high] = d3.extent(flowers, (d) => d[key]);
  return [low - 0.25, high + 0.25];
}

function circles(svg, flowers, x, y) {
  const sorted = d3.sort(flowers, (a, b) => a[X] - b[X] || a[Y] - b[Y]);
  const list = svg.append("g").attr("role", "listbox").attr("aria-multiselectable", "true").attr("aria-label", "Flowers, by sepal length");
  return list.selectAll("circle").data(sorted).join("circle")
    .attr("id", (d) => `flower-${d.flower}`)
    .attr("cx", (d) => x(d[X])).attr("cy", (d) => y(d[Y])).attr("r", 5)
    .attr("data-flower", (d) => d.flower)
    .attr("data-species", (d) => d.species)
    .attr("data-sepal-length", (d) => d[X])
    .attr("data-petal-length", (d) => d[Y])
    .attr("role", "option")
    .attr("aria-label", (d) => `${d.species}, sepal ${d[X]} cm, petal ${d[Y]} cm`)
    .attr("tabindex", (d, i) => (i ? -1 : 0));
}

/** Left and right move by sepal length, up and down by petal length; with Shift they also select. */
function handleKeys(points, flowers, selected, pick, clearBrush, changeSelection, focusOn) {
  const sorted = [X, Y].map((key) => d3.sort(flowers, (d) => d[key]));
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, 1], ArrowDown: [1, -1] };

  points.on("keydown", (event, flower) => {
    const step = steps[event.key];
    if (step) {
      const flowersByLength = sorted[step[0]];
      const next = flowersByLength[flowersByLength.indexOf(flower) + step[1]];
      if (next) focusOn(next);
      if (next && event.shiftKey) pick(event, next, true);
    } else if (event.key === "Home" || event.key === "End") focusOn(sorted[0].at(event.key === "Home" ? 0 : -1));
    else if (event.key === " " || event.key === "Enter") pick(event, flower, !selected.has(flower));
    else if (event.key === "Escape") {
      clearBrush();
      changeSelection((selection) => selection.clear(), { name: "clear selection" }, event);
    } else return;
    event.preventDefault();
  });
}

function toCentimetres([[x0, y0], [x1, y1]], x, y) {
  const cm = (value) => Math.round(value * 100) / 100;
  return { [X]: [cm(x.invert(x0)), cm(x.invert(x1))], [Y]: [cm(y.invert(y1)), cm(y.invert(y0))] };
}

function inside(flower, extent) {
  return Object.entries(extent).every(([key, [low, high]]) => low <= flower[key] && flower[key] <= high);
}
