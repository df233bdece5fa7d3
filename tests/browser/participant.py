"""The steps of a participant in the demo study, and what they should have left behind."""

import re
import uuid
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.running import RunningStack

Point = tuple[float, float]


def new_user() -> str:
    return f"study-{uuid.uuid4().hex[:12]}"


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
    expect(page.locator("#message")).to_have_text(re.compile("^Your data are saved"))


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def middle(locator: Locator) -> Point:
    rect = box(locator)
    return rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2


def recorded(stack: RunningStack, user: str, pages: int) -> list[dict[str, Any]]:
    """All raw actions of a user in their order, once so many pages are there without a gap.

    Saved is not yet stored: two workers may still be at it, the later page first.
    """
    stack.wait_for(
        "SELECT unexplained FROM page_loss WHERE user_id = %(user)s",
        until=lambda rows: len(rows) >= pages and not any(row["unexplained"] for row in rows),
        user=user,
    )
    return stack.rows("SELECT * FROM raw_actions WHERE user_id = %(user)s ORDER BY page_id, seq", user=user)
