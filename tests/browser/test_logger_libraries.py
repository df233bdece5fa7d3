"""The same control of a library's widget has the same selector across loads, sorting and toggling."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import flush

GENERATED = re.compile(r"ag-\d|modebar-|sl-tab-\d|choices--.*\d|\(.*checked\)|\"\"")


@dataclass
class Widget:
    """A page with a widget, and controls to press in turn, each by a CSS selector that Playwright understands."""

    html: str
    ready: str
    controls: tuple[str, ...]


AG_GRID = Widget(
    """<script src=/libraries/ag-grid-community/dist/ag-grid-community.min.js></script>
    <div id=table style="height:300px;width:600px"></div><script>
    const rows = ['pear', 'apple', 'fig'].map((fruit, number) => ({fruit, number}))
    agGrid.createGrid(table, {rowData: rows, rowSelection: {mode: 'multiRow'},
        columnDefs: [{field: 'fruit', filter: true}, {field: 'number'}]})</script>""",
    ".ag-row",
    (
        ".ag-header-cell[col-id=fruit] .ag-header-cell-text",
        ".ag-header-select-all input",
        ".ag-row[row-index='1'] input",
    ),
)
PLOTLY = Widget(
    """<script src=/libraries/plotly.js-basic-dist-min/plotly-basic.min.js></script>
    <div id=plot style="width:500px;height:300px"></div>
    <script>Plotly.newPlot(plot, [{y: [1, 3, 2]}], {}, {displayModeBar: true})</script>""",
    ".modebar-btn",
    ("[data-title^=Pan]", "[data-title='Zoom in']", "[data-title^=Reset]"),
)
SHOELACE = Widget(
    """<script type=module src=/libraries/@shoelace-style/shoelace/cdn/shoelace.js></script>
    <sl-tab-group><sl-tab slot=nav panel=one>One</sl-tab><sl-tab slot=nav panel=two>Two</sl-tab>
    <sl-tab-panel name=one>1</sl-tab-panel><sl-tab-panel name=two>2</sl-tab-panel></sl-tab-group>
    <sl-checkbox>Agree</sl-checkbox><sl-button>Save</sl-button>""",
    "sl-checkbox >> .checkbox",
    ("sl-tab[panel=two]", "sl-tab[panel=one]", "sl-checkbox >> .checkbox__label", "sl-button"),
)
CHOICES = Widget(
    """<script src=/libraries/choices.js/public/assets/scripts/choices.min.js></script>
    <link rel=stylesheet href=/libraries/choices.js/public/assets/styles/choices.min.css>
    <h2>Fruit</h2><select id=fruit><option>pear<option>apple<option>fig</select><script>new Choices(fruit)</script>""",
    ".choices__inner",
    (".choices__inner", "h2"),  # opens the list, and closes it
)
WIDGETS = {"ag-grid": AG_GRID, "plotly": PLOTLY, "shoelace": SHOELACE, "choices": CHOICES}

MATCHES = """selector => {
    let roots = [document]
    for (const part of selector.split(' >>> ')) {
        const found = roots.flatMap(root => [...root.querySelectorAll(part)])
        roots = found.map(element => element.shadowRoot ?? element)
    }
    return roots.length
}"""


@pytest.mark.parametrize("name", WIDGETS)
def test_a_control_keeps_its_selector_across_loads_and_changes_of_state(study: Study, page: Page, name: str) -> None:
    widget = WIDGETS[name]
    url = study.page(widget.html, data_max_time="0.5")
    seen: list[list[str]] = []
    pressed = 0
    for _load in range(2):
        page.goto(url)
        page.locator(widget.ready).first.wait_for()
        for _state in range(2):
            for control in widget.controls:
                page.locator(control).first.click()
            flush(page)
            pressed += len(widget.controls)
            clicks = [click for click in study.actions("click", pressed) if not click.get("activation")]
            seen.append([click["selector"] for click in clicks[-len(widget.controls) :]])
            for selector in seen[-1]:
                assert page.evaluate(MATCHES, selector) == 1, selector
    assert len({json.dumps(selectors) for selectors in seen}) == 1, seen
    assert not [selector for selector in seen[0] if GENERATED.search(selector)], seen[0]
    study.loss(2)
