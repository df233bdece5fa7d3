"""Fixtures for every test: the servers of `make run`, and Chromium."""

from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, expect

from dev.browser import chromium
from tests.support.running import PATIENCE_S, RunningStack

# On a busy machine an example may take long; that does not mean the code is slow.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """PostgreSQL, Redis, API, worker and study app, shared by all tests: each test selects by its own user."""
    running = RunningStack(tmp_path_factory.mktemp("stack"))
    try:
        yield running.wait_ready()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium. If there is none, tests fail instead of being skipped."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a new visitor: no cookies, empty localStorage."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the last output of the stack's processes."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(running, RunningStack):
        report.sections.append(("the stack", f"{running.output}\n{running.log_tails()}"))
    return report
