"""The demo study while the analytics server is away: pages work, nobody is told what is not true, nothing is lost."""

import re

from playwright.sync_api import Page, expect

from tests.browser.participant import agree, answer, new_user, open_study, recorded, saved
from tests.support.running import RunningStack


def take_the_tour(page: Page) -> None:
    """From the task to the end, as far as it goes without the logger."""
    page.locator("#flower-132").click()
    expect(page.locator("#count")).to_have_text("1 flower selected: 1 virginica")
    page.get_by_role("link", name="Continue").click()
    page.wait_for_url("**/questions?*", wait_until="commit")
    answer(page)


def stored_once(stack: RunningStack, user: str) -> None:
    stack.wait_for("SELECT 1 FROM raw_actions WHERE user_id = %(user)s AND name = 'answers'", user=user)
    names = [row["name"] for row in recorded(stack, user, pages=1)]
    assert [names.count(name) for name in ("consent", "selection", "answers")] == [1, 1, 1]


def test_data_that_wait_for_the_server_are_not_called_saved(stack: RunningStack, page: Page) -> None:
    user = new_user()
    open_study(page, stack, user)
    agree(page)
    with stack.hanging(stack.api):
        take_the_tour(page)
        expect(page.locator("#outcome")).to_have_attribute("data-state", re.compile("pending|unreachable"))
        expect(page.locator("#message")).to_contain_text("Please leave this window open, and try again.")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
    saved(page)
    stored_once(stack, user)


def test_pages_work_while_the_logger_hangs_and_what_was_said_is_kept_for_it(stack: RunningStack, page: Page) -> None:
    user = new_user()
    with stack.hanging(stack.api):  # a fresh browser: the logger's file itself is on its way for ever
        page.goto(f"{stack.study_url}/?user={user}", wait_until="commit")
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/task?*", wait_until="commit")
        take_the_tour(page)
        expect(page.locator("#outcome")).to_have_attribute("data-state", "unreachable")
    saved(page)
    stored_once(stack, user)


def test_a_blocked_logger_is_told_to_the_participant_and_can_be_tried_again(stack: RunningStack, page: Page) -> None:
    user = new_user()
    page.route("**/UserLogger.js", lambda route: route.abort())
    open_study(page, stack, user)
    expect(page.locator("#recording")).to_have_text("Recorder out of reach")
    expect(page.locator("#unreachable")).to_be_visible()
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/task?*")
    take_the_tour(page)
    expect(page.locator("#outcome")).to_have_attribute("data-state", "unreachable")
    page.unroute("**/UserLogger.js")
    page.get_by_role("button", name="Try again").click()
    saved(page)
    stored_once(stack, user)


def test_a_no_outweighs_the_yes_that_waits_for_an_absent_logger(stack: RunningStack, page: Page) -> None:
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
