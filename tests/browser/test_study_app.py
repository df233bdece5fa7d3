"""A participant completes the demo study in a real browser; the tables then contain those actions and no others."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from dev.participant import Point, brush_setosa, continue_to_questions, middle
from tests.browser.participant import agree, answer, new_user, open_study, recorded, saved
from tests.support.running import RunningStack


@dataclass
class Visit:
    """What the script did, in viewport pixels, and the raw actions that were stored."""

    user: str
    flower: Point
    path: list[Point]
    raw: list[dict[str, Any]]

    def data(self, name: str) -> dict[str, Any]:
        """The data of the only action with this name."""
        [data] = [row["data"] for row in self.raw if row["name"] == name]
        assert isinstance(data, dict)
        return data


@pytest.fixture(scope="module")
def visit(stack: RunningStack, browser: Browser) -> Visit:
    """One participant from the consent page to the last page; each test checks one kind of action."""
    user = new_user()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    open_study(page, stack, user, condition_1="plain", condition_2="explore")
    agree(page)
    flower = middle(page.locator("#flower-132"))
    page.mouse.click(*flower)
    expect(page.locator("#count")).to_have_text("1 flower selected: 1 virginica")
    path = brush_setosa(page)
    expect(page.locator("#count")).to_have_text("50 flowers selected: 50 setosa")
    continue_to_questions(page)
    answer(page)
    saved(page)
    page.close()
    return Visit(user, flower, path, recorded(stack, user, pages=4))


def test_every_action_has_study_user_and_conditions(visit: Visit) -> None:
    found = {(row["study"], row["user_id"], row["condition_1"], row["condition_2"]) for row in visit.raw}
    assert found == {("iris-demo", visit.user, "plain", "explore")}


def test_actions_logged_by_the_study_are_stored_once_and_in_order(visit: Visit) -> None:
    names = ["consent", "pick flower", "new brush", "selection", "answers"]
    assert [row["name"] for row in visit.raw if row["name"] in names] == names
    assert visit.data("pick flower")["flower"] == 132
    assert visit.data("new brush")["selected"] == 50
    assert visit.data("selection")["flowers"] == list(range(1, 51))
    given = {"ease": "6", "certainty": "7", "experience": "sometimes", "remark": "Where is the yellow one?"}
    assert {field: visit.data("answers")[field] for field in given} == given


def test_each_page_view_is_stored(stack: RunningStack, visit: Visit) -> None:
    views = stack.rows('SELECT path FROM "PageViews" WHERE user_id = %(user)s ORDER BY page_id, seq', user=visit.user)
    assert [row["path"] for row in views] == ["/", "/task", "/questions", "/done"]


def test_clicks_are_stored_with_element_and_position(stack: RunningStack, visit: Visit) -> None:
    clicks = stack.rows('SELECT * FROM "Clicks" WHERE user_id = %(user)s ORDER BY page_id, seq', user=visit.user)
    answers = ["ease-6", "certainty-7", "experience-sometimes", "send"]
    assert [row["element_id"] for row in clicks] == ["flower-132", "plot-area", "continue", *answers]
    assert (clicks[0]["client_x"], clicks[0]["client_y"]) == pytest.approx(visit.flower, abs=1)
    assert (clicks[1]["client_x"], clicks[1]["client_y"]) == pytest.approx(visit.path[-1], abs=1)
    [flower] = [row["data"] for row in visit.raw if row["data"].get("element_id") == "flower-132"]
    assert (flower["data-species"], flower["data-sepal-length"]) == ("virginica", "7.9")


def test_the_submit_is_stored_with_its_field_names(stack: RunningStack, visit: Visit) -> None:
    [submit] = stack.rows('SELECT form_id, fields, valid FROM "Submits" WHERE user_id = %(user)s', user=visit.user)
    assert submit == {"form_id": "questions", "fields": ["ease", "certainty", "experience", "remark"], "valid": True}


def test_the_mouse_path_is_stored(stack: RunningStack, visit: Visit) -> None:
    where = "WHERE user_id = %(user)s AND path = '/task' ORDER BY page_id, seq, sample"
    rows = stack.rows(f'SELECT name, client_x AS x, client_y AS y FROM "PositionsScreen" {where}', user=visit.user)
    path = [(row["x"], row["y"]) for row in rows if row["name"] == "mousemove"]
    [*stops, _on_continue] = [position for position, _ in groupby(path)]  # where it rested there are two samples
    assert len(stops) == 1 + len(visit.path)
    for stored, moved in zip(stops, [visit.flower, *visit.path], strict=True):
        assert stored == pytest.approx(moved, abs=1)
    [end] = [(row["x"], row["y"]) for row in rows if row["name"] == "new brush"]
    assert end == pytest.approx(visit.path[-1], abs=1)


def test_the_participant_consented_and_nothing_was_rejected(stack: RunningStack, visit: Visit) -> None:
    [person] = stack.rows("SELECT study, consent FROM participants WHERE user_id = %(user)s", user=visit.user)
    assert person == {"study": "iris-demo", "consent": True}
    assert stack.rows("SELECT * FROM rejected_actions WHERE user_id = %(user)s", user=visit.user) == []


def test_without_consent_nothing_is_sent_and_nothing_is_kept_in_the_browser(stack: RunningStack, page: Page) -> None:
    user = new_user()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "/analytics" in request.url else None)
    for path in ("task", "questions", "done"):  # opened directly, which is not consent
        page.goto(f"{stack.study_url}/{path}?user={user}")
        expect(page.locator("#recording")).to_have_text("Not recording")
    expect(page.locator("#message")).to_have_text("Nothing was recorded, because you did not give consent.")
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0

    open_study(page, stack, user)
    page.get_by_role("button", name="No, thank you").click()
    expect(page.locator("#declined")).to_be_visible()
    page.goto(f"{stack.study_url}/task?user={user}")
    expect(page.locator("#recording")).to_have_text("Not recording")
    assert sent == []
    assert stack.rows('SELECT * FROM "rawActions" WHERE user_id = %(user)s', user=user) == []
