"""The steps of a simulated participant in the demo study, for the browser tests and the screenshots."""

from urllib.parse import urlencode

from playwright.sync_api import FloatRect, Locator, Page

Point = tuple[float, float]

BRUSH_STEPS = 5
PAUSE_MS = 80  # at each point of the mouse path: longer than the logger's sampling interval of 50 ms


def open_study(page: Page, study_url: str, user: str, **conditions: str) -> None:
    """Open the consent page; `conditions` override those that the study would assign."""
    page.goto(f"{study_url}/?{urlencode({'user': user, **conditions})}")


def agree(page: Page) -> None:
    """Give consent, and wait until the task is shown and recorded."""
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/task?*")
    page.locator("circle").nth(149).wait_for()
    page.locator("#recording[data-state=on]").wait_for()


def brush_setosa(page: Page) -> list[Point]:
    """Draw a rectangle around the 50 setosa flowers; returns the points of the mouse path, in viewport pixels."""
    boxes = [box(circle) for circle in page.locator("circle[data-species=setosa]").all()]
    left, top = min(b["x"] for b in boxes) - 12, min(b["y"] for b in boxes) - 12
    right, bottom = max(b["x"] + b["width"] for b in boxes) + 12, max(b["y"] + b["height"] for b in boxes) + 12
    fractions = [step / BRUSH_STEPS for step in range(BRUSH_STEPS + 1)]
    path = [(float(round(left + (right - left) * f)), float(round(top + (bottom - top) * f))) for f in fractions]
    for number, point in enumerate(path):
        page.mouse.move(*point)
        page.wait_for_timeout(PAUSE_MS)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    page.get_by_text("50 flowers selected: 50 setosa").wait_for()
    return path


def continue_to_questions(page: Page) -> None:
    page.get_by_role("link", name="Continue").click()
    page.wait_for_url("**/questions?*", wait_until="commit")


def answer(page: Page, remark: str = "") -> None:
    """Answer the questions without sending them."""
    page.get_by_role("group", name="How easy").get_by_label("6").check()
    page.get_by_role("group", name="How sure").get_by_label("7").check()
    page.get_by_label("sometimes").check()
    page.get_by_label("Is there anything").fill(remark)


def send_answers(page: Page) -> None:
    page.get_by_role("button", name="Send my answers").click()
    page.wait_for_url("**/done?*", wait_until="commit")


def wait_until_saved(page: Page) -> None:
    page.locator("#outcome[data-state=saved]").wait_for()


def box(locator: Locator) -> FloatRect:
    """The bounding box of a visible element, in viewport pixels."""
    found = locator.bounding_box()
    if found is None:
        raise LookupError(f"{locator} is not visible")
    return found


def middle(locator: Locator) -> Point:
    rect = box(locator)
    return rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2
