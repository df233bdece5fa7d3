"""The responses of the study app, tested without a browser."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from study_app import create_app
from study_app.config import Config

PAGES = ("/", "/task", "/questions", "/done")
ROOT = Path(__file__).parents[2]


def client(**settings: str | int) -> FlaskClient:
    return create_app(Config(**settings)).test_client()  # type: ignore[arg-type]


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def logger_tag(html: str) -> dict[str, str | None]:
    [tag] = [script for script in Tags(html).named("script") if "data-study" in script]
    return tag


@pytest.mark.parametrize("path", PAGES)
def test_every_page_loads_the_logger_with_one_tag_that_sets_user_and_conditions(path: str) -> None:
    html = client().get(path, query_string={"user": "p017", "condition_1": "plain", "condition_2": "goal"}).text
    tag = logger_tag(html)
    assert tag["src"] == "http://localhost:5003/UserLogger.js"
    assert (tag["data-study"], tag["data-user"], tag["data-consent"]) == ("iris-demo", "p017", "required")
    assert (tag["data-condition-1"], tag["data-condition-2"]) == ("plain", "goal")


def test_the_logger_is_loaded_from_the_host_of_the_request_unless_a_url_is_set() -> None:
    html = client(analytics_port=6003).get("/task?user=a", headers={"Host": "study.example.org:5002"}).text
    assert logger_tag(html)["src"] == "http://study.example.org:6003/UserLogger.js"
    html = client().get("/task?user=a", headers={"Host": "[::1]:5002"}).text
    assert logger_tag(html)["src"] == "http://[::1]:5003/UserLogger.js"
    html = client(analytics_url="https://logs.example.org/api").get("/task?user=a").text
    assert logger_tag(html)["src"] == "https://logs.example.org/api/UserLogger.js"


def test_an_unknown_path_gets_the_studys_own_404_page() -> None:
    answer = client().get("/tsak?user=p017")
    assert answer.status_code == 404
    assert "This study has no page at this address." in answer.text
    assert 'class="brand"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<title>Page not found · Iris study</title>" in answer.text
    assert "<h1>Page not found</h1>" in answer.text


@pytest.mark.parametrize("path", ["/", "/?user=p017", "/task?user=p017", "/questions?user=p017", "/done?user=p017"])
def test_every_page_has_a_description_and_is_not_indexed_by_search_engines(path: str) -> None:
    meta = {tag.get("name"): tag.get("content") for tag in Tags(client().get(path).text).named("meta")}
    assert meta["description"]
    assert meta["robots"] == "noindex"


CONSENT_TEXT = {
    "pageview": "which pages you open",
    "pageleave": "for how long",
    "click": "clicks, drags and touches",
    "click_effect": "clicks, drags and touches",
    "dblclick": "clicks, drags and touches",
    "contextmenu": "clicks, drags and touches",
    "mousemove": "where the pointer moves",
    "scroll": "scrolling",
    "dragstart": "clicks, drags",
    "drop": "clicks, drags",
    "dragend": "clicks, drags",
    "layout": "where on them the buttons, pictures and texts are",
    "submit": "your four answers",
    "change": "which field you change, and how many characters",
    "copy": "that you copy",
    "cut": "that you copy, cut",
    "paste": "that you copy, cut or paste",
    "visibility": "how long each page is visible",
    "window_focus": "how long each page is visible",
    "window_blur": "how long each page is visible",
    "resize": "screen and window size",
    "error": "errors in the page",
}
"""The text of the consent page for each action that the logger captures automatically."""


def test_the_consent_page_lists_everything_that_is_captured() -> None:
    table = (ROOT / "docs/logger.md").read_text().partition("Without any further setting:")[2].partition("\n\nWhere")[0]
    captured = {name for row in table.splitlines() for name in re.findall("`([a-z_]+)`", row.split(" | ")[0])}
    assert captured == CONSENT_TEXT.keys()
    html = client().get("/?user=p017").text
    assert [text for text in {*CONSENT_TEXT.values(), "language and time zone"} if text not in html] == []


def test_the_csp_allows_scripts_and_connections_of_the_logger_and_nothing_else() -> None:
    answer = client(analytics_url="https://logs.example.org/api").get("/task?user=a")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {name for name, sources in policy.items() if "https://logs.example.org" in sources} == {
        "script-src",
        "connect-src",
    }
    assert policy["script-src"] == policy["connect-src"] == "'self' https://logs.example.org"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil;script-src *", "a b", "x'y", "[::1", "<b>"])
def test_a_host_header_cannot_change_the_csp(host: str) -> None:
    answer = client().get("/task?user=a", headers={"Host": host})
    assert answer.status_code in {200, 400}
    assert answer.headers["Content-Security-Policy"].endswith("script-src 'self'; connect-src 'self'")


def test_a_user_in_the_link_cannot_inject_html() -> None:
    html = client().get("/task", query_string={"user": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in html
    assert logger_tag(html)["data-user"] == '"><script>alert(1)</script>'


def test_the_conditions_change_the_task_page() -> None:
    pages = {
        (one, two): client().get(f"/task?user=a&condition_1={one}&condition_2={two}").text
        for one in ("grid", "plain")
        for two in ("goal", "explore")
    }
    assert len(set(pages.values())) == 4
    assert all(("separate group" in html) == (two == "goal") for (_, two), html in pages.items())


def test_links_keep_the_participant_and_the_forced_conditions() -> None:
    html = client().get("/task?user=p%2017&condition_1=plain").text
    [link] = [a for a in Tags(html).named("a") if a.get("id") == "continue"]
    assert link["href"] == "/questions?user=p+17&condition_1=plain"


def test_without_a_participant_the_first_page_offers_a_code_and_does_not_load_the_logger() -> None:
    html = client().get("/").text
    [field] = [tag for tag in Tags(html).named("input") if tag.get("name") == "user"]
    assert re.fullmatch(r"guest-[0-9a-f]{8}", field["value"] or "")
    assert "UserLogger" not in html


@pytest.mark.parametrize("path", PAGES[1:])
def test_without_a_participant_every_other_page_redirects_to_the_first(path: str) -> None:
    answer = client().get(path)
    assert (answer.status_code, answer.location) == (302, "/")


def test_an_invalid_link_is_explained() -> None:
    answer = client().get("/?user=a&condition_1=dots")
    assert answer.status_code == 400
    assert "<title>Invalid link · Iris study</title>" in answer.text
    assert "<h1>Something is wrong with this link</h1>" in answer.text
    assert "condition_1 in this link must be one of: grid, plain." in answer.text


def test_a_posted_form_redirects_to_the_last_page_without_answers_in_the_url() -> None:
    answer = client().post("/done?user=a&condition_1=plain", data={"ease": "7", "remark": "secret"})
    assert (answer.status_code, answer.location) == (303, "/done?user=a&condition_1=plain")


def test_it_sets_no_cookies_and_has_a_health_endpoint() -> None:
    browser = client()
    answers = [browser.get(path, query_string={"user": "a"}) for path in (*PAGES, "/health")]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_the_image_installs_the_versions_that_the_tests_use() -> None:
    lock = set((ROOT / "requirements.lock").read_text().lower().split())
    own = set((ROOT / "study_app" / "requirements.txt").read_text().split())
    assert own <= lock
