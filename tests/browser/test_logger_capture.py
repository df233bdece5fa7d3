"""What the logger captures in a real browser, as rows of the tables."""

from __future__ import annotations

import base64
import hashlib
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from dev.browser import arguments, program
from tests.browser.conftest import Study
from tests.browser.logger_page import flush, settle

ROOT = Path(__file__).parents[2]
DAY_MS = 86_400_000


def test_the_script_tag_alone_logs_page_view_click_and_click_effect(study: Study, page: Page) -> None:
    page.goto(study.page("<button id=b data-species=setosa onclick='this.after(1)'>Press <b>me</b></button>"))
    box = page.locator("#b").bounding_box()
    assert box
    page.mouse.click(box["x"] + 10, box["y"] + 5)
    page.wait_for_timeout(0)
    flush(page)
    [view] = study.actions("pageview")
    assert (view["nav"], view["url"], view["title"]) == ("load", f"{study.site.url}/", "Study")
    [click] = study.actions("click")
    assert (click["tag"], click["element_id"], click["selector"]) == ("button", "b", "#b")
    assert (click["text"], click["data-species"], click["pointer"]) == ("Press me", "setosa", "mouse")
    assert (click["client_x"], click["client_y"]) == (int(box["x"] + 10), int(box["y"] + 5))
    assert click["rel_x"] == pytest.approx(10 / box["width"], abs=0.05)
    [effect] = study.actions("click_effect")
    assert (effect["ref"], effect["effect"]) == (click["seq"], "mutation")
    assert "trusted" not in click


def test_clicks_on_elements_added_after_subscribe_object_are_logged(study: Study, page: Page) -> None:
    page.goto(study.page("<svg width=300 height=200></svg>"))
    page.evaluate("userLogger.subscribeObject('circle')")
    page.evaluate("document.querySelector('svg').innerHTML = '<circle id=late data-x=7 cx=50 cy=50 r=20 />'")
    page.click("#late")
    flush(page)
    [click] = study.actions("click")
    assert (click["element_id"], click["data-x"], click["tag"]) == ("late", "7", "circle")


def test_clicks_are_logged_in_a_form_whose_fields_are_named_like_its_properties(study: Study, page: Page) -> None:
    """`form.children` is the field of that name if the form has one, as booking forms often do."""
    names = ("children", "attributes", "id", "name", "matches", "tagName", "value")
    fields = "".join(f"<input name={name}>" for name in names)
    page.goto(study.page(f"<form onsubmit='return false'>{fields}<p>one</p><p>two</p><button>send</button></form>"))
    page.get_by_text("two").click()
    page.get_by_text("send").click()
    flush(page)
    selectors = [click["selector"] for click in study.actions("click", 2)]
    assert selectors == ["body > form > p:nth-of-type(2)", "body > form > button"]
    [submit] = study.actions("submit")
    assert submit["fields"] == list(names)


def test_a_click_by_keyboard_is_logged_without_coordinates(study: Study, page: Page) -> None:
    """Browsers report it at 0, 0."""
    page.goto(study.page("<button id=b>b</button>"))
    page.focus("#b")
    page.keyboard.press("Enter")
    flush(page)
    [click] = study.actions("click")
    assert (click["element_id"], click["pointer"]) == ("b", "")
    assert not {"client_x", "page_y", "screen_x", "rel_x"} & set(click)
    rows = study.stack.rows('SELECT name FROM "PositionsScreen" WHERE user_id = %(user)s', user=study.user)
    assert [row["name"] for row in rows if row["name"] == "click"] == []
    [row] = study.stack.rows(
        'SELECT element_id, client_x, rel_x FROM "Clicks" WHERE user_id = %(user)s', user=study.user
    )
    assert (row["element_id"], row["client_x"], row["rel_x"]) == ("b", None, None)


def test_no_password_is_logged_when_a_toggle_shows_it(study: Study, page: Page) -> None:
    toggle = "p.type = p.type == 'text' ? 'password' : 'text'"
    body = f"""<form id=f onsubmit="return false"><input id=p name=p type=password>
        <button type=button id=t onclick="{toggle}">show</button><input name=city><button id=s>send</button></form>"""
    page.goto(study.page(body, data_values="true"))
    page.fill("#p", "hunter2-before")
    page.click("#t")
    page.fill("#p", "hunter2-shown")
    page.fill("[name=city]", "Talca")
    page.click("#p")
    page.click("#s")
    flush(page)
    changes = {action["field"]: action for action in study.actions("change", 2)}
    assert changes["city"]["value"] == "Talca"
    assert not {"value", "length"} & changes["p"].keys()
    [submit] = study.actions("submit")
    assert (submit["form_id"], submit["fields"], submit["valid"]) == ("f", ["p", "city"], True)
    leaks = "SELECT name FROM \"rawActions\" WHERE user_id = %(user)s AND data::text LIKE '%%hunter2%%'"
    assert study.stack.rows(leaks, user=study.user) == []


def test_a_device_clock_wrong_by_a_day_keeps_the_order_and_its_offset_is_stored(study: Study, page: Page) -> None:
    page.add_init_script(f"const right = Date.now; Date.now = () => right() + {DAY_MS}")
    page.goto(study.page())
    page.evaluate("userLogger.log('one')")
    flush(page)
    page.evaluate("userLogger.log('two')")
    flush(page)
    flush(page)
    actions = study.actions(count=3)
    assert [action["name"] for action in actions] == ["pageview", "one", "two"]
    assert actions == sorted(actions, key=lambda action: action["timestamp"])
    [row] = study.stack.wait_for(
        "SELECT clock_offset, clock_rtt, r.occurred_at - r.received_at AS ahead FROM pages"
        " JOIN \"rawActions\" r USING (page_id) WHERE r.user_id = %(user)s AND r.name = 'one'",
        lambda rows: rows and rows[0]["clock_offset"] is not None,
        user=study.user,
    )
    assert row["clock_offset"] == pytest.approx(-DAY_MS, abs=2000)
    assert row["ahead"].total_seconds() == pytest.approx(86_400, abs=30)


def test_a_click_inside_a_web_component_names_the_element_inside(study: Study, page: Page) -> None:
    script = """<script>
        for (const box of document.querySelectorAll('my-box'))
            box.attachShadow({mode: 'open'}).innerHTML = '<p><button>no</button><button id=yes>Yes</button></p>'
        </script>"""
    page.goto(study.page(f"<my-box></my-box><my-box id=second></my-box>{script}"))
    page.click("#second #yes")
    flush(page)
    [click] = study.actions("click")
    assert (click["tag"], click["element_id"], click["text"]) == ("button", "yes", "Yes")
    assert click["selector"] == "#second >>> #yes"


def test_every_url_of_a_single_page_app_is_one_page_view(study: Study, page: Page) -> None:
    page.goto(study.page(data_url_params="x"))
    for step in (
        "history.pushState(null, '', '/a')",
        "history.replaceState({state: 1}, '', '/a')",  # same URL: frameworks do this all the time
        "history.pushState(null, '', '/b')",
        "history.replaceState(null, '', '/b?x=1')",
        "location.hash = 'top'",
    ):
        page.evaluate(step)
        page.wait_for_timeout(20)
    page.go_back()
    page.go_back()
    flush(page)
    views = [(view["nav"], view["url"].removeprefix(study.site.url)) for view in study.actions("pageview", 7)]
    assert views == [
        ("load", "/"),
        ("push", "/a"),
        ("push", "/b"),
        ("replace", "/b?x=1"),
        ("pop", "/b?x=1#top"),  # browsers announce a new fragment as popstate too
        ("pop", "/b?x=1"),
        ("pop", "/a"),
    ]
    referrers = [view["referrer"].removeprefix(study.site.url) for view in study.actions("pageview")]
    assert referrers[1:] == [url for _, url in views[:-1]]
    assert len(study.actions("pageleave")) == 6


def test_it_works_under_a_strict_content_security_policy(study: Study, page: Page) -> None:
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "favicon" not in message.text + message.location.get("url", ""):
            problems.append(message.text)

    page.on("console", note)
    code = (ROOT / "static/UserLogger.min.js").read_bytes()
    integrity = "sha256-" + base64.b64encode(hashlib.sha256(code).digest()).decode()
    tag = study.tag(crossorigin="anonymous", integrity=integrity, nonce="r4nd0m")
    policy = f"default-src 'none'; script-src 'nonce-r4nd0m'; connect-src {study.gateway.url}"
    url = study.site.add("/", f"<title>Strict</title>{tag}<body><button>x</button>", Content_Security_Policy=policy)
    page.goto(url)
    page.click("button")
    page.close()  # the policy forbids eval, so the page cannot be asked to flush
    study.actions("click")
    study.loss()
    assert problems == []


def test_a_mouse_path_is_stored_to_the_pixel_and_within_20_ms(study: Study, page: Page) -> None:
    watch = """<script>moves = []; addEventListener('pointermove', e =>
        moves.push([e.clientX, e.clientY, e.pageX, e.pageY, e.screenX, e.screenY, e.timeStamp]))</script>"""
    page.goto(study.page(f"<div style='height:3000px'></div>{watch}"))
    page.evaluate("scrollTo(0, 400)")
    settle(page)
    for i in range(30):
        page.mouse.move(100 + 17 * i, 300 - 7 * i)
        page.wait_for_timeout(70)
    flush(page)
    truth = page.evaluate("moves")
    sql = """SELECT client_x, client_y, page_x, page_y, screen_x, screen_y, t FROM "PositionsScreen"
        WHERE user_id = %(user)s AND name = 'mousemove' ORDER BY seq, sample"""
    rows = study.stack.wait_for(sql, lambda rows: len(rows) >= 30, user=study.user)
    steps = {(100 + 17 * i, 300 - 7 * i) for i in range(30)}
    assert {(row["client_x"], row["client_y"]) for row in rows} >= steps
    expected = {tuple(move[:2]): (move, later) for move, later in zip(truth, [*truth[1:], None], strict=True)}
    for position, group in groupby(rows, lambda row: (row["client_x"], row["client_y"])):
        move, later = expected[position]
        came, *rested = group
        for row in (came, *rested):
            assert [row[name] for name in ("page_x", "page_y", "screen_x", "screen_y")] == move[2:6]
        assert abs(came["t"] - move[6]) <= 20
        # Where the pointer was until it moved again.
        assert [later[6] - row["t"] for row in rested] == pytest.approx([8] * len(rested), abs=1)
    assert len(rows) > 40
    assert all(before["t"] < after["t"] for before, after in pairwise(rows))


def test_the_last_position_of_a_fast_movement_is_logged(study: Study, page: Page) -> None:
    page.goto(study.page())
    page.mouse.move(10, 10)
    page.mouse.move(400, 300, steps=40)
    page.mouse.move(411, 307)
    settle(page)
    flush(page)
    path = study.actions("mousemove")[-1]
    assert (path["client_x"], path["client_y"]) == (411, 307)


def test_the_original_projects_page_runs_unchanged(study: Study, page: Page) -> None:
    """The script tag without attributes, then the calls that its index.html and viz.js make."""
    body = f"""<div id=chart></div>
    <script src="{study.stack.analytics_url}/UserLogger.js"></script>
    <script>
      var userLogger = new UserLogger('{study.gateway.analytics}', 10, 20, 'data',
          {{'user': '{study.user}', 'condition_1': 'something', 'condition_2': 'something else'}})
      var circle = i => `<circle id=c${{i}} cx=${{20 + 30 * i}} cy=50 r=10 data-species=setosa data-n=${{i}} />`
      var circles = [...Array(12).keys()].map(circle).join('')
      document.querySelector('#chart').innerHTML = '<svg width=400 height=200>' + circles + '</svg>'
      userLogger.subscribeObject('circle')
      document.querySelector('svg').addEventListener('mousedown', event =>
          userLogger.addAction({{'action': 'new brush', 'dimensions': [[1, 2], [3, 4]]}}, event))
    </script>"""
    page.goto(study.site.add("/", body))
    for i in range(5):
        page.click(f"#c{i}")
    actions = study.actions(count=10)  # ten are sent at once, as by the original logger
    clicks = [action for action in actions if action["name"] == "click"]
    assert [(c["element_id"], c["data-species"], c["data-n"]) for c in clicks] == [
        (f"c{i}", "setosa", str(i)) for i in range(5)
    ]
    brushes = [action for action in actions if action.get("action") == "new brush"]
    assert [brush["dimensions"] for brush in brushes] == [[[1, 2], [3, 4]]] * 5
    box = page.locator("#chart").bounding_box()
    assert box
    assert [(b["client_x"], b["page_y"]) for b in brushes] == [
        (int(box["x"]) + 20 + 30 * i, int(box["y"]) + 50) for i in range(5)
    ]
    assert {(a["user"], a["condition_1"], a["condition_2"]) for a in actions} == {
        (study.user, "something", "something else")
    }
    assert {action["name"] for action in actions} == {"click", "action"}  # and nothing else


def test_the_logger_does_not_prevent_the_back_forward_cache(study: Study, browser: Browser) -> None:
    separate = browser.browser_type.launch(
        executable_path=program(),
        args=arguments(),
        ignore_default_args=["--disable-back-forward-cache"],  # Playwright disables it
    )
    try:
        tab = separate.new_page()
        study.site.add("/next", "<title>Next</title>")
        tab.goto(study.page("<button>x</button>"))
        tab.click("button")
        tab.goto(f"{study.site.url}/next")
        tab.go_back(wait_until="commit")
        views = study.actions("pageview", 2)
        assert [view["nav"] for view in views] == ["load", "bfcache"]
        assert views[0]["page_id"] == views[1]["page_id"]
        flush(tab)
    finally:
        separate.close()
    study.loss()


def test_clicks_in_a_frame_have_the_pages_coordinates(study: Study, page: Page) -> None:
    study.site.add("/frame", "<title>Frame</title><body style='margin:0'><button id=in>inside</button>")
    page.goto(study.page("<div style='height:120px'></div><iframe id=f src=/frame style='margin-left:200px'></iframe>"))
    page.evaluate("userLogger.captureFrame(document.querySelector('iframe'))")
    page.frame_locator("iframe").locator("#in").click()
    page.evaluate("""new Promise(done => {
        const frame = document.querySelector('iframe')
        frame.addEventListener('load', done, {once: true})
        frame.contentWindow.location.reload()
    }).then(() => null)""")
    page.frame_locator("iframe").locator("#in").click()
    flush(page)
    clicks = study.actions("click", 2)
    assert [click["element_id"] for click in clicks] == ["in", "in"]
    frame = page.locator("iframe").bounding_box()
    inner = page.frame_locator("iframe").locator("#in").bounding_box()
    assert frame
    assert inner
    for click in clicks:
        assert click["client_x"] == pytest.approx(inner["x"] + inner["width"] / 2, abs=1)
        assert click["client_y"] == pytest.approx(inner["y"] + inner["height"] / 2, abs=1)
        assert click["el_x"] == pytest.approx(inner["x"], abs=1)


def test_a_tap_is_logged_as_touch(study: Study, browser: Browser) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(study.page("<button id=b>x</button>"))
    page.tap("#b")
    flush(page)
    assert [click["pointer"] for click in study.actions("click")] == ["touch"]
    context.close()


def test_other_events_are_logged_with_their_fields(study: Study, page: Page) -> None:
    body = """<p id=p>some words</p>
        <div id=list style="height:60px;overflow:auto"><div style="height:900px"></div></div>
        <input name=q data-testid=search><div style="height:3000px"></div>"""
    page.goto(study.page(body))
    page.dblclick("#p")
    page.keyboard.press("Control+c")
    page.click("#p", button="right")
    page.evaluate("document.querySelector('#list').scrollTop = 200")
    settle(page)
    page.evaluate("scrollTo(0, 500)")
    settle(page)
    page.set_viewport_size({"width": 800, "height": 600})
    page.evaluate("userLogger.trackAreas('#p')")
    page.evaluate("setTimeout(() => { throw new Error('broken for ann@x.test') })")
    page.evaluate("Promise.reject(new Error('refused')) && 0")
    page.evaluate("""new Promise(done =>
        document.body.append(Object.assign(new Image(), {src: '/missing.png?token=abc', onerror: () => done()})))""")
    settle(page)
    flush(page)
    by_name: dict[str, list[dict[str, Any]]] = {}
    for action in study.actions(count=12):
        by_name.setdefault(action["name"], []).append(action)
    assert by_name["dblclick"][0]["element_id"] == "p"
    assert by_name["contextmenu"][0]["button"] == 2
    assert "text" not in by_name["copy"][0]
    scrolls = [(scroll["tag"], scroll["scroll_y"]) for scroll in by_name["scroll"]]
    assert {("div", 200), ("html", 500)} <= set(scrolls)
    assert (by_name["resize"][-1]["viewport_w"], by_name["resize"][-1]["viewport_h"]) == (800, 600)
    assert by_name["areas"][0]["areas"][0]["element_id"] == "p"
    errors = [error["message"] for error in by_name["error"]]
    assert {"Uncaught Error: broken for ***", "refused"} <= set(errors)
    assert [error["src"].endswith("/missing.png?token=***") for error in by_name["error"] if error.get("src")][-1]
