"""The demo study when one of its own files fails to load, and without JavaScript: the page says so."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.participant import new_user
from tests.support.running import RunningStack

LOAD_ERROR = "The flowers could not be loaded."


@pytest.fixture
def page_without_javascript(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("file", ["iris.csv", "vendor/d3.min.js", "scatterplot.js"])
def test_a_file_that_fails_to_load_is_reported_and_can_be_retried(stack: RunningStack, page: Page, file: str) -> None:
    page.route(f"**/{file}", lambda route: route.abort())
    page.goto(f"{stack.study_url}/task?user={new_user()}")
    expect(page.get_by_role("alert")).to_contain_text(LOAD_ERROR)
    expect(page.get_by_text("Loading the flowers")).to_be_hidden()
    page.unroute(f"**/{file}")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("circle")).to_have_count(150)
    expect(page.get_by_text(LOAD_ERROR)).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, "Internal Server Error"), (200, ""), (200, "<h1>Sign in to this network</h1>\n<form>")],
)
def test_a_response_that_is_not_the_data_is_reported_too(
    stack: RunningStack, page: Page, status: int, body: str
) -> None:
    page.route("**/iris.csv", lambda route: route.fulfill(status=status, body=body))
    page.goto(f"{stack.study_url}/task?user={new_user()}")
    expect(page.get_by_role("alert")).to_contain_text(LOAD_ERROR)


def test_a_request_without_a_response_ends_with_the_error_message(stack: RunningStack, page: Page) -> None:
    page.clock.install()
    page.route("**/iris.csv", lambda route: None)
    with page.expect_request("**/iris.csv"):
        page.goto(f"{stack.study_url}/task?user={new_user()}")
    expect(page.get_by_text("Loading the flowers")).to_be_visible()
    page.clock.fast_forward("00:30")
    expect(page.get_by_role("alert")).to_contain_text(LOAD_ERROR)


def test_continue_does_not_leave_the_task_before_the_flowers_are_loaded(stack: RunningStack, page: Page) -> None:
    page.route("**/iris.csv", lambda route: None)
    with page.expect_request("**/iris.csv"):
        page.goto(f"{stack.study_url}/task?user={new_user()}")
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("Please select at least one flower first.")).to_be_visible()
    assert "/task" in page.url


def test_continue_after_a_failed_load_leads_to_the_retry_button(stack: RunningStack, page: Page) -> None:
    page.route("**/iris.csv", lambda route: route.abort())
    page.goto(f"{stack.study_url}/task?user={new_user()}")
    expect(page.get_by_role("alert")).to_contain_text(LOAD_ERROR)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    assert "/task" in page.url


@pytest.mark.parametrize("path", ["/", "/task", "/questions", "/done"])
def test_without_javascript_every_page_says_that_nothing_is_recorded(
    stack: RunningStack, page_without_javascript: Page, path: str
) -> None:
    page_without_javascript.goto(f"{stack.study_url}{path}?user={new_user()}")
    notice = page_without_javascript.locator("noscript p")  # text selectors do not look into <noscript>
    expect(notice).to_be_visible()
    expect(notice).to_have_text(re.compile("This study needs JavaScript. Nothing (is|was) recorded"))
    expect(page_without_javascript.get_by_text("Loading the flowers")).to_be_hidden()
    expect(page_without_javascript.get_by_text("Saving your data")).to_be_hidden()
