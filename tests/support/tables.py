"""Waiting for the rows of one user."""

from __future__ import annotations

from tests.support.running import Rows, RunningStack


def stored(stack: RunningStack, table: str, user: str, count: int, order: str = "page_id, seq") -> Rows:
    """The user's rows of a table or view, as soon as there are `count` of them."""
    return stack.wait_for(
        f"SELECT * FROM {table} WHERE user_id = %(user)s ORDER BY {order}", lambda rows: len(rows) == count, user=user
    )
