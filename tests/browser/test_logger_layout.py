"""Layouts: the boxes of a view's visible elements."""

from __future__ import annotations

import gzip
import json
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Study
from tests.browser.logger_page import flush
from tests.browser.participant import agree, new_user, open_study
from tests.support.running import RunningStack

BODY = """<style>body{margin:0} .card{background:#eee;width:300px;height:100px}</style>
<nav style="position:fixed;top:0;height:30px"><a href="/x" id=home>Home</a></nav>
<h1 style="margin-top:40px">Prices</h1><p>Some words about Ann</p>
<div class=card><button id=buy>Buy</button><input name=n></div>
<svg width=100 height=50><g><circle id=c1 cx=20 cy=20 r=10 /></g></svg>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width=40 height=40 alt="">
<div style="display:none"><button>hidden</button></div><div data-ul-ignore><button>ignored</button></div>
<p data-ul-mask><button>secret</button></p><div>   </div>"""


RECTANGLE = """id => {
    const { x, y, width, height } = document.getElementById(id).getBoundingClientRect()
    return [x, y, width, height]
}"""


def layouts(study: Study, page: Page, count: int = 1) -> list[dict[str, Any]]:
    """The layouts, as soon as there are `count`."""
    page.wait_for_function("userLogger.stats().captured > 0")
    return study.actions("layout", count)


def test_a_view_has_one_layout_with_the_boxes_of_its_visible_elements(study: Study, page: Page) -> None:
    page.goto(study.page(BODY, data_max_time="0.2"))
    layouts(study, page)
    boxes = study.stack.rows('SELECT * FROM "LayoutBoxes" WHERE user_id = %(user)s ORDER BY box', user=study.user)
    found = [(box["kind"], box["element_id"], box["text"], box["fixed"]) for box in boxes]
    assert found == [
        ("link", "home", "Home", True),
        ("heading", None, "Prices", False),
        ("text", None, None, False),
        ("box", None, None, False),
        ("button", "buy", "Buy", False),
        ("field", None, None, False),
        ("image", None, None, False),
        ("mark", "c1", None, False),
        ("image", None, None, False),
        ("button", None, "***", False),
    ]
    for box in boxes:
        if box["element_id"]:
            own = page.evaluate(RECTANGLE, box["element_id"])
            assert [box[name] for name in ("page_x", "page_y", "el_w", "el_h")] == [round(value) for value in own]
    [layout] = study.stack.rows('SELECT n, page_w, page_h FROM "Layouts" WHERE user_id = %(user)s', user=study.user)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert [layout["n"], layout["page_w"], layout["page_h"]] == [len(boxes), *size]


def test_a_layout_follows_when_the_document_grows_or_most_boxes_move_and_not_otherwise(
    study: Study, page: Page
) -> None:
    more = "this.insertAdjacentHTML('afterend', '<div style=height:900px>more</div>')"
    grow = f'<button id=grow onclick="{more}">g</button>'
    page.goto(study.page(f"<button id=same onclick='this.title = 1'>s</button>{grow}<p>text</p>", data_max_time="0.2"))
    layouts(study, page)
    page.click("#same")
    study.actions("click_effect")
    page.evaluate("new Promise(done => setTimeout(done, 1200))")
    page.click("#grow")
    first, second = layouts(study, page, 2)
    assert second["page_h"] > 1.1 * first["page_h"]
    page.evaluate("document.body.style.paddingLeft = '50px'")
    page.click("#same")
    third = layouts(study, page, 3)[2]
    assert [after - before for after, before in zip(third["x"], second["x"], strict=True)] == [50] * third["n"]
    page.evaluate("history.pushState(null, '', '/next')")
    assert layouts(study, page, 4)[3]["url"].endswith("/next")


def test_data_layout_false_records_none(study: Study, page: Page) -> None:
    page.goto(study.page(BODY, data_layout="false"))
    page.evaluate("new Promise(done => setTimeout(done, 1500))")
    flush(page)
    study.actions("pageview")
    assert "layout" not in {action["name"] for action in study.actions()}


def test_a_large_page_gives_500_boxes_and_loses_no_action(study: Study, page: Page) -> None:
    rows = "".join(f"<tr><td><a href=/{n}>{'日本語' * 40} {n}</a></td></tr>" for n in range(3000))
    page.goto(study.page(f"<table>{rows}</table>", data_max_time="0.2"))
    [layout] = layouts(study, page)
    assert layout["n"] == 500
    flush(page)
    assert page.evaluate("userLogger.stats().lost") == 0


def test_the_demo_studys_layouts_are_small(stack: RunningStack, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, user = context.new_page(), new_user()
    open_study(page, stack, user)
    agree(page)
    page.evaluate("new Promise(done => setTimeout(done, 1500))")
    page.evaluate("userLogger.flush()")
    [row] = stack.wait_for(
        "SELECT data FROM \"rawActions\" WHERE user_id = %(user)s AND name = 'layout'",
        lambda rows: len(rows) == 1,
        user=user,
    )
    own = {name: row["data"][name] for name in ("n", "kind", "x", "y", "w", "h", "fixed", "ids", "texts")}
    assert row["data"]["kind"].count("mark") >= 150
    assert len(gzip.compress(json.dumps(own, separators=(",", ":")).encode())) < 2_000
    context.close()
