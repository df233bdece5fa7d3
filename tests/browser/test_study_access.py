"""Accessibility of the demo study: keyboard, touch, all window widths, and a name for every control."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dev.participant import Point, box
from tests.browser.participant import answer, new_user, open_study, recorded, saved
from tests.support.running import RunningStack

UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), textarea, button, a, fieldset, [role]')]
  .filter((el) => !(el.labels?.length || el.getAttribute('aria-label') || el.textContent.trim()))
  .map((el) => el.outerHTML)"""
"""Controls without an accessible name."""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def test_the_study_does_not_begin_without_the_consent_checkbox(stack: RunningStack, page: Page) -> None:
    user = new_user()
    open_study(page, stack, user)
    page.get_by_role("button", name="Begin").click()
    assert page.evaluate("document.getElementById('agree').matches(':invalid')")
    assert "/task" not in page.url


def test_it_works_with_the_keyboard_only(stack: RunningStack, page: Page) -> None:
    user = new_user()

    def tab_to(target: Locator) -> None:
        for _ in range(30):
            if target.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"pressing Tab 30 times does not reach {target}")

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
    page.keyboard.type("typed")
    tab_to(page.locator("#send"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/done?*")
    saved(page)
    given = [row["data"] for row in recorded(stack, user, pages=4) if row["name"] == "answers"]
    assert [(data["ease"], data["certainty"], data["experience"], data["remark"]) for data in given] == [
        ("4", "5", "never", "typed")
    ]


def test_resizing_the_window_keeps_the_focus_on_the_flower(stack: RunningStack, page: Page) -> None:
    page.goto(f"{stack.study_url}/task?user={new_user()}")
    page.locator("circle[tabindex='0']").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.id")
    before = box(page.locator("#plot svg"))
    page.set_viewport_size({"width": 800, "height": 700})
    page.wait_for_function("width => document.querySelector('#plot svg').clientWidth !== width", arg=before["width"])
    expect(page.locator(f"#{focused}")).to_be_focused()
    expect(page.locator("circle[tabindex='0']")).to_have_id(focused)


def test_declining_moves_the_focus_to_the_answer(stack: RunningStack, page: Page) -> None:
    open_study(page, stack, new_user())
    page.get_by_role("button", name="No, thank you").click()
    expect(page.locator("#declined")).to_be_focused()


def drag_finger(page: Page, start: Point, end: Point) -> None:
    """Playwright only supports taps, so the touch is dragged through the DevTools protocol."""
    touch = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        places = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def test_it_works_on_a_phone(stack: RunningStack, phone: Page) -> None:
    user = new_user()
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
    [brush] = [row["data"] for row in recorded(stack, user, pages=4) if row["name"] == "new brush"]
    assert (brush["client_x"], brush["client_y"]) == pytest.approx(end, abs=1)
    [tap] = stack.rows(
        "SELECT pointer FROM \"Clicks\" WHERE user_id = %(user)s AND element_id = 'flower-132'", user=user
    )
    assert tap["pointer"] == "touch"


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1440])
@pytest.mark.parametrize("path", ["/", "/?user={}", "/task?user={}", "/questions?user={}", "/done?user={}"])
def test_no_page_overflows_its_window_and_all_controls_have_a_name(
    stack: RunningStack, page: Page, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(stack.study_url + path.format(new_user()))
    if "task" in path:
        expect(page.locator("circle")).to_have_count(150)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    steps = page.locator(".steps li").all()
    ends = [(rect["x"], rect["x"] + rect["width"]) for rect in map(box, steps)]
    assert all(left - right >= 5 for (_, right), (left, _) in pairwise(ends)), "the steps do not overlap"
    assert page.evaluate(UNNAMED) == []
    expect(page.locator("h1")).to_have_count(1)


def test_the_conditions_change_the_task_page(stack: RunningStack, page: Page) -> None:
    user = new_user()
    shown = {}
    for one in ("grid", "plain"):
        for two in ("goal", "explore"):
            page.goto(f"{stack.study_url}/task?user={user}&condition_1={one}&condition_2={two}")
            expect(page.locator("circle")).to_have_count(150)
            line = page.locator(".axes .tick line").first
            shown[one, two] = (box(line)["height"] > 100, page.locator("h1").inner_text())
    assert shown == {
        ("grid", "goal"): (True, "Find the separate group"),
        ("grid", "explore"): (True, "Explore the plot"),
        ("plain", "goal"): (False, "Find the separate group"),
        ("plain", "explore"): (False, "Explore the plot"),
    }
