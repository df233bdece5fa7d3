"""A person takes part in the demo study in a real browser; then the tables hold what was done, and nothing else."""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.running import RunningStack

PACE_MS = 80  # of the hand: each stop is longer than the 50 ms between two samples of the mouse path


@pytest.fixture
def user() -> str:
    return f"study-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def open_study(page: Page, stack: RunningStack, user: str, **forced: str) -> None:
    page.goto(f"{stack.study_url}/?{urlencode({'user': user, **forced})}")


def agree(page: Page) -> None:
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/task?*")
    expect(page.locator("circle")).to_have_count(150)
    expect(page.locator("#recording")).to_have_text("Recording")


def answer(page: Page) -> None:
    page.get_by_role("group", name="How easy").get_by_label("6").check()
    page.get_by_role("group", name="How sure").get_by_label("7").check()
    page.get_by_label("sometimes").check()
    page.get_by_label("Is there anything").fill("Where is the yellow one?")
    page.get_by_role("button", name="Send my answers").click()
    page.wait_for_url("**/done?*", wait_until="commit")


def saved(page: Page) -> None:
    expect(page.locator("#message")).to_have_text(re.compile("^Your data are saved"), timeout=15_000)


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def middle(locator: Locator) -> tuple[float, float]:
    rect = box(locator)
    return rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2


def move(page: Page, stops: list[tuple[float, float]]) -> None:
    for x, y in stops:
        page.mouse.move(x, y)
        page.wait_for_timeout(PACE_MS)


def actions(stack: RunningStack, user: str, last: str) -> list[dict[str, Any]]:
    """All of a user's raw actions in their order, once `last` is the last page whose view is stored."""
    stack.wait_for("SELECT 1 FROM page_views WHERE user_id = %(user)s AND path = %(last)s", user=user, last=last)
    return stack.rows("SELECT * FROM raw_actions WHERE user_id = %(user)s ORDER BY page_id, seq", user=user)


def test_the_tables_hold_exactly_what_a_participant_did(stack: RunningStack, page: Page, user: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_study(page, stack, user, condition_1="plain", condition_2="explore")
    agree(page)

    flower = middle(page.locator("#flower-132"))
    page.mouse.click(*flower)
    expect(page.locator("#count")).to_have_text("1 flower selected: 1 virginica")

    plot = box(page.locator("#plot-area"))
    start = (round(plot["x"] + 4), round(plot["y"] + plot["height"] * 0.66))
    end = (round(plot["x"] + plot["width"] * 0.52), round(plot["y"] + plot["height"] - 4))
    between = [
        (round(start[0] + (end[0] - start[0]) * i / 5), round(start[1] + (end[1] - start[1]) * i / 5))
        for i in range(1, 5)
    ]
    move(page, [start])
    page.mouse.down()
    move(page, [*between, end])
    page.mouse.up()
    expect(page.locator("#count")).to_have_text("50 flowers selected: 50 setosa")
    page.get_by_role("link", name="Continue").click()
    page.wait_for_url("**/questions?*")
    answer(page)
    saved(page)

    raw = actions(stack, user, "/done")
    assert {(row["study"], row["condition_1"], row["condition_2"]) for row in raw} == {
        ("iris-demo", "plain", "explore")
    }
    own = [row["name"] for row in raw if row["name"] in {"consent", "pick flower", "new brush", "selection", "answers"}]
    assert own == ["consent", "pick flower", "new brush", "selection", "answers"]
    by_name = {row["name"]: row["data"] for row in raw}
    assert by_name["pick flower"]["flower"] == 132
    assert by_name["new brush"]["selected"] == 50
    assert by_name["selection"]["flowers"] == list(range(1, 51))
    given = {"ease": "6", "certainty": "7", "experience": "sometimes", "remark": "Where is the yellow one?"}
    assert {key: by_name["answers"][key] for key in given} == given

    views = stack.rows("SELECT path, host FROM page_views WHERE user_id = %(user)s ORDER BY page_id, seq", user=user)
    assert [row["path"] for row in views] == ["/", "/task", "/questions", "/done"]

    clicks = stack.rows("SELECT * FROM clicks WHERE user_id = %(user)s ORDER BY page_id, seq", user=user)
    assert [row["element_id"] for row in clicks] == [
        "flower-132", "plot-area", "continue", "ease-6", "certainty-7", "experience-sometimes", "send",
    ]  # fmt: skip
    assert (clicks[0]["client_x"], clicks[0]["client_y"]) == pytest.approx(flower, abs=1)
    assert (clicks[1]["client_x"], clicks[1]["client_y"]) == pytest.approx(end, abs=1)
    [picked] = [row["data"] for row in raw if row["data"].get("element_id") == "flower-132"]
    assert (picked["data-species"], picked["data-sepal-length"]) == ("virginica", "7.9")

    [submit] = stack.rows("SELECT form_id, fields, valid FROM submits WHERE user_id = %(user)s", user=user)
    assert submit == {"form_id": "questions", "fields": ["ease", "certainty", "experience", "remark"], "valid": True}

    path = stack.rows(
        "SELECT name, client_x AS x, client_y AS y FROM positions_screen"
        " WHERE user_id = %(user)s AND path = '/task' ORDER BY page_id, seq, sample",
        user=user,
    )
    stops = [(row["x"], row["y"]) for row in path if row["name"] == "mousemove"][:-1]  # the last is on "Continue"
    assert len(stops) == 7
    for stored, moved in zip(stops, [flower, start, *between, end], strict=True):
        assert stored == pytest.approx(moved, abs=1)
    [brush] = [(row["x"], row["y"]) for row in path if row["name"] == "new brush"]
    assert brush == pytest.approx(end, abs=1)

    [person] = stack.rows("SELECT study, consent FROM participants WHERE user_id = %(user)s", user=user)
    assert person == {"study": "iris-demo", "consent": True}
    assert stack.rows("SELECT * FROM rejected_actions WHERE user_id = %(user)s", user=user) == []


def test_nothing_is_recorded_without_consent(stack: RunningStack, page: Page, user: str) -> None:
    open_study(page, stack, user)
    page.get_by_role("button", name="No, thank you").click()
    expect(page.locator("#declined")).to_be_visible()
    for path in ("task", "questions", "done"):  # a person who types addresses has still not agreed
        page.goto(f"{stack.study_url}/{path}?user={user}")
        expect(page.locator("#recording")).to_have_text("Not recording")
    expect(page.locator("#message")).to_have_text("Nothing was recorded, because no consent was given.")

    witness = f"{user}-witness"  # everything before it has been stored when its own rows are there
    other = page.context.browser
    assert other is not None
    context = other.new_context()
    second = context.new_page()
    open_study(second, stack, witness)
    agree(second)
    actions(stack, witness, "/task")
    context.close()
    for table in ("raw_actions", "page_views", "clicks", "positions_screen", "pages"):
        assert stack.rows(f"SELECT * FROM {table} WHERE user_id = %(user)s", user=user) == []


def test_the_form_does_not_begin_without_the_tick(stack: RunningStack, page: Page, user: str) -> None:
    open_study(page, stack, user)
    page.get_by_role("button", name="Begin").click()
    assert page.evaluate("document.getElementById('agree').matches(':invalid')")
    assert "/task" not in page.url


def test_it_works_by_keyboard_alone(stack: RunningStack, page: Page, user: str) -> None:
    def tab_to(target: Locator) -> None:
        for _ in range(30):
            if target.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"30 times Tab does not reach {target}")

    open_study(page, stack, user)
    tab_to(page.locator("#agree"))
    page.keyboard.press("Space")
    tab_to(page.locator("#begin"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/task?*")
    expect(page.locator("circle")).to_have_count(150)
    expect(page.locator("#recording")).to_have_text("Recording")

    tab_to(page.locator("circle[tabindex='0']"))
    page.keyboard.press("Space")
    expect(page.locator("#count")).to_have_text("1 flower selected: 1 setosa")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#count")).to_have_text("3 flowers selected: 3 setosa")
    expect(page.locator("circle[aria-selected='true']")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("#count")).to_have_text("No flower selected")
    tab_to(page.locator("#continue"))
    page.keyboard.press("Enter")
    expect(page.locator("#none-selected")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    tab_to(page.locator("#continue"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions?*")

    for field, presses in (("ease-1", 3), ("certainty-1", 4), ("experience-never", 0)):
        tab_to(page.locator(f"#{field}"))
        page.keyboard.press("Space")
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    tab_to(page.locator("#remark"))
    page.keyboard.type("by keys")
    tab_to(page.locator("#send"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/done?*")
    saved(page)
    given = [row["data"] for row in actions(stack, user, "/done") if row["name"] == "answers"]
    assert [(data["ease"], data["certainty"], data["experience"], data["remark"]) for data in given] == [
        ("4", "5", "never", "by keys")
    ]


def drag_finger(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Playwright has taps only; the browser's own protocol moves a finger."""
    touch = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        places = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def test_it_works_on_a_phone(stack: RunningStack, phone: Page, user: str) -> None:
    open_study(phone, stack, user)
    phone.get_by_label("I have read this").check()
    phone.get_by_role("button", name="Begin").tap()
    phone.wait_for_url("**/task?*")
    phone.locator("#flower-132").tap()
    expect(phone.locator("#count")).to_have_text("1 flower selected: 1 virginica")

    plot = box(phone.locator("#plot-area"))
    bottom = plot["y"] + plot["height"]
    end = (round(plot["x"] + plot["width"] * 0.55), round(bottom - 4))
    drag_finger(phone, (round(plot["x"] + 4), round(bottom - plot["height"] * 0.28)), end)
    expect(phone.locator("#count")).to_have_text("50 flowers selected: 50 setosa")
    phone.get_by_role("link", name="Continue").tap()
    phone.wait_for_url("**/questions?*")
    answer(phone)
    saved(phone)
    [brush] = [row["data"] for row in actions(stack, user, "/done") if row["name"] == "new brush"]
    assert (brush["client_x"], brush["client_y"]) == pytest.approx(end, abs=1)
    [tap] = stack.rows("SELECT pointer FROM clicks WHERE user_id = %(user)s AND element_id = 'flower-132'", user=user)
    assert tap["pointer"] == "touch"


@pytest.mark.parametrize("width", [360, 390, 768, 1440])
@pytest.mark.parametrize("path", ["/", "/?user={}", "/task?user={}", "/questions?user={}", "/done?user={}"])
def test_no_page_is_wider_than_its_window_and_all_controls_are_named(
    stack: RunningStack, page: Page, user: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(stack.study_url + path.format(user))
    if "task" in path:
        expect(page.locator("circle")).to_have_count(150)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(UNNAMED) == []
    expect(page.locator("h1")).to_have_count(1)


UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), textarea, button, a, fieldset, [role]')]
  .filter((el) => !(el.labels?.length || el.getAttribute('aria-label') || el.textContent.trim()))
  .map((el) => el.outerHTML)"""
"""Controls that a screen reader would have no name for."""


def test_the_conditions_change_the_task_page(stack: RunningStack, page: Page, user: str) -> None:
    shown = {}
    for one in ("grid", "plain"):
        for two in ("goal", "explore"):
            page.goto(f"{stack.study_url}/task?user={user}&condition_1={one}&condition_2={two}")
            expect(page.locator("circle")).to_have_count(150)
            line = page.locator(".axes .tick line").first
            shown[one, two] = (box(line)["height"] > 100, page.locator("h1").inner_text())
    assert shown == {
        ("grid", "goal"): (True, "Find the group that stands apart"),
        ("grid", "explore"): (True, "Look around"),
        ("plain", "goal"): (False, "Find the group that stands apart"),
        ("plain", "explore"): (False, "Look around"),
    }


def take_the_tour(page: Page) -> None:
    """From the task to the end, as far as it goes without the logger."""
    page.locator("#flower-132").click()
    expect(page.locator("#count")).to_have_text("1 flower selected: 1 virginica")
    page.get_by_role("link", name="Continue").click()
    page.wait_for_url("**/questions?*", wait_until="commit")
    answer(page)


def stored_once(stack: RunningStack, user: str) -> None:
    names = [row["name"] for row in actions(stack, user, "/done")]
    assert [names.count(name) for name in ("consent", "selection", "answers")] == [1, 1, 1]


def test_data_that_wait_for_the_server_are_not_called_saved(stack: RunningStack, page: Page, user: str) -> None:
    open_study(page, stack, user)
    agree(page)
    stack.api.pause()
    try:
        take_the_tour(page)
        expect(page.locator("#outcome")).to_have_attribute(
            "data-state", re.compile("pending|unreachable"), timeout=20_000
        )
        expect(page.locator("#message")).to_contain_text("Please leave this window open, and try again.")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
    finally:
        stack.api.resume()
    saved(page)
    stored_once(stack, user)


def test_pages_work_while_the_logger_hangs_and_what_was_said_is_kept_for_it(
    stack: RunningStack, page: Page, user: str
) -> None:
    stack.api.pause()  # a fresh browser: the logger's file itself is on its way for ever
    try:
        page.goto(f"{stack.study_url}/?user={user}", wait_until="commit")
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/task?*", wait_until="commit")
        take_the_tour(page)
        expect(page.locator("#outcome")).to_have_attribute("data-state", "unreachable", timeout=20_000)
    finally:
        stack.api.resume()
    saved(page)
    stored_once(stack, user)


def test_a_blocked_logger_is_told_to_the_participant_and_can_be_tried_again(
    stack: RunningStack, page: Page, user: str
) -> None:
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
