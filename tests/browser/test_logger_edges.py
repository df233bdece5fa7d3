"""The logger with unusual input devices, settings and pages."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush, logger_messages, settle


class Pen:
    """Sends strokes as a device does, without waiting until the page has handled the previous event."""

    def __init__(self, browser: Browser, page: Page) -> None:
        target = page.context.new_cdp_session(page).send("Target.getTargetInfo")["targetInfo"]["targetId"]
        self.session = browser.new_browser_cdp_session()
        self.id = self.session.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]

    def send(self, kind: str, x: int, y: int, **more: Any) -> None:
        event = {"type": kind, "pointerType": "pen", "x": x, "y": y, **more}
        message = json.dumps({"id": 1, "method": "Input.dispatchMouseEvent", "params": event})
        self.session.send("Target.sendMessageToTarget", {"sessionId": self.id, "message": message})

    def tap(self, x: int, y: int) -> None:
        self.send("mousePressed", x, y, button="left", clickCount=1)
        self.send("mouseReleased", x, y, button="left", clickCount=1)


def test_a_click_effect_names_its_click_and_its_duration(study: Study, page: Page) -> None:
    study.site.add("/next", "<title>Next</title>")
    body = """<style>.above {position: fixed; left: 0}</style><div style="height:3000px"></div>
        <button id=scroll class=above style="top:0" onclick="setTimeout(() => window.scrollTo(0, 500), 300)">s</button>
        <button id=push class=above style="top:40px" onclick="history.pushState(null, '', '/step')">p</button>
        <p id=dead class=above style="top:80px">nothing happens</p>
        <a id=leave class=above style="top:160px" href=/next>leave</a>"""
    page.goto(study.page(body, data_max_time="0.1"))
    for count, element in enumerate(("scroll", "push", "dead"), 1):
        page.click(f"#{element}")
        study.actions("click_effect", count)
    page.dblclick("#dead")
    study.actions("click_effect", 5)
    page.click("#leave")
    page.wait_for_url("**/next")
    effects = study.actions("click_effect", 6)
    clicks = study.actions("click", 6)
    assert [effect["ref"] for effect in effects] == [click["seq"] for click in clicks]
    assert [(click["element_id"], effect["effect"]) for click, effect in zip(clicks, effects, strict=True)] == [
        ("scroll", "scroll"),
        ("push", "nav"),
        ("dead", "none"),
        ("dead", "none"),  # ended by the second click of the two
        ("dead", "none"),
        ("leave", "nav"),
    ]
    scrolled, _, waited, cut, waited_again, _ = (effect["ms"] for effect in effects)
    assert 300 <= scrolled < 1000
    assert min(waited, waited_again) >= 1000
    assert 0 <= cut <= clicks[4]["t"] - clicks[3]["t"] < 1000
    assert effects[3]["seq"] < clicks[4]["seq"]
    for click, effect in zip(clicks, effects, strict=True):
        if effect["effect"] == "none":
            assert effect["ms"] == pytest.approx(effect["t"] - click["t"], abs=50)


def test_with_move_interval_0_every_coalesced_event_of_a_pen_is_logged(
    study: Study, browser: Browser, page: Page
) -> None:
    count = "<script>events = 0; addEventListener('pointermove', () => events++)</script>"
    page.goto(study.page(f"{BUTTON}{count}", data_move_interval="0", data_max_time="0.1"))
    pen = Pen(browser, page)
    # While the page is busy, the browser coalesces events into one.
    page.evaluate("setTimeout(() => { const end = performance.now() + 300; while (performance.now() < end); })")
    stroke = [(200 + 3 * i, 100 + i * i) for i in range(25)]
    for x, y in stroke:
        pen.send("mouseMoved", x, y)
    pen.tap(15, 15)
    [click] = study.actions("click")
    assert (click["pointer"], click["element_id"], click["client_x"], click["client_y"]) == ("pen", "b", 15, 15)
    rows = study.stack.rows(
        "SELECT client_x, client_y FROM \"PositionsScreen\" WHERE user_id = %(user)s AND name = 'mousemove'"
        " ORDER BY seq, sample",
        user=study.user,
    )
    positions = [position for position, _ in groupby((row["client_x"], row["client_y"]) for row in rows)]
    assert positions[: len(stroke)] == stroke
    assert page.evaluate("events") < len(stroke)
    assert {move["pointer"] for move in study.actions("mousemove")} == {"pen"}


def test_without_storage_actions_wait_in_memory_during_an_outage(study: Study, page: Page) -> None:
    messages = logger_messages(page)
    body = f"<title>Sandbox</title>{study.tag()}<body>{BUTTON}"
    page.goto(study.site.add("/", body, Content_Security_Policy="sandbox allow-scripts"))
    for name in ("localStorage", "sessionStorage"):
        result = page.evaluate(f"(() => {{ try {{ return {name}.length }} catch (error) {{ return error.name }} }})()")
        assert result == "SecurityError"
    page.evaluate("userLogger.startTask('one')")
    study.gateway.down = True
    page.click("#b")
    assert page.evaluate("userLogger.flush(100)")["pending"] > 0
    study.gateway.down = False
    flush(page)
    page.evaluate("userLogger.log('last')")
    page.goto("about:blank")
    [click] = study.actions("click")
    assert (click["element_id"], click["task"]) == ("b", "one")
    study.actions("last")
    study.actions("pageleave")
    study.loss()
    errors = [message.partition(" Failed")[0] for message in messages]
    assert errors == ["UserLogger: SecurityError:"] * 2  # one each for localStorage and sessionStorage


def test_skipped_actions_have_no_seq_and_without_capture_only_log_records(study: Study, page: Page) -> None:
    page.goto(study.page(f"{BUTTON}<div style='height:3000px'></div>", data_skip="mousemove scroll click_effect"))
    page.mouse.move(100, 100)
    page.click("#b")
    page.evaluate("scrollTo(0, 500)")
    settle(page)
    page.evaluate("userLogger.log('step')")
    flush(page)
    assert [(action["name"], action["seq"]) for action in study.actions(count=3)] == [
        ("pageview", 0),
        ("click", 1),
        ("step", 2),
    ]
    page.goto(study.page(BUTTON, "/quiet", data_capture="false", data_user=f"{study.user}-quiet"))
    page.mouse.move(100, 100)
    page.click("#b")
    page.evaluate("userLogger.log('step', {i: 1})")
    page.goto("about:blank")
    study.user += "-quiet"
    assert [(action["name"], action.get("i"), action["seq"]) for action in study.actions()] == [("step", 1, 0)]
    study.loss()


def test_the_logger_starts_although_a_library_extends_object_prototype(study: Study, page: Page) -> None:
    tag = study.tag()
    page.goto(study.site.add("/", f"<script>Object.prototype.extend = function () {{}}</script>{tag}<body>{BUTTON}"))
    page.mouse.click(15, 15)
    page.goto("about:blank")
    study.actions("click")


def test_clicks_in_a_nested_frame_have_the_pages_coordinates(study: Study, page: Page) -> None:
    study.site.add("/inner", "<body style='margin:0'><button id=in>inside</button>")
    study.site.add("/middle", "<body style='margin:0'><iframe src=/inner style='margin:50px 30px;border:0'></iframe>")
    page.goto(study.page("<iframe src=/middle style='margin:100px 200px;border:0;width:500px;height:300px'></iframe>"))
    page.evaluate("""() => {
        const outer = document.querySelector('iframe')
        userLogger.captureFrame(outer)
        userLogger.captureFrame(outer.contentDocument.querySelector('iframe'))
    }""")
    button = page.frame_locator("iframe").frame_locator("iframe").locator("#in")
    button.click()
    box = button.bounding_box()
    assert box
    flush(page)
    [click] = study.actions("click")
    assert click["client_x"] == pytest.approx(box["x"] + box["width"] / 2, abs=1)
    assert click["el_y"] == pytest.approx(box["y"], abs=1)


def test_a_module_script_imports_the_logger_from_its_server(study: Study, page: Page) -> None:
    script = f"""<script type=module>
        import {{ UserLogger }} from '{study.stack.analytics_url}/UserLogger.mjs'
        new UserLogger({{server: '{study.gateway.url}', study: 'logger-tests', constants: {{user: '{study.user}'}}}})
        document.title = 'ready'</script>"""
    page.goto(study.site.add("/", f"<title>Study</title>{script}<body>{BUTTON}"))
    page.wait_for_function("document.title == 'ready'")
    page.click("#b")
    page.goto("about:blank")
    assert [click["element_id"] for click in study.actions("click")] == ["b"]
