"""Mouse paths: where the pointer rested, several fingers, drag and drop, moves that a script makes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Study
from tests.browser.logger_page import flush, settle
from tests.support.running import Rows

SAMPLES = """SELECT seq, client_x AS x, client_y AS y, t FROM "PositionsScreen"
WHERE user_id = %(user)s AND name = 'mousemove' ORDER BY page_id, seq, sample"""


def samples(study: Study, count: int) -> Rows:
    return study.stack.wait_for(SAMPLES, lambda rows: len(rows) >= count, user=study.user)


@pytest.mark.parametrize("interval", ["0", "50"])
def test_a_path_contains_where_the_pointer_rested_until_it_moved_again(study: Study, page: Page, interval: str) -> None:
    page.goto(study.page("<p>text</p>", data_move_interval=interval))
    page.mouse.move(100, 100)
    page.evaluate("new Promise(done => setTimeout(done, 400))")
    page.mouse.move(200, 150)
    flush(page)
    first, rest, second = samples(study, 3)
    assert [(row["x"], row["y"]) for row in (first, rest, second)] == [(100, 100), (100, 100), (200, 150)]
    assert second["t"] - first["t"] >= 400
    assert second["t"] - rest["t"] == pytest.approx(8, abs=1)


def test_nothing_is_said_about_the_time_outside_the_page(study: Study, page: Page) -> None:
    study.site.add("/frame", "<title>Frame</title>")
    page.goto(study.page("<iframe src=/frame style='margin:100px;width:200px;height:200px'></iframe>"))
    page.mouse.move(50, 50)
    page.mouse.move(200, 200)  # inside the frame
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    page.mouse.move(500, 50)
    flush(page)
    assert [(row["x"], row["y"]) for row in samples(study, 2)] == [(50, 50), (500, 50)]


def test_each_finger_has_a_path_of_its_own(study: Study, browser: Browser) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.goto(
        study.page("<style>*{touch-action:none}</style><div style='height:500px'>x</div>", data_move_interval="0")
    )
    session = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[int, int, int]) -> None:
        touches = [{"id": number, "x": x, "y": y} for number, x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", (0, 300, 300), (1, 400, 300))
    for step in range(1, 6):
        send("touchMove", (0, 300 - 20 * step, 300), (1, 400 + 20 * step, 300))
    send("touchEnd")
    flush(page)
    paths = study.actions("mousemove", 2)
    by_finger: dict[int, list[float]] = {}
    for piece in paths:
        assert piece["pointer"] == "touch"
        xs = piece["x"]
        by_finger.setdefault(piece["pointer_id"], []).extend(sum(xs[: i + 1]) for i in range(len(xs)))
    assert len(by_finger) == 2
    left, right = sorted(by_finger.values())
    assert all(before >= after for before, after in pairwise(left))
    assert all(before <= after for before, after in pairwise(right))
    assert (left[-1], right[-1]) == (200, 500)
    context.close()


def test_drag_and_drop_has_a_path_and_its_beginning_and_end(study: Study, page: Page) -> None:
    body = """<div id=a draggable=true style="width:80px;height:40px;background:tan">drag</div>
        <div id=b style="margin:200px 300px;width:200px;height:100px;border:1px solid"
             ondragover="event.preventDefault()" ondrop="event.preventDefault()">here</div>"""
    page.goto(study.page(body, data_move_interval="0"))
    start, end = page.locator("#a").bounding_box(), page.locator("#b").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(200, 100, steps=5)
    page.mouse.move(end["x"] + 50, end["y"] + 50, steps=10)
    page.mouse.up()
    settle(page)
    flush(page)
    named = {action["name"]: action for action in study.actions("d%")}
    assert {"dragstart", "drop", "dragend"} <= named.keys()
    assert (named["dragstart"]["element_id"], named["drop"]["element_id"]) == ("a", "b")
    drop = (named["drop"]["client_x"], named["drop"]["client_y"])
    assert drop == (pytest.approx(end["x"] + 50, abs=1), pytest.approx(end["y"] + 50, abs=1))
    during = [
        (row["x"], row["y"])
        for row in samples(study, 5)
        if named["dragstart"]["seq"] < row["seq"] < named["drop"]["seq"]
    ]
    assert len(during) >= 5
    assert during[-1] == pytest.approx(drop, abs=1)
    assert {piece["pointer"] for piece in study.actions("mousemove")} == {"mouse"}


def test_moves_that_a_script_makes_are_marked(study: Study, page: Page) -> None:
    page.goto(study.page("<p id=p>text</p>"))
    page.mouse.move(50, 50)
    page.evaluate("""p.dispatchEvent(new PointerEvent('pointermove',
        {bubbles: true, clientX: 300, clientY: 200, pointerType: 'mouse', view: window})) && 0""")
    settle(page)
    flush(page)
    pieces: list[dict[str, Any]] = study.actions("mousemove", 2)
    assert [(piece["client_x"], piece.get("trusted")) for piece in pieces] == [(50, None), (300, False)]


def test_actions_without_an_event_carry_the_pointers_last_position(study: Study, page: Page) -> None:
    study.site.add("/next", f"<title>Next</title>{study.tag()}<body style='height:3000px'>")
    page.goto(study.page("<a href=/next id=a>next</a><div style='height:3000px'></div>"))
    page.mouse.move(120, 80)
    page.evaluate("scrollTo(0, 300)")
    page.evaluate("userLogger.startTask('t')")
    page.evaluate("userLogger.endTask()")
    page.goto(f"{study.site.url}/next")
    page.evaluate("userLogger.consent(true)")
    flush(page)
    first, second = study.actions("pageview", 2)
    assert "client_x" not in first
    assert (second["client_x"], second["client_y"], second["page_y"]) == (120, 80, 80)
    for name in ("task_start", "task_end"):
        [action] = study.actions(name)
        assert (action["client_x"], action["client_y"], action["page_x"], action["page_y"]) == (120, 80, 120, 380)
    [consent] = study.actions("consent")
    assert (consent["client_x"], consent["client_y"]) == (120, 80)
