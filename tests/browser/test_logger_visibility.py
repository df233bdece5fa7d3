"""Pages in the background and prerendered pages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Study
from tests.support.hosts import Site
from tests.support.running import wait_until


class Tabs:
    """Tabs that Playwright does not control: it would keep each in front, and none could be prerendered."""

    WAITING = """<script>(async () => {
        while (!(await fetch('/released')).ok) await new Promise(done => setTimeout(done, 50))
        location.replace(decodeURIComponent(location.hash.slice(1)))
    })()</script>"""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.site = site
        self.session = browser.new_browser_cdp_session()
        self.context = self.session.send("Target.createBrowserContext")["browserContextId"]

    def open(self, url: str) -> str:
        """Open `url` in a new tab in front; returns its target id.

        Playwright attaches to each new tab and lets go of those that are not its own, but Chromium prerenders
        nothing for a page that was loaded meanwhile. So the tab waits on a page of its own until it is released.
        """
        self.site.pages.pop("/released", None)
        waiting = self.site.add("/waiting", self.WAITING) + "#" + quote(url, safe="")
        opened = self.session.send("Target.createTarget", {"url": waiting, "browserContextId": self.context})
        tab = str(opened["targetId"])
        wait_until(lambda: not self.attached(tab), 20, "Playwright lets go of the tab")
        self.site.add("/released", "yes")
        return tab

    def attached(self, tab: str) -> bool:
        infos = self.session.send("Target.getTargets")["targetInfos"]
        return any(info["targetId"] == tab and info["attached"] for info in infos)

    def to_front(self, tab: str) -> None:
        self.session.send("Target.activateTarget", {"targetId": tab})

    def close(self, tab: str) -> None:
        self.session.send("Target.closeTarget", {"targetId": tab})

    def end(self) -> None:
        self.session.send("Target.disposeBrowserContext", {"browserContextId": self.context})


@pytest.fixture
def tabs(browser: Browser, study: Study) -> Iterator[Tabs]:
    opened = Tabs(browser, study.site)
    yield opened
    opened.end()


def prerendered(study: Study, tabs: Tabs, script: str, inside: str = "", **attributes: str) -> str:
    """A tab whose page prerenders the next one, then runs a script, then goes there."""
    rules = '{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}'
    ready = f"<script>if (document.prerendering) onload = () => {{ {inside}; localStorage.ready = 1 }}</script>"
    shown = f"""<script>document.addEventListener('prerenderingchange', () => {{
        userLogger.log('shown')
        fetch('{study.gateway.url}/shown', {{method: 'POST', body: JSON.stringify(userLogger.stats())}})
    }})</script>"""
    go = f"<script>onstorage = () => {{ {script}; setTimeout(() => (location.href = '/next'), 300) }}</script>"
    study.page(ready + shown, "/next", data_max_time="0.1", **attributes)
    first = study.page(f"{go}<script type=speculationrules>{rules}</script>", data_max_time="0.1", **attributes)
    return tabs.open(first)


def shown_stats(study: Study) -> dict[str, object]:
    return dict(wait_until(lambda: [b for b in study.gateway.bodies if "recording" in b], 20, "the next page")[0])


def test_a_tab_in_the_background_is_hidden_and_in_front_it_is_visible(study: Study, tabs: Tabs) -> None:
    tab = tabs.open(study.page("<p>x", data_max_time="0.1"))
    study.actions("pageview")
    tabs.open("about:blank")
    study.actions("visibility")
    study.actions("window_blur")
    tabs.to_front(tab)
    assert [action["state"] for action in study.actions("visibility", 2)] == ["hidden", "visible"]
    study.actions("window_focus")
    order = [action["name"] for action in study.actions("window%")]
    assert order[order.index("window_blur") :] == ["window_blur", "window_focus"]  # a slow tab gets the focus late
    [row] = study.stack.rows(
        "SELECT count(*) FROM \"rawActions\" WHERE user_id = %(user)s AND name LIKE 'page%%'", user=study.user
    )
    assert row["count"] == 1  # it is still the same view


def test_a_prerendered_page_is_a_page_view_only_if_it_is_shown(study: Study, tabs: Tabs) -> None:
    rules = '{"prerender": [{"urls": ["/next", "/never"], "eagerness": "immediate"}]}'
    go = "<script>onstorage = () => localStorage.next && localStorage.never && (location.href = '/next')</script>"
    mark = """<script>if (document.prerendering) onload = async () => {
        await userLogger.flush()
        localStorage[location.pathname.slice(1)] = 'ready'
    }</script>"""
    shown = """<script>document.addEventListener('prerenderingchange', () => userLogger.log('shown'))</script>"""
    # A prerendered page is ready when it has sent what it recorded, so recording too early would be noticed.
    attributes = {"data_max_time": "0.1"}
    study.page(mark + shown, "/next", **attributes)
    study.page(mark, "/never", **attributes)
    tab = tabs.open(study.page(f"{go}<script type=speculationrules>{rules}</script>", **attributes))
    study.actions("shown")
    tabs.close(tab)
    study.actions("pageleave", 2)
    views = study.actions("pageview", 2)
    assert sorted((view["nav"], view["url"].removeprefix(study.site.url)) for view in views) == [
        ("load", "/"),
        ("load", "/next"),
    ]
    loss = study.loss(pages=2)
    assert [row["page_no"] for row in sorted(loss, key=lambda row: row["page_no"])] == [0, 1]


def test_consent_refused_while_the_next_page_is_prerendered_applies_there(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "userLogger.consent(false)")
    assert shown_stats(study)["recording"] is False


def test_consent_given_while_the_next_page_is_prerendered_applies_there(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "userLogger.consent(true)", data_consent="required")
    assert shown_stats(study)["recording"] is True


def test_a_task_started_while_the_next_page_is_prerendered_continues_there(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "userLogger.startTask('T')")
    assert [action.get("task") for action in study.actions("shown")] == ["T"]


def test_stop_called_while_a_page_is_prerendered_applies_when_it_is_shown(study: Study, tabs: Tabs) -> None:
    prerendered(study, tabs, "", "userLogger.stop()")
    assert shown_stats(study)["recording"] is False
