"""The last page of a visit, with an extension that blocks what EasyPrivacy blocks: `ping` requests to third parties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from dev.browser import arguments, program
from tests.browser.conftest import Study
from tests.browser.logger_page import BUTTON, flush

MANIFEST = {
    "manifest_version": 3,
    "name": "Blocks third-party pings",
    "version": "1",
    "permissions": ["declarativeNetRequest"],
    "declarative_net_request": {"rule_resources": [{"id": "pings", "enabled": True, "path": "rules.json"}]},
}
RULE = {
    "id": 1,
    "action": {"type": "block"},
    "condition": {"resourceTypes": ["ping"], "domainType": "thirdParty"},
}


@pytest.fixture
def blocking(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with the extension."""
    extension = tmp_path / "extension"
    extension.mkdir()
    (extension / "manifest.json").write_text(json.dumps(MANIFEST))
    (extension / "rules.json").write_text(json.dumps([RULE]))
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=program(),
        args=[*arguments(), f"--disable-extensions-except={extension}", f"--load-extension={extension}"],
        ignore_default_args=["--disable-extensions"],
    )
    yield context
    context.close()


def test_the_last_page_of_a_visit_arrives_although_pings_are_blocked(study: Study, blocking: BrowserContext) -> None:
    study.site.url = study.site.url.replace("127.0.0.1", "localhost")  # another site than the API: a third party
    page = blocking.new_page()
    page.goto(study.page(BUTTON))
    flush(page)
    page.evaluate(f"navigator.sendBeacon('{study.gateway.url}/probe', '{{\"probe\": true}}')")
    page.click("#b")
    page.evaluate("for (let i = 0; i < 5; i++) userLogger.log('step', {i})")
    page.goto("about:blank")
    assert [step["i"] for step in study.actions("step", 5)] == [*range(5)]
    study.actions("pageleave")
    [loss] = study.loss()
    assert loss["unexplained"] == 0
    assert {"probe": True} not in study.gateway.bodies  # the extension was at work


def test_what_was_handed_to_the_browser_stays_stored_until_it_is_acknowledged(
    study: Study, blocking: BrowserContext
) -> None:
    study.site.add("/other", "<title>Other</title>")  # no logger
    page = blocking.new_page()
    page.goto(study.page(BUTTON))
    flush(page)
    study.gateway.mute = 100
    page.evaluate("for (let i = 0; i < 5; i++) userLogger.log('step', {i})")
    page.goto(f"{study.site.url}/other")
    bodies = page.evaluate("Object.values(localStorage).map(JSON.parse)")
    stored = [action for body in bodies for action in body["actions"]]
    assert [action["i"] for action in stored if action["name"] == "step"] == [*range(5)]
    study.gateway.mute = 0
    page.goto(f"{study.site.url}/")
    flush(page)
    study.loss(pages=2)
    assert [key for key in page.evaluate("Object.keys(localStorage)") if "userlogger" in key] == []
