"""Waiting for the rows of one user."""

from __future__ import annotations

from tests.support.running import Rows, RunningStack

VIEWS = {
    "raw_actions": '"rawActions"',
    "positions_screen": '"PositionsScreen"',
    "page_views": '"PageViews"',
    "clicks": '"Clicks"',
    "submits": '"Submits"',
}


def stored(stack: RunningStack, table: str, user: str, count: int, order: str = "page_id, seq") -> Rows:
    """The user's rows of a table, as soon as there are `count` of them. A table of actions is read through its view."""
    sql = f"SELECT * FROM {VIEWS.get(table, table)} WHERE user_id = %(user)s ORDER BY {order}"
    return stack.wait_for(sql, lambda rows: len(rows) == count, user=user)
