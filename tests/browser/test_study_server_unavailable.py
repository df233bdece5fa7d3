"""The demo study while the analytics server is unavailable: pages work, say what is saved, and lose nothing."""

import re

from playwright.sync_api import Page, expect

from dev.participant import continue_to_questions
from tests.browser.participant import agree, answer, new_user, open_study, recorded, saved
from tests.support.running import RunningStack


def complete_the_study(page: Page) -> None:
    """From the task to the last page; works without the logger too."""
    page.locator("#flower-132").click()
    expect(page.locator("#count")).to_have_text("1 flower selected: 1 virginica")
    continue_to_questions(page)
    answer(page)


def assert_stored_once(stack: RunningStack, user: str) -> None:
    stack.wait_for("SELECT 1 FROM \"rawActions\" WHERE user_id = %(user)s AND name = 'answers'", user=user)
    names = [row["name"] for row in recorded(stack, user, pages=1)]
    assert [names.count(name) for name in ("consent", "selection", "answers")] == [1, 1, 1]


def test_data_that_the_server_has_not_confirmed_are_not_reported_as_saved(stack: RunningStack, page: Page) -> None:
    user = new_user()
    open_study(page, stack, user)
    agree(page)
    with stack.hanging(stack.api):
        complete_the_study(page)
        expect(page.locator("#outcome")).to_have_attribute("data-state", re.compile("pending|unreachable"))
        expect(page.locator("#message")).to_contain_text("Please leave this window open and try again.")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
    saved(page)
    assert_stored_once(stack, user)


def test_pages_work_while_the_loggers_script_hangs_and_its_calls_are_queued(stack: RunningStack, page: Page) -> None:
    user = new_user()
    with stack.hanging(stack.api):  # nothing is cached, so the request for the logger's script hangs as well
        page.goto(f"{stack.study_url}/?user={user}", wait_until="commit")
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/task?*", wait_until="commit")
        complete_the_study(page)
        expect(page.locator("#outcome")).to_have_attribute("data-state", "unreachable")
    saved(page)
    assert_stored_once(stack, user)


def test_a_blocked_logger_is_reported_to_the_participant_and_can_be_retried(stack: RunningStack, page: Page) -> None:
    user = new_user()
    page.route("**/UserLogger.js", lambda route: route.abort())
    open_study(page, stack, user)
    expect(page.locator("#recording")).to_have_text("Recorder unavailable")
    expect(page.locator("#unreachable")).to_contain_text("some of what you do now may not be recorded")
    expect(page.locator("#unreachable")).to_be_visible()
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/task?*")
    complete_the_study(page)
    expect(page.locator("#outcome")).to_have_attribute("data-state", "unreachable")
    page.unroute("**/UserLogger.js")
    page.get_by_role("button", name="Try again").click()
    saved(page)
    assert_stored_once(stack, user)


def test_declining_discards_consent_that_is_queued_for_an_unavailable_logger(stack: RunningStack, page: Page) -> None:
    user = new_user()
    page.route("**/UserLogger.js", lambda route: route.abort())
    open_study(page, stack, user)
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/task?*")
    open_study(page, stack, user)
    page.locator("#decline").click()
    expect(page.locator("#declined")).to_be_visible()
    page.unroute("**/UserLogger.js")
    open_study(page, stack, user)
    expect(page.locator("#recording")).to_have_text("Not recording")
    assert page.evaluate("window.userLogger.stats().recording") is False
