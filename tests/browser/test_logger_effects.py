"""click_effect: what followed a click."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import flush


def effects_of(study: Study, page: Page, count: int = 1) -> list[dict[str, Any]]:
    """The click_effect actions, as soon as there are `count`."""
    page.wait_for_function("userLogger.stats().captured > 0")
    return study.actions("click_effect", count)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<button id=b onclick='this.after(1)'>b</button>", "mutation"),
        ("<button id=b onclick='this.firstChild.data = \"c\"'>b</button>", "mutation"),
        ("<button id=b class=on onclick='this.className = \"off\"'>b</button>", "mutation"),
        ('<button id=b onclick=\'history.pushState(0, "", "/x")\'>b</button>', "nav"),
        ("<input type=radio id=b>", "change"),
        ("<label id=b>Yes <input type=checkbox></label>", "change"),
        ("<input id=b>", "focus"),
        ("<button id=b onclick='q.focus()'>b</button><input id=q>", "focus"),
        ("<details><summary id=b>More</summary>text</details>", "toggle"),
        (
            "<p style='height:50px;overflow:auto' onclick='this.scrollTop = 99'><b id=b>b</b><br>" + "x<br>" * 99,
            "scroll",
        ),
        ("<a id=b href='data:text/plain,x' download=x.txt>b</a>", "download"),
        ("<a id=b href='/next' target=_blank>b</a>", "tab"),
    ],
)
def test_what_follows_a_click_is_its_effect(study: Study, page: Page, body: str, kind: str) -> None:
    study.site.add("/next", "<title>Next</title>")
    page.goto(study.page(body, data_max_time="0.2"))
    page.click("#b")
    [effect] = effects_of(study, page)
    assert kind in effect["effects"]
    assert all(0 <= ms <= 1000 for ms in effect["effects"].values())
    first = min(effect["effects"], key=effect["effects"].get)
    assert (effect["effect"], effect["ms"]) == (first, effect["effects"][first])


@pytest.mark.parametrize(
    "body",
    [
        "<button id=b>b</button>",
        "<button id=b class=on onclick='this.className = \"on\"'>b</button>",
        '<button id=b data-x=1 onclick=\'this.setAttribute("data-x", "1")\'>b</button>',
        "<button id=b onclick='this.firstChild.data = \"b\"'>b</button>",
        "<button id=b onclick='this.dispatchEvent(new Event(\"change\", {bubbles: true}))'>b</button>",
        "<a id=b href='/next' onclick='event.preventDefault()' target=_blank>b</a>",
    ],
)
def test_a_click_without_an_effect_says_how_long_it_was_waited(study: Study, page: Page, body: str) -> None:
    page.goto(study.page(body, data_max_time="0.2"))
    page.click("#b")
    [effect] = effects_of(study, page)
    assert (effect["effect"], effect["effects"]) == ("none", {})
    assert effect["ms"] >= 990


def test_all_effects_are_named_each_with_its_time(study: Study, page: Page) -> None:
    script = """<script>addEventListener('click', () => {
        document.body.append('now')
        setTimeout(() => history.pushState(0, '', '/later'), 300)
        setTimeout(() => q.focus(), 600)
    })</script>"""
    page.goto(study.page(f"<button id=b>b</button><input id=q>{script}", data_max_time="0.2"))
    page.click("#b")
    [effect] = effects_of(study, page)
    assert effect["effects"].keys() == {"mutation", "nav", "focus"}
    assert effect["effects"]["mutation"] < 200 <= 290 <= effect["effects"]["nav"] <= effect["effects"]["focus"]
    assert effect["effect"] == "mutation"


def test_the_next_press_ends_the_wait_and_its_focus_belongs_to_it(study: Study, page: Page) -> None:
    page.goto(study.page("<button id=b>b</button><input id=q>", data_max_time="0.2"))
    page.click("#b")
    page.click("#q")
    first, second = effects_of(study, page, 2)
    assert (first["effect"], first["effects"]) == ("none", {})
    assert "focus" in second["effects"]


def test_the_browsers_click_on_a_labels_field_ends_nothing_and_has_no_effect_of_its_own(
    study: Study, page: Page
) -> None:
    page.goto(study.page("<label id=b>Yes <input type=checkbox></label>", data_max_time="0.2"))
    page.get_by_text("Yes").click()
    [effect] = effects_of(study, page)
    [press, activation] = study.actions("click", 2)
    assert (effect["ref"], activation["activation"]) == (press["seq"], True)
    assert "change" in effect["effects"]
    flush(page)
    assert len(study.actions("click_effect")) == 1
