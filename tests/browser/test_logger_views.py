"""Views of single-page apps, trials, consent with its click, times of events, and forms that scripts submit."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush, logger_messages


def views(study: Study, count: int) -> list[tuple[str, str]]:
    """How each view came about, and its path."""
    return [(view["nav"], view["url"].removeprefix(study.site.url)) for view in study.actions("pageview", count)]


@pytest.mark.parametrize(
    ("script", "nav"),
    [
        ("History.prototype.pushState.call(history, null, '', '/a')", "push"),
        ("History.prototype.replaceState.call(history, null, '', '/a')", "replace"),
        ("history.pushState = history.pushState.bind(history); history.pushState(null, '', '/a')", "push"),
        ("navigation.navigate('/a').finished.then(() => 0)", "push"),
        ("navigation.navigate('/a', {history: 'replace'}).finished.then(() => 0)", "replace"),
    ],
)
def test_each_new_url_is_one_view_however_it_came_about(study: Study, page: Page, script: str, nav: str) -> None:
    intercept = """<script>navigation.addEventListener('navigate', event => {
        if (event.canIntercept && event.info === undefined) event.intercept({handler: async () => {}})
    })</script>"""
    page.goto(study.page(intercept))
    page.evaluate(script)
    page.wait_for_function("location.pathname === '/a'")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    flush(page)
    assert views(study, 2) == [("load", "/"), (nav, "/a")]


def test_a_view_has_the_title_that_the_app_sets_after_the_navigation(study: Study, page: Page) -> None:
    page.goto(study.page(data_max_time="30"))
    page.evaluate("""() => {
        history.pushState(null, '', '/a')
        setTimeout(() => document.title = 'First', 100)
        return new Promise(done => setTimeout(done, 2500))
    }""")
    page.evaluate("""() => {
        document.title = 'Second'
        history.pushState(null, '', '/b')
        userLogger.log('step')
    }""")
    flush(page)
    titles = [(view["url"].removeprefix(study.site.url), view["title"]) for view in study.actions("pageview", 3)]
    assert titles == [("/", "Study"), ("/a", "First"), ("/b", "Second")]
    [step] = study.actions("step")
    assert step["title"] == "Second"


def test_trials_are_numbered_within_the_session_and_on_every_action(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    for task in ("find", "find", "sort"):
        page.evaluate("task => userLogger.startTask(task)", task)
        page.click("#b")
        page.evaluate("userLogger.endTask()")
    page.evaluate("userLogger.log('after')")
    page.goto(study.page(BUTTON, path="/two"))
    page.evaluate("userLogger.startTask('more')")
    page.click("#b")
    flush(page)
    clicks = study.actions("click", 4)
    trials = [(click["task"], click["trial"]) for click in clicks]
    assert trials == [("find", 1), ("find", 2), ("sort", 3), ("more", 4)]
    assert not {"task", "trial"} & study.actions("after")[0].keys()
    rows = study.stack.rows(
        'SELECT task, trial FROM "Clicks" WHERE user_id = %(user)s ORDER BY page_id, seq', user=study.user
    )
    assert [(row["task"], row["trial"]) for row in rows] == trials


def test_a_restart_is_no_second_load(study: Study, page: Page) -> None:
    """As under React's StrictMode, which runs an effect, its clean-up, and the effect again."""
    page.goto(study.page())
    page.evaluate("""() => {
        const { UserLogger } = window
        userLogger.stop()
        new UserLogger({})
        userLogger.set({group: 'b'})
        new UserLogger({constants: {group: 'c'}})
    }""")
    flush(page)
    assert views(study, 2) == [("load", "/"), ("start", "/")]


def test_an_effect_that_runs_again_makes_no_second_page_view(study: Study, page: Page) -> None:
    """The recipe for React in docs/logger.md, under StrictMode and with another user."""
    page.goto(study.page())
    page.evaluate(
        """user => {
        for (const name of [user, user, user + '-b']) new UserLogger({study: 'logger-tests', constants: {user: name}})
        userLogger.log('step')
    }""",
        study.user,
    )
    flush(page)
    assert views(study, 1) == [("load", "/")]
    assert page.evaluate("userLogger.stats().recording")
    assert study.gateway.bodies[-1]["const"]["user"] == f"{study.user}-b"
    assert sum(action["name"] == "pageview" for body in study.gateway.bodies for action in body["actions"]) == 1


@pytest.mark.parametrize("event", ["event", "{nativeEvent: event}", "{originalEvent: event}"])
def test_the_click_that_consents_and_the_time_before_it_are_recorded_if_asked_for(
    study: Study, page: Page, event: str
) -> None:
    button = f"<button id=yes onclick='userLogger.consent(true, {event})'>I agree</button>"
    page.goto(study.page(button, data_consent="required"))
    page.evaluate("new Promise(done => setTimeout(done, 500))")
    page.click("#yes")
    flush(page)
    view, click, consent = [action for action in study.actions(count=3) if action["name"] != "mousemove"][:3]
    assert [action["name"] for action in (view, click, consent)] == ["pageview", "click", "consent"]
    assert (click["element_id"], click["text"]) == ("yes", "I agree")
    assert consent["client_x"] == click["client_x"]
    assert click["t"] - view["t"] >= 500
    assert view["t"] < 300


def test_without_the_event_nothing_from_before_the_consent_is_recorded(study: Study, page: Page) -> None:
    page.goto(study.page("<button id=yes onclick='userLogger.consent(true)'>I agree</button>", data_consent="required"))
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    page.click("#yes")
    flush(page)
    actions = study.actions(count=2)
    assert [action["name"] for action in actions] == ["pageview", "consent"]
    assert actions[0]["t"] >= 300


def test_an_action_has_the_time_of_its_event_even_if_the_page_was_busy(study: Study, page: Page) -> None:
    page.goto(study.page(f"{BUTTON}<script>addEventListener('click', event => stamp = event.timeStamp)</script>"))
    page.evaluate("setTimeout(() => { const end = performance.now() + 400; while (performance.now() < end); }) && 0")
    page.mouse.click(20, 20)
    flush(page)
    [click] = study.actions("click")
    assert click["t"] == pytest.approx(page.evaluate("stamp"), abs=0.1)


def test_submits_name_all_fields_of_the_form_and_include_those_by_scripts(study: Study, page: Page) -> None:
    body = """<form id=f onsubmit="return false"><input name=elements><select name=s multiple>
        <option selected>a<option selected>b</select><button>send</button></form>
        <input name=outside form=f required><iframe name=target hidden></iframe>
        <form id=g target=target><input name=q></form>"""
    page.goto(study.page(body, data_values="true"))
    page.evaluate("f.requestSubmit(); f.noValidate = true; f.requestSubmit()")
    page.evaluate("HTMLFormElement.prototype.submit.call(g)")
    page.evaluate("g.onsubmit = event => event.preventDefault(); g.requestSubmit(); g.submit()")
    page.select_option("select", ["a"])
    flush(page)
    submits = study.actions("submit", 3)
    assert [(submit["form_id"], submit["fields"], submit["valid"]) for submit in submits] == [
        ("f", ["elements", "s", "outside"], False),
        ("g", ["q"], True),
        ("g", ["q"], True),
    ]
    [change] = study.actions("change")
    assert (change["value"], change["length"]) == (["a"], 1)


def test_a_user_that_is_too_long_is_cut_and_said_and_rejects_are_told(study: Study, page: Page) -> None:
    messages = logger_messages(page)
    page.goto(study.page(BUTTON, data_user=study.user + "x" * 300))
    page.evaluate("userLogger.log('step')")
    page.evaluate("userLogger.log('n'.repeat(201))")
    flush(page)
    user = page.evaluate("userLogger.stats().page_id") and study.gateway.bodies[-1]["const"]["user"]
    assert len(user) <= 200
    assert user.startswith(study.user)
    assert "~" in user
    study.stack.wait_for(
        "SELECT name FROM \"rawActions\" WHERE user_id = %(user)s AND name = 'step'",
        lambda rows: len(rows) == 1,
        user=user,
    )
    page.wait_for_function("""async () => {
        userLogger.log('ask')
        return (await userLogger.flush()).rejected === 1
    }""")
    assert [message for message in messages if "user" in message]
