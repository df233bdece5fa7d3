"""Delivery from a real browser over a network that fails: sent at least once, stored once."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON
from tests.support.running import wait_until

DOWN_MS = 1000 * int(os.environ.get("LOGGER_DOWN_S", "3"))  # 60 in a full run


def log(page: Page, count: int, size: int = 1, name: str = "step") -> None:
    page.evaluate(
        "([name, count, size]) => { for (let i = 0; i < count; i++) userLogger.log(name, {i, pad: 'x'.repeat(size)}) }",
        [name, count, size],
    )


def numbers(actions: list[dict[str, Any]]) -> list[int]:
    return sorted(action["i"] for action in actions)


def close_and_reopen(page: Page, url: str) -> Page:
    """Close the tab, and open the page in a new one."""
    context = page.context
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(url)
    return page


def test_every_action_is_delivered_after_the_server_was_down(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    study.gateway.down = True
    for _ in range(10):
        page.click("#b")
        log(page, 10)
        page.wait_for_timeout(DOWN_MS / 10)
    study.gateway.down = False
    page.evaluate("userLogger.flush()")
    assert numbers(study.actions("step", 100)) == sorted([*range(10)] * 10)
    assert len(study.actions("click", 10)) == 10
    [loss] = study.loss()
    assert (loss["unexplained"], loss["declared"]) == (0, 0)


def test_the_actions_of_a_tab_closed_while_the_server_is_down_are_delivered_on_the_next_visit(
    study: Study, page: Page
) -> None:
    url = study.page(BUTTON)
    page.goto(url)
    study.gateway.down = True
    page.click("#b")
    log(page, 5)
    seen = len(study.gateway.bodies)
    page = close_and_reopen(page, url)
    wait_until(lambda: len(study.gateway.bodies) > seen + 1, 10, "the closed tab and the new one try")
    study.gateway.down = False
    page.evaluate("userLogger.flush()")
    assert numbers(study.actions("step", 5)) == [*range(5)]
    assert len(study.actions("click")) == 1
    study.loss(pages=2)


def test_actions_logged_during_a_slow_request_are_stored_once(study: Study, page: Page) -> None:
    page.goto(study.page())
    study.gateway.delay_s = 1
    log(page, 50)  # a full batch, which is sent at once
    wait_until(lambda: study.gateway.bodies, 10, "a request is in progress")
    log(page, 170)
    result = page.evaluate("userLogger.flush(20000)")
    assert result["pending"] == 0
    assert numbers(study.actions("step", 220)) == sorted([*range(50), *range(170)])
    assert len({body["batch_id"] for body in study.gateway.bodies}) == len(study.gateway.bodies)  # no retry was needed


def test_a_batch_received_three_times_is_stored_once(study: Study, page: Page) -> None:
    study.gateway.mute = 2
    page.goto(study.page())
    log(page, 7)
    page.evaluate("userLogger.flush(20000)")
    first, second, third = study.gateway.bodies[:3]
    assert first["batch_id"] == second["batch_id"] == third["batch_id"]
    assert first["actions"] == second["actions"] == third["actions"]
    assert [body["attempt"] for body in (first, second, third)] == [0, 1, 2]
    study.actions("step", 7)
    study.loss()
    assert numbers(study.actions("step", 7)) == [*range(7)]


def test_200_kb_not_sent_when_the_page_ends_are_delivered_on_the_next_visit(study: Study, page: Page) -> None:
    url = study.page()
    page.goto(url)
    study.gateway.down = True
    log(page, 20, size=10_000)
    page.goto("about:blank")
    study.gateway.down = False
    page.goto(url)
    page.evaluate("userLogger.flush()")
    loss = study.loss(pages=2)
    stored = numbers(study.actions("step"))
    declared = sum(row["declared"] for row in loss)
    assert len(stored) == len(set(stored))
    assert len(stored) + declared == 20
    assert declared == 0  # up to 1 MB is kept in localStorage


def test_beacons_deliver_40_kb_when_the_page_is_closed(study: Study, page: Page) -> None:
    page.goto(study.page())
    page.evaluate("userLogger.flush()")
    log(page, 4, size=10_000)
    page.close()
    assert numbers(study.actions("step", 4)) == [*range(4)]


def test_a_click_50_ms_before_the_page_is_left_is_delivered(study: Study, page: Page) -> None:
    page.goto(study.page(BUTTON))
    page.click("#b")
    page.wait_for_timeout(50)
    page.goto("about:blank")
    [click] = study.actions("click")
    assert click["element_id"] == "b"
    assert [action["duration"] > 50 for action in study.actions("pageleave")] == [True]


def test_a_link_and_a_form_are_not_delayed_by_a_server_that_hangs(study: Study, page: Page) -> None:
    study.gateway.delay_s = 60  # longer than any wait of this test
    study.site.add("/next", "<title>Next</title>")
    url = study.page("<a href=/next>go</a><form action=/next><button>send</button></form>")
    for selector in ("a", "button"):
        page.goto(url)
        page.click(selector)
        page.wait_for_url("**/next**")
    study.gateway.delay_s = 0


def test_a_backlog_that_twenty_tabs_adopt_is_stored_once(study: Study, browser: Browser) -> None:
    # One batch per tab: each of the later tabs adopts those of all earlier ones.
    url = study.page(data_skip="pageview pageleave visibility window_focus window_blur")
    context = browser.new_context()
    study.gateway.down = True
    tabs = [context.new_page() for _ in range(20)]
    for tab in tabs:
        tab.goto(url)
        log(tab, 3, name="first")
    for tab in tabs:
        tab.close()
    tabs = [context.new_page() for _ in range(20)]
    for tab in tabs:
        tab.goto(url)
        log(tab, 3, name="second")
    study.gateway.down = False
    for tab in tabs:
        tab.evaluate("() => { sent = userLogger.flush(60000) }")
    assert [tab.evaluate("sent")["pending"] for tab in tabs] == [0] * 20
    assert numbers(study.actions("first", 60)) == sorted([0, 1, 2] * 20)
    assert numbers(study.actions("second", 60)) == sorted([0, 1, 2] * 20)
    context.close()
    loss = study.loss(pages=40)
    assert len({row["page_id"] for row in loss}) == 40


def test_flush_returns_the_number_of_pending_actions(study: Study, page: Page) -> None:
    page.goto(study.page())
    log(page, 3)
    assert page.evaluate("userLogger.flush()")["pending"] == 0
    study.actions("step", 3)
    study.gateway.down = True
    log(page, 3)
    assert page.evaluate("userLogger.flush(500)")["pending"] == 3
