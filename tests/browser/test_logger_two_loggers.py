"""Two loggers on one origin: a frame or another tab with a tag of its own. Consent is one value for all of them."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush, recording, settle

FRAME = "<iframe src=/frame id=f></iframe>"


def framed(study: Study, page: Page, **attributes: str) -> None:
    study.page("<button id=in>in</button>", "/frame", **attributes)
    page.goto(study.page(BUTTON + FRAME, **attributes))
    page.frame_locator("#f").locator("#in").wait_for()
    page.wait_for_function("frames[0].userLogger")


def test_a_refusal_stays_refused_when_something_is_clicked_in_a_frame_with_its_own_logger(
    study: Study, page: Page
) -> None:
    framed(study, page)
    page.evaluate("userLogger.consent(false)")
    page.frame_locator("#f").locator("#in").click()
    settle(page)
    page.evaluate("frames[0].userLogger.flush()")
    assert page.evaluate("frames[0].userLogger.stats().recording") is False
    page.goto(study.page(BUTTON, "/next"))
    assert recording(page) == (False, "consent")
    assert [action["granted"] for action in study.actions("consent")] == [False] * len(study.actions("consent"))
    assert "click" not in {action["name"] for action in study.actions("c%")}


def test_a_refusal_in_a_frame_applies_to_its_page(study: Study, page: Page) -> None:
    framed(study, page)
    page.evaluate("frames[0].userLogger.consent(false)")
    page.click("#b")
    page.wait_for_function("!userLogger.stats().recording")
    flush(page)
    study.actions("consent", 2)
    assert "click" not in {action["name"] for action in study.actions("c%")}


def test_consent_given_on_the_page_starts_the_logger_in_its_frame(study: Study, page: Page) -> None:
    framed(study, page, data_consent="required")
    assert page.evaluate("frames[0].userLogger.stats().recording") is False
    page.evaluate("userLogger.consent(true)")
    page.wait_for_function("frames[0].userLogger.stats().recording")
    page.frame_locator("#f").locator("#in").click()
    page.evaluate("frames[0].userLogger.flush()")
    assert [click["element_id"] for click in study.actions("click")] == ["in"]


def test_task_and_page_chain_survive_a_frame_with_its_own_logger(study: Study, page: Page) -> None:
    framed(study, page)
    page.evaluate("userLogger.startTask('buy')")
    page.frame_locator("#f").locator("#in").click()
    page.click("#b")
    page.frame_locator("#f").locator("#in").click()
    page.evaluate("frames[0].userLogger.flush()")
    flush(page)
    first = page.evaluate("userLogger.stats().page_id")
    page.goto(study.page(BUTTON, "/next"))
    page.click("#b")
    flush(page)
    assert [click["task"] for click in study.actions("click", 4)] == ["buy"] * 4
    second = page.evaluate("userLogger.stats().page_id")
    [body] = [body for body in study.gateway.bodies if body["page_id"] == second][:1]
    assert (body["page_no"], body["prev_page"]["id"]) == (1, first)
    study.loss(pages=3)


def test_a_refusal_reaches_another_tab_and_the_batches_that_it_has_taken_over(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    flush(page)
    study.gateway.down = True
    page.evaluate("for (let i = 0; i < 100; i++) userLogger.log('refused later', {i})")
    page.wait_for_function("Object.keys(localStorage).length > 1")
    other = page.context.new_page()
    other.goto(study.page(BUTTON, "/other"))
    other.wait_for_function("userLogger.stats().pending >= 100")
    page.evaluate("userLogger.consent(false)")
    other.wait_for_function("!userLogger.stats().recording")
    other.click("#b")
    study.gateway.down = False
    other.evaluate("userLogger.flush()")
    page.evaluate("userLogger.flush()")
    study.actions("consent")
    assert {action["name"] for action in study.actions()} <= {"pageview", "consent"}
    study.stack.wait_for(  # both tabs declare, in any order
        "SELECT sum(declared) AS declared, sum(unexplained) AS unexplained FROM page_loss WHERE user_id = %(user)s",
        lambda rows: (rows[0]["declared"] or 0) >= 100 and rows[0]["unexplained"] == 0,
        user=study.user,
    )
    assert not [key for key in other.evaluate("Object.values(localStorage)") if "refused later" in key]
    other.goto(study.page(BUTTON, "/other"))
    assert recording(other) == (False, "consent")


def test_a_refusal_does_not_reach_a_tab_of_another_participant_or_a_new_tab(study: Study, page: Page) -> None:
    other = page.context.new_page()
    other.goto(study.page(BUTTON, "/other", data_user=f"{study.user}-other"))
    page.goto(study.page(BUTTON))
    page.evaluate("userLogger.consent(false)")
    assert recording(other) == (True, None)
    other.click("#b")
    assert recording(other) == (True, None)
    new = page.context.new_page()
    new.goto(study.page(BUTTON, "/new"))
    assert recording(new) == (True, None)
    page.evaluate("userLogger.consent(true)")
    assert recording(page) == (True, None)
