"""Clicks that are unlike others: of labels, outside boxes, with other buttons, in scaled frames, on scaled screens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush

AREA = "<map name=m><area id=e shape=rect coords=0,0,50,50 href='#a' alt=a></map>"
NO_MARGIN = "<style>body{margin:0}</style>"


def test_a_labels_press_is_one_click_and_one_activation_of_its_field(study: Study, page: Page) -> None:
    body = """<label id=around>News <input type=checkbox id=news></label>
        <label id=beside for=mail>Mail</label><input type=checkbox id=mail>"""
    page.goto(study.page(body))
    page.get_by_text("News").click()
    page.get_by_text("Mail").click()
    page.click("#mail")
    flush(page)
    clicks = [(click["element_id"], click.get("activation")) for click in study.actions("click", 5)]
    assert clicks == [("around", None), ("news", True), ("beside", None), ("mail", True), ("mail", None)]
    for click in study.actions("click"):
        assert all(0 <= click[name] <= 1 for name in ("rel_x", "rel_y") if name in click)
    rows = study.stack.rows('SELECT activation FROM "Clicks" WHERE user_id = %(user)s ORDER BY seq', user=study.user)
    assert [row["activation"] for row in rows] == [None, True, None, True, None]


def test_a_subscribed_label_is_logged_once_for_a_press(study: Study, page: Page) -> None:
    page.goto(study.page("<label id=around>News <input type=checkbox id=news></label>", data_capture="false"))
    page.evaluate("userLogger.subscribeObject('label')")
    page.get_by_text("News").click()
    page.click("#news")
    flush(page)
    assert [click["element_id"] for click in study.actions("click", 2)] == ["around", "around"]
    assert page.is_checked("#news") is False


@pytest.mark.parametrize(
    ("body", "x", "y", "tag"),
    [
        ("<style>#e::before{content:'x';position:absolute;left:200px;top:0}</style><b id=e>b</b>", 203, 8, "b"),
        ("<dialog id=e style='margin:100px'>d</dialog><script>e.showModal()</script>", 5, 5, "dialog"),
        ("<div id=e style='display:contents'>some words</div>", 10, 8, "div"),
        (
            "<svg width=100 height=20><line id=e x1=0 y1=10 x2=100 y2=10 stroke=red stroke-width=9 /></svg>",
            50,
            12,
            "line",
        ),
        (f"<img usemap=#m width=100 height=100 alt=''>{AREA}", 10, 10, "area"),
    ],
    ids=["before", "backdrop", "contents", "flat line", "area"],
)
def test_a_click_outside_the_elements_box_has_a_place_in_the_page_but_none_in_it(
    study: Study, page: Page, body: str, x: int, y: int, tag: str
) -> None:
    page.goto(study.page(NO_MARGIN + body))
    page.mouse.click(x, y)
    flush(page)
    [click] = study.actions("click")
    assert (click["tag"], click["client_x"], click["client_y"]) == (tag, x, y)
    assert all(0 <= click[name] <= 1 for name in ("rel_x", "rel_y") if name in click)
    assert not {"rel_x", "rel_y"} <= click.keys()


def test_a_middle_click_is_a_click_and_a_secondary_one_a_contextmenu(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    page.click("#b", button="middle")
    page.click("#b", button="right")
    page.click("#b")
    flush(page)
    assert [click["button"] for click in study.actions("click", 2)] == [1, 0]
    assert len(study.actions("contextmenu")) == 1


def test_fixed_and_sticky_elements_are_marked(study: Study, page: Page) -> None:
    body = f"""{NO_MARGIN}<header style="position:fixed;top:0"><button id=a>a</button></header>
        <nav style="position:sticky;top:40px;margin-top:60px"><button id=b>b</button></nav>
        <button id=c>c</button><div style="height:3000px"></div>"""
    page.goto(study.page(body))
    page.evaluate("userLogger.trackAreas('button')")
    for name in "abc":
        page.click(f"#{name}")
    flush(page)
    assert [click.get("fixed") for click in study.actions("click", 3)] == [True, True, None]
    [areas] = study.actions("areas")
    assert [area.get("fixed") for area in areas["areas"]] == [True, True, None]


def test_clicks_in_a_scaled_frame_have_the_outer_pages_coordinates(study: Study, page: Page) -> None:
    study.site.add("/frame", f"{NO_MARGIN}<button id=in style='margin:40px;width:100px;height:30px'>inside</button>")
    frame = "<iframe src=/frame style='border:4px solid;transform:scale(.5);transform-origin:0 0;margin:50px'></iframe>"
    page.goto(study.page(f"{NO_MARGIN}<div style='height:30px'></div>{frame}"))
    page.evaluate("userLogger.captureFrame(document.querySelector('iframe'))")
    box = page.frame_locator("iframe").locator("#in").bounding_box()
    assert box
    assert box["width"] == pytest.approx(50, abs=0.5)
    page.mouse.click(box["x"] + 10, box["y"] + 5)
    flush(page)
    [click] = study.actions("click")
    assert (click["client_x"], click["client_y"]) == (
        pytest.approx(box["x"] + 10, abs=1),
        pytest.approx(box["y"] + 5, abs=1),
    )
    rectangle = [click[name] for name in ("el_x", "el_y", "el_w", "el_h")]
    assert rectangle == pytest.approx([box["x"], box["y"], box["width"], box["height"]], abs=0.2)
    assert (click["rel_x"], click["rel_y"]) == (pytest.approx(0.2, abs=0.03), pytest.approx(0.33, abs=0.05))


@pytest.mark.parametrize("scale", [1.25, 1.5, 1.75])
def test_at_fractional_scroll_positions_coordinates_equal_the_browsers_own(
    study: Study, browser: Browser, scale: float
) -> None:
    context = browser.new_context(device_scale_factor=scale, viewport={"width": 800, "height": 600})
    page = context.new_page()
    watch = """<script>events = []; for (const type of ['click', 'pointermove']) addEventListener(type, event =>
        events.push([type, event.pageX, event.pageY, event.clientX, event.clientY]))</script>"""
    page.goto(study.page(f"{watch}<div style='height:3000px;width:2000px'>x</div>", data_move_interval="0"))
    for number in range(5):
        page.evaluate("([x, y]) => scrollTo(x, y)", [0.6 * number, 10.4 + 33.8 * number])
        page.mouse.move(100.4 + 30.3 * number, 200.6 + 7.7 * number)
        page.mouse.click(100.4 + 30.3 * number, 200.6 + 7.7 * number)
    flush(page)
    own = [event[1:] for event in page.evaluate("events") if event[0] == "click"]
    clicks = study.actions("click", 5)
    for click, expected in zip(clicks, own, strict=True):
        found = [click[name] for name in ("page_x", "page_y", "client_x", "client_y")]
        assert found == pytest.approx(expected, abs=0.051)
    moves = study.stack.wait_for(
        'SELECT page_x, page_y, client_x, client_y FROM "PositionsScreen" WHERE user_id = %(user)s'
        " AND name = 'mousemove' ORDER BY page_id, seq, sample",
        lambda rows: len(rows) >= 5,
        user=study.user,
    )
    seen = [event[1:] for event in page.evaluate("events") if event[0] == "pointermove"]
    for row in moves:
        position = [row["page_x"], row["page_y"], row["client_x"], row["client_y"]]
        assert any(position[2:] == pytest.approx(event[2:], abs=0.06) for event in seen)
    context.close()


@pytest.mark.parametrize("others", ["", "<i>other</i>"])
def test_in_a_long_list_a_selector_matches_the_element_that_was_clicked(study: Study, page: Page, others: str) -> None:
    page.goto(study.page(f"<div>{('<b>item</b> ' + others) * 150}</div>"))
    page.locator("b").nth(140).click()
    flush(page)
    [click] = study.actions("click")
    assert click["selector"] == "body > div > b:nth-of-type(141)"
