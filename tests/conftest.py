"""The real thing for every test: servers from `make run`, and Chromium."""

from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, expect

from dev.browser import chromium
from tests.support.running import PATIENCE_S, RunningStack

# On a busy machine examples take as long as they take; that is no fault of what they try.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """PostgreSQL, Redis, API, worker and study app, shared by the session: each test selects by a user of its own."""
    running = RunningStack(tmp_path_factory.mktemp("stack"))
    try:
        yield running.wait_ready()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; that there is none is a failure, never a skip."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh visitor: no cookies, empty localStorage."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure on the stack shows what its processes said last."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(running, RunningStack):
        report.sections.append(("the stack", f"{running.output}\n{running.log_tails()}"))
    return report
