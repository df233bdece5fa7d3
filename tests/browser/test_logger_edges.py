"""What the logger does at the edges: who wants no record, pages that hide or are never shown, storage that is shut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.conftest import Study
from tests.support.running import wait_until

GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
DNT = "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})"
STORED = "Object.keys(localStorage).concat(Object.keys(sessionStorage))"
BUTTON = "<button id=b>press</button>"


class Tabs:
    """Tabs that Playwright does not hold on to: it would keep each in front, and none could be prerendered."""

    def __init__(self, browser: Browser) -> None:
        self.session = browser.new_browser_cdp_session()
        self.context = self.session.send("Target.createBrowserContext")["browserContextId"]

    def open(self, url: str) -> str:
        return str(self.session.send("Target.createTarget", {"url": url, "browserContextId": self.context})["targetId"])

    def to_front(self, tab: str) -> None:
        self.session.send("Target.activateTarget", {"targetId": tab})

    def close(self, tab: str) -> None:
        self.session.send("Target.closeTarget", {"targetId": tab})

    def end(self) -> None:
        self.session.send("Target.disposeBrowserContext", {"browserContextId": self.context})


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Tabs]:
    opened = Tabs(browser)
    yield opened
    opened.end()


class Pen:
    """Strokes as a device sends them: the next without waiting for what the page makes of the last."""

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


def flush(page: Page) -> None:
    assert page.evaluate("userLogger.flush()")["pending"] == 0


def recording(page: Page) -> tuple[bool, str | None]:
    stats = page.evaluate("userLogger.stats()")
    return stats["recording"], stats["why"]


def complaints(page: Page) -> list[str]:
    """What the logger says in the console from now on, and whatever is thrown."""
    heard: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "UserLogger" in message.text:
            heard.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: heard.append(f"thrown: {error}"))
    return heard


def test_what_came_of_a_click_names_the_click_and_how_long_it_took(study: Study, page: Page) -> None:
    study.site.add("/next", "<title>Next</title>")
    body = """<style>.above {position: fixed; left: 0}</style><div style="height:3000px"></div>
        <button id=scroll class=above style="top:0" onclick="setTimeout(() => window.scrollTo(0, 500), 300)">s</button>
        <button id=push class=above style="top:40px" onclick="history.pushState(null, '', '/step')">p</button>
        <p id=dead class=above style="top:80px">nothing happens</p>
        <a id=leave class=above style="top:160px" href=/next>leave</a>"""
    page.goto(study.page(body, data_max_time="0.1"))
    for so_far, element in enumerate(("scroll", "push", "dead"), 1):
        page.click(f"#{element}")
        study.actions("click_effect", so_far)
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
    assert 0 < cut <= clicks[4]["t"] - clicks[3]["t"] < 1000
    assert effects[3]["seq"] < clicks[4]["seq"]
    for click, effect in zip(clicks, effects, strict=True):
        assert effect["ms"] == pytest.approx(effect["t"] - click["t"], abs=50)


def test_a_pen_is_logged_as_a_pen_and_interval_0_takes_every_event_that_the_browser_has(
    study: Study, browser: Browser, page: Page
) -> None:
    count = "<script>events = 0; addEventListener('pointermove', () => events++)</script>"
    page.goto(study.page(f"{BUTTON}{count}", data_move_interval="0", data_max_time="0.1"))
    pen = Pen(browser, page)
    # While the page is busy, the browser keeps what comes and hands it over as one event.
    page.evaluate("setTimeout(() => { const end = performance.now() + 300; while (performance.now() < end); })")
    stroke = [(200 + 3 * i, 100 + i * i) for i in range(25)]
    for x, y in stroke:
        pen.send("mouseMoved", x, y)
    pen.tap(15, 15)
    [click] = study.actions("click")
    assert (click["pointer"], click["element_id"], click["client_x"], click["client_y"]) == ("pen", "b", 15, 15)
    rows = study.stack.rows(
        "SELECT client_x, client_y FROM positions_screen WHERE user_id = %(user)s AND name = 'mousemove'"
        " ORDER BY seq, sample",
        user=study.user,
    )
    assert [(row["client_x"], row["client_y"]) for row in rows][: len(stroke)] == stroke
    assert page.evaluate("events") < len(stroke)
    assert {move["pointer"] for move in study.actions("mousemove")} == {"pen"}


def test_of_cut_copy_and_paste_it_is_told_that_they_happened_and_nothing_of_what(study: Study, page: Page) -> None:
    page.goto(study.page("<input id=from value='my hunter2 words'><input id=to>", data_values="true"))
    page.focus("#from")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+x")
    page.focus("#to")
    page.keyboard.press("Control+v")
    assert page.input_value("#to") == "my hunter2 words"
    flush(page)  # before the field is left: that would be its change
    told = [action for action in study.actions(count=4) if action["name"] in ("copy", "cut", "paste")]
    assert [(action["name"], action["element_id"]) for action in told] == [
        ("copy", "from"),
        ("cut", "from"),
        ("paste", "to"),
    ]
    assert not [key for action in told for key in action if key in ("text", "value", "length")]
    leaks = "SELECT name FROM raw_actions WHERE user_id = %(user)s AND data::text LIKE '%%hunter2%%'"
    assert study.stack.rows(leaks, user=study.user) == []


def test_a_tab_behind_another_is_hidden_and_back_in_front_is_visible(study: Study, tabs: Tabs) -> None:
    tab = tabs.open(study.page("<p>x", data_max_time="0.1"))
    study.actions("pageview")
    tabs.open("about:blank")
    study.actions("visibility")
    study.actions("window_blur")
    tabs.to_front(tab)
    assert [action["state"] for action in study.actions("visibility", 2)] == ["hidden", "visible"]
    study.actions("window_focus")
    order = [action["name"] for action in study.actions("window%")]
    assert order == ["window_blur", "window_focus"]
    [row] = study.stack.rows(
        "SELECT count(*) FROM raw_actions WHERE user_id = %(user)s AND name LIKE 'page%%'", user=study.user
    )
    assert row["count"] == 1  # it is the same view all the time


def test_a_page_whose_storage_is_blocked_is_recorded_and_outlives_an_outage_in_memory(study: Study, page: Page) -> None:
    heard = complaints(page)
    body = f"<title>Sandbox</title>{study.tag()}<body>{BUTTON}"
    page.goto(study.site.add("/", body, Content_Security_Policy="sandbox allow-scripts"))
    for name in ("localStorage", "sessionStorage"):
        asked = page.evaluate(f"(() => {{ try {{ return {name}.length }} catch (error) {{ return error.name }} }})()")
        assert asked == "SecurityError"
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
    assert [line.partition(" Failed")[0] for line in heard] == [
        "UserLogger: SecurityError:"
    ] * 2  # one for each of both


def test_who_sends_global_privacy_control_is_not_recorded_before_saying_yes(study: Study, page: Page) -> None:
    heard = complaints(page)
    page.add_init_script(GPC)
    page.goto(study.page(f"{BUTTON}<input>"))
    page.click("#b")
    page.evaluate("userLogger.log('step')")
    page.evaluate("userLogger.flush()")
    assert recording(page) == (False, "gpc")
    assert heard == ["UserLogger: not recording: gpc"]
    assert page.evaluate(STORED) == []
    assert study.gateway.bodies == []
    page.evaluate("userLogger.consent(true)")
    page.click("#b")
    flush(page)
    names = [action["name"] for action in study.actions(count=3)]
    assert names.index("pageview") < names.index("consent") < names.index("click")
    assert (names.count("click"), "step" in names) == (1, False)
    [row] = study.stack.rows("SELECT env FROM pages WHERE user_id = %(user)s", user=study.user)
    assert (row["env"]["gpc"], row["env"]["dnt"]) == (True, False)


@pytest.mark.parametrize(
    ("respect", "signal", "why"),
    [("none", "gpc", None), ("gpc", "dnt", None), ("gpc dnt", "dnt", "dnt"), ("gpc dnt", "gpc", "gpc")],
)
def test_which_signals_are_honoured_is_the_studys_to_say(
    study: Study, page: Page, respect: str, signal: str, why: str | None
) -> None:
    page.add_init_script({"gpc": GPC, "dnt": DNT}[signal])
    page.goto(study.page(data_respect=respect))
    assert recording(page) == (why is None, why)
    assert bool(page.evaluate(STORED)) == (why is None)


def test_where_consent_is_required_nothing_leaves_and_nothing_stays_before_a_yes_and_after_a_no(
    study: Study, page: Page
) -> None:
    url = study.page(f"{BUTTON}<input name=q>", data_consent="required")
    for _ in range(2):
        page.goto(url)
        page.mouse.move(200, 200)
        page.click("#b")
        page.fill("input", "x")
        page.evaluate("userLogger.startTask('early')")
        page.evaluate("userLogger.flush()")
        assert recording(page) == (False, "consent")
        assert page.evaluate(STORED) == []
    assert study.gateway.bodies == []
    page.evaluate("userLogger.consent(true)")
    page.click("#b")
    flush(page)
    before = study.actions(count=3)
    said = [action["name"] for action in before if action["name"] in ("pageview", "consent", "click", "task_start")]
    assert said == ["pageview", "consent", "click"]
    assert [action["task"] for action in before if "task" in action] == []

    page.goto(url)  # the word holds for the tab, and for nobody else who sits down at it
    assert recording(page) == (True, None)
    for address in (study.page(BUTTON, "/next", data_consent="required", data_user=f"{study.user}-next"), url):
        page.goto(address)
        assert recording(page) == (False, "consent")
        page.evaluate("userLogger.consent(true)")
        assert recording(page) == (True, None)

    flush(page)
    study.gateway.down = True
    page.evaluate("for (let i = 0; i < 120; i++) userLogger.log('too late', {i})")
    page.wait_for_function("Object.keys(localStorage).length > 0")
    page.evaluate("userLogger.consent(false)")
    study.gateway.down = False
    assert recording(page) == (False, "consent")
    assert page.evaluate("Object.keys(localStorage)") == []
    [kept] = page.evaluate("Object.values(sessionStorage).map(JSON.parse)")
    assert (kept["consent"], {"session_id", "page_no", "prev_page", "task"} & kept.keys()) == (False, set())
    flush(page)
    page.click("#b")
    for address in (url, study.page(BUTTON, "/asks-nothing")):
        page.goto(address)
        assert recording(page) == (False, "consent")
        page.click("#b")
        page.evaluate("userLogger.log('too late')")
        flush(page)
    assert [word["granted"] for word in study.actions("consent", 3)] == [True, True, False]
    assert len(study.actions("click")) == 1
    assert "too late" not in {action["name"] for action in study.actions()}
    assert sum(row["declared"] for row in study.loss(pages=3)) >= 120


def test_a_page_that_is_prerendered_is_viewed_once_it_is_shown_and_never_if_it_is_not(study: Study, tabs: Tabs) -> None:
    rules = '{"prerender": [{"urls": ["/next", "/never"], "eagerness": "immediate"}]}'
    go = "<script>onstorage = () => localStorage.next && localStorage.never && (location.href = '/next')</script>"
    mark = """<script>if (document.prerendering) onload = async () => {
        await userLogger.flush()
        localStorage[location.pathname.slice(1)] = 'ready'
    }</script>"""
    shown = """<script>document.addEventListener('prerenderingchange', () => userLogger.log('shown'))</script>"""
    # Ready is what has sent all that it recorded: a page that records too early is caught at it.
    attributes = {"data_max_time": "0.1"}
    study.page(mark + shown, "/next", **attributes)
    study.page(mark, "/never", **attributes)
    tab = tabs.open(study.page(f"{go}<script type=speculationrules>{rules}</script>", **attributes))
    study.actions("shown")
    tabs.close(tab)
    study.actions("pageleave", 2)
    views = study.actions("pageview", 2)
    assert sorted((view["nav"], view["url"].removeprefix(study.site.url)) for view in views) == [
        ("load", "/"),
        ("load", "/next"),
    ]
    loss = study.loss(pages=2)
    assert [row["page_no"] for row in sorted(loss, key=lambda row: row["page_no"])] == [0, 1]


def test_what_the_study_says_is_private_is_not_captured_or_not_told(study: Study, page: Page) -> None:
    body = """<div data-ul-ignore>
          <button id=unseen>Unseen words</button><input id=unseen-field>
          <form id=unseen-form onsubmit="return false"><input name=inner><button id=unseen-send>send</button></form>
          <div id=unseen-list style="height:60px;overflow:auto"><div style="height:900px"></div></div>
        </div>
        <p id=masked data-ul-mask>Words of Rosa Diaz</p>
        <section data-ul-mask><button aria-label="Rosa Diaz" data-row=7>Rosa Diaz</button><input name=rosa></section>
        <form id=outer onsubmit="return false"><input name=open><span data-ul-ignore><input name=closed></span>
          <button id=send>Send</button></form>"""
    page.goto(study.page(body, data_values="true"))
    page.click("#unseen")
    page.fill("#unseen-field", "a")
    page.fill("[name=inner]", "a")
    page.click("#unseen-send")
    page.evaluate("document.querySelector('#unseen-list').scrollTop = 200")
    page.click("#masked")
    page.click("section button")
    page.fill("[name=rosa]", "Rosa Diaz")
    page.fill("[name=open]", "said")
    page.fill("[name=closed]", "not said")
    page.click("#send")
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 200)))")
    flush(page)
    clicks = study.actions("click", 3)
    assert [(click["text"], click.get("data-row")) for click in clicks] == [("***", None), ("***", "7"), ("Send", None)]
    changes = [(change["field"], change.get("value"), change.get("length")) for change in study.actions("change", 2)]
    assert changes == [("rosa", None, None), ("open", "said", 4)]
    [submit] = study.actions("submit")
    assert (submit["form_id"], submit["fields"]) == ("outer", ["open"])
    everything = study.actions()
    assert "scroll" not in {action["name"] for action in everything}
    told = json.dumps(everything)
    assert "unseen" not in told
    assert "Rosa" not in told


def test_skipped_actions_take_no_seq_and_without_capture_there_is_what_the_study_logs(study: Study, page: Page) -> None:
    page.goto(study.page(f"{BUTTON}<div style='height:3000px'></div>", data_skip="mousemove scroll click_effect"))
    page.mouse.move(100, 100)
    page.click("#b")
    page.evaluate("scrollTo(0, 500)")
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 200)))")
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


def prerendered(study: Study, tabs: Tabs, said: str, inside: str = "", **attributes: str) -> str:
    """A page prerenders the next, then says something, then goes there; the tab."""
    rules = '{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}'
    ready = f"<script>if (document.prerendering) onload = () => {{ {inside}; localStorage.ready = 1 }}</script>"
    shown = f"""<script>document.addEventListener('prerenderingchange', () => {{
        userLogger.log('shown')
        fetch('{study.gateway.url}/shown', {{method: 'POST', body: JSON.stringify(userLogger.stats())}})
    }})</script>"""
    go = f"<script>onstorage = () => {{ {said}; setTimeout(() => (location.href = '/next'), 300) }}</script>"
    study.page(ready + shown, "/next", data_max_time="0.1", **attributes)
    first = study.page(f"{go}<script type=speculationrules>{rules}</script>", data_max_time="0.1", **attributes)
    return tabs.open(first)


def shown_stats(study: Study) -> dict[str, object]:
    return dict(wait_until(lambda: [b for b in study.gateway.bodies if "recording" in b], 20, "the next page")[0])


def test_a_no_said_while_the_next_page_is_prerendered_holds_there(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "userLogger.consent(false)")
    assert shown_stats(study)["recording"] is False


def test_a_yes_said_while_the_next_page_is_prerendered_holds_there(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "userLogger.consent(true)", data_consent="required")
    assert shown_stats(study)["recording"] is True


def test_a_task_begun_while_the_next_page_is_prerendered_goes_on_there(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "userLogger.startTask('T')")
    assert [action.get("task") for action in study.actions("shown")] == ["T"]


def test_ones_no_is_not_the_next_participants(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    page.evaluate("userLogger.consent(false)")
    page.goto(study.page(BUTTON, "/next", data_user=f"{study.user}-next"))
    assert recording(page) == (True, None)


def test_a_function_that_a_library_adds_to_all_objects_does_not_keep_the_logger_from_starting(
    study: Study, page: Page
) -> None:
    tag = study.tag()
    page.goto(study.site.add("/", f"<script>Object.prototype.extend = function () {{}}</script>{tag}<body>{BUTTON}"))
    page.mouse.click(15, 15)
    page.goto("about:blank")
    study.actions("click")


def test_stop_holds_for_a_page_that_is_prerendered(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "", "userLogger.stop()")
    assert shown_stats(study)["recording"] is False


def test_a_frame_in_a_frame_is_captured_in_the_pages_coordinates(study: Study, page: Page) -> None:
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
