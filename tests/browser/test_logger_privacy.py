"""Consent, privacy signals of the browser, and private elements."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush, logger_messages, recording, settle

GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
DNT = "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})"
STORED = "Object.keys(localStorage).concat(Object.keys(sessionStorage))"


def test_with_global_privacy_control_nothing_is_recorded_before_consent(study: Study, page: Page) -> None:
    messages = logger_messages(page)
    page.add_init_script(GPC)
    page.goto(study.page(f"{BUTTON}<input>"))
    page.click("#b")
    page.evaluate("userLogger.log('step')")
    page.evaluate("userLogger.flush()")
    assert recording(page) == (False, "gpc")
    assert messages == ["UserLogger: not recording: gpc"]
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
def test_the_study_chooses_which_privacy_signals_are_respected(
    study: Study, page: Page, respect: str, signal: str, why: str | None
) -> None:
    page.add_init_script({"gpc": GPC, "dnt": DNT}[signal])
    page.goto(study.page(data_respect=respect))
    assert recording(page) == (why is None, why)
    assert bool(page.evaluate(STORED)) == (why is None)


def test_if_consent_is_required_nothing_is_sent_or_kept_without_it(study: Study, page: Page) -> None:
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
    actions = study.actions(count=3)
    names = [action["name"] for action in actions if action["name"] in ("pageview", "consent", "click", "task_start")]
    assert names == ["pageview", "consent", "click"]
    assert [action["task"] for action in actions if "task" in action] == []

    page.goto(url)  # consent applies to this participant in this tab
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
    # Only the hash of who has refused, and when, which tells the loggers in other tabs.
    [refusal] = page.evaluate("Object.keys(localStorage)")
    assert refusal.startswith("userlogger-refusal")
    assert study.user not in refusal
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
    assert [consent["granted"] for consent in study.actions("consent", 3)] == [True, True, False]
    assert len(study.actions("click")) == 1
    assert "too late" not in {action["name"] for action in study.actions()}
    assert sum(row["declared"] for row in study.loss(pages=3)) >= 120


def test_refusal_does_not_carry_over_to_the_next_participant(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    page.evaluate("userLogger.consent(false)")
    page.goto(study.page(BUTTON, "/next", data_user=f"{study.user}-next"))
    assert recording(page) == (True, None)


def test_ignored_elements_are_not_captured_and_masked_ones_have_no_text(study: Study, page: Page) -> None:
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
    settle(page)
    flush(page)
    clicks = study.actions("click", 3)
    texts = [(click.get("text"), click.get("data-row")) for click in clicks]
    assert texts == [(None, None), ("***", None), ("Send", None)]
    changes = [(change["field"], change.get("value"), change.get("length")) for change in study.actions("change", 2)]
    assert changes == [("rosa", None, None), ("open", "said", 4)]
    [submit] = study.actions("submit")
    assert (submit["form_id"], submit["fields"]) == ("outer", ["open"])
    everything = study.actions()
    assert "scroll" not in {action["name"] for action in everything}
    logged = json.dumps(everything)
    assert "Rosa" not in logged
    assert not [text for text in ("unseen", "not said", "words of") if text in logged.lower()]


def test_cut_copy_and_paste_are_logged_without_their_text(study: Study, page: Page) -> None:
    page.goto(study.page("<input id=from value='my hunter2 words'><input id=to>", data_values="true"))
    page.focus("#from")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+x")
    page.focus("#to")
    page.keyboard.press("Control+v")
    assert page.input_value("#to") == "my hunter2 words"
    flush(page)  # before the field loses the focus, which would be a change
    actions = [action for action in study.actions(count=4) if action["name"] in ("copy", "cut", "paste")]
    assert [(action["name"], action["element_id"]) for action in actions] == [
        ("copy", "from"),
        ("cut", "from"),
        ("paste", "to"),
    ]
    assert not [key for action in actions for key in action if key in ("text", "value", "length")]
    leaks = "SELECT name FROM \"rawActions\" WHERE user_id = %(user)s AND data::text LIKE '%%hunter2%%'"
    assert study.stack.rows(leaks, user=study.user) == []
