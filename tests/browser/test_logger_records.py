"""No optional field, no odd clock and no odd library costs an action: what could be read is stored."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param("Date.now = () => -6e5", id="before 1970"),
        pytest.param("Date.now = () => 5", id="1970"),
        pytest.param("Date.now = () => 946684800000", id="2000, frozen"),
        pytest.param("const right = Date.now; Date.now = () => right() + 0.123", id="fractional"),
        pytest.param("Date.now = () => NaN", id="not a number"),
        pytest.param("window.Date = function () { return {} }", id="replaced"),
    ],
)
def test_every_action_is_stored_whatever_the_devices_clock_says(study: Study, page: Page, clock: str) -> None:
    page.add_init_script(clock)
    page.goto(study.page(BUTTON))
    page.click("#b")
    page.evaluate("userLogger.log('step')")
    flush(page)
    [step] = study.actions("step")
    assert UUID7.fullmatch(step["page_id"])
    study.actions("click")
    for body in study.gateway.bodies:
        assert UUID7.fullmatch(body["batch_id"])
        assert UUID7.fullmatch(body["session_id"])
    study.loss()


def test_attribute_names_that_css_must_escape_cost_no_click(study: Study, page: Page) -> None:
    page.goto(study.page("<p id=p><b data-test.id=pay>one</b><i data-test:id=pay>two</i></p>"))
    page.click("b")
    page.click("i")
    flush(page)
    selectors = [click["selector"] for click in study.actions("click", 2)]
    assert selectors == ['[data-test\\.id="pay"]', '[data-test\\:id="pay"]']
    for selector, tag in zip(selectors, "bi", strict=True):
        assert page.evaluate("s => [...document.querySelectorAll(s)].map(e => e.localName)", selector) == [tag]


def test_what_cannot_be_serialised_becomes_its_text(study: Study, page: Page) -> None:
    page.goto(study.page())
    page.evaluate("""() => {
        const circle = {radius: 2}
        circle.self = circle
        userLogger.log('x', {n: 10n, ok: 1})
        userLogger.log('x', {circle, deep: {n: [1n]}, ok: 2})
        userLogger.log('x', {get broken() { throw new Error('no') }, ok: 3})
        userLogger.log('x', {toJSON: () => { throw new Error('no') }, ok: 4})
        userLogger.log('x', {bare: Object.assign(Object.create(null), {toJSON() { throw 1 }}), ok: 5})
    }""")
    flush(page)
    logged = study.actions("x", 5)
    assert [action["ok"] for action in logged] == [1, 2, 3, 4, 5]
    assert logged[0]["n"] == "10"
    assert logged[1]["circle"] == {"radius": 2, "self": "[object Object]"}
    assert logged[1]["deep"] == {"n": ["1"]}
    assert "broken" in logged[2]
    study.loss()


def test_an_error_action_has_fields_of_the_error_only(study: Study, page: Page) -> None:
    page.goto(study.page("<script>var src = 'secret-src', href = 'secret-href', message = 'secret-message'</script>"))
    page.evaluate("Promise.reject() && 0")
    page.evaluate("dispatchEvent(new Event('error')) && 0")
    page.evaluate("Promise.reject({message: 'said', src: 'x.js'}) && 0")
    page.evaluate("setTimeout(() => { throw null })")
    page.wait_for_timeout(0)
    flush(page)
    errors = study.actions("error", 4)
    assert "secret" not in json.dumps(errors)
    assert "said" in [error.get("message") for error in errors]


def test_half_an_emoji_costs_no_action(study: Study, page: Page) -> None:
    text = "x" * 79 + "😀"
    page.goto(study.page(f"<button id=cut>{text}</button><button id=half>before </button><button id=data>d</button>"))
    page.evaluate("""() => {
        half.append('\\ud83d')
        data.setAttribute('data-mood', 'half \\ude00')
        document.title = 'title \\ud83d'
        history.pushState(null, '', '/next')
        userLogger.log('x', {'key \\ud83d': 'value \\ud83d', path: 'C:\\\\ud83d'})
    }""")
    for button in ("#cut", "#half", "#data"):
        page.click(button)
    flush(page)
    cut, half, data = study.actions("click", 3)
    assert cut["text"] == "x" * 79
    assert half["text"] == "before \ufffd"
    assert data["data-mood"] == "half \ufffd"
    assert data["title"] == "title \ufffd"
    [logged] = study.actions("x")
    assert (logged["key \ufffd"], logged["path"]) == ("value \ufffd", "C:\\ud83d")
    study.loss()


def test_arrays_and_delivery_survive_libraries_that_replace_built_in_objects(study: Study, page: Page) -> None:
    old = "<script>Array.prototype.toJSON = function () { return '[' + this.join(', ') + ']' }</script>"
    broken = """<script>JSON.stringify = () => '"replaced"'; JSON.parse = () => ({}); Date.now = () => 'now'
        fetch = () => Promise.reject(new Error('replaced'))</script>"""
    page.goto(study.site.add("/", f"<title>Study</title>{old}{study.tag()}{broken}<body>{BUTTON}"))
    page.click("#b")
    page.evaluate("userLogger.log('x', {list: [1, [2, 3]], deep: {list: ['a']}})")
    page.goto("about:blank")
    [logged] = study.actions("x")
    assert (logged["list"], logged["deep"]) == ([1, [2, 3]], {"list": ["a"]})
    study.actions("click")
    study.loss()


def test_a_change_event_that_is_no_fields_is_no_change(study: Study, page: Page) -> None:
    page.goto(study.page("<ul id=list><li id=item>a</li></ul><input id=q>"))
    page.evaluate("""() => { for (const id of ['list', 'item', 'q'])
        document.getElementById(id).dispatchEvent(new Event('change', {bubbles: true})) }""")
    flush(page)
    assert [change["element_id"] for change in study.actions("change")] == ["q"]


def test_the_logger_starts_from_the_tag_where_a_loader_runs_its_code(study: Study, page: Page) -> None:
    """Cloudflare's Rocket Loader changes the tag's type, fetches the file and evaluates it."""
    tag = study.tag().replace("<script", "<script type=hash-text/javascript")
    loader = """<script>addEventListener('load', async () => {
        const code = await (await fetch(document.querySelector('script[src]').src)).text()
        setTimeout(() => (0, eval)(code))
    })</script>"""
    page.goto(study.site.add("/", f"<title>Study</title>{tag}{loader}<body>{BUTTON}"))
    page.wait_for_function("window.userLogger")
    page.click("#b")
    flush(page)
    study.actions("click")


def test_a_hash_route_gives_the_user(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON, data_user_param="pid", data_user="") + f"#/welcome?pid={study.user}&x=1")
    page.click("#b")
    flush(page)
    study.actions("click")
