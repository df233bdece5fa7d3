"""A participant in the demo study, with checks, and the actions that should be stored."""

import re
import uuid
from typing import Any

from playwright.sync_api import Page, expect

from dev import participant
from tests.support.running import RunningStack


def new_user() -> str:
    return f"study-{uuid.uuid4().hex[:12]}"


def open_study(page: Page, stack: RunningStack, user: str, **forced: str) -> None:
    participant.open_study(page, stack.study_url, user, **forced)


def agree(page: Page) -> None:
    participant.agree(page)
    expect(page.locator("circle")).to_have_count(150)
    expect(page.locator("#recording")).to_have_text("Recording")


def answer(page: Page) -> None:
    participant.answer(page, remark="Where is the yellow one?")
    participant.send_answers(page)


def saved(page: Page) -> None:
    expect(page.locator("#message")).to_have_text(re.compile("^Your data are saved"))


def recorded(stack: RunningStack, user: str, pages: int) -> list[dict[str, Any]]:
    """All raw actions of a user in order, as soon as this many pages are stored without a gap.

    "Saved" does not yet mean stored: two workers may be storing different pages, the later one first.
    """
    stack.wait_for(
        "SELECT unexplained FROM page_loss WHERE user_id = %(user)s",
        until=lambda rows: len(rows) >= pages and not any(row["unexplained"] for row in rows),
        user=user,
    )
    return stack.rows('SELECT * FROM "rawActions" WHERE user_id = %(user)s ORDER BY page_id, seq', user=user)
