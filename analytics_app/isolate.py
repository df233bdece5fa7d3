"""Telling the action's fault from everything else, and finding the one action whose fault it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg2
from psycopg2.extensions import cursor as Cursor

T = TypeVar("T")


def isolate(cursor: Cursor, items: list[T], insert: Callable[[list[T]], None]) -> Iterator[tuple[T, str]]:
    """Insert all items; yield those that the database refuses for their own sake, with its words."""
    if not items:
        return
    try:
        with savepoint(cursor):
            insert(items)
    except (psycopg2.Error, ValueError) as error:
        if not own_fault(error):
            raise
        if len(items) == 1:
            yield items[0], str(error).strip()
            return
        middle = len(items) // 2
        yield from isolate(cursor, items[:middle], insert)
        yield from isolate(cursor, items[middle:], insert)


def own_fault(error: Exception) -> bool:
    """SQLSTATE class 22 data, 23 constraints, 54 too large for an index; ValueError: what psycopg2 cannot send."""
    return not isinstance(error, psycopg2.Error) or (error.pgcode or "")[:2] in ("22", "23", "54")


def everyones_fault(error: Exception) -> bool:
    """Whether any group would fail now: no connection, no room, no rights, read-only, shutting down, a table missing.

    Not so on a deadlock (40P01), on a statement that takes too long (57014), on an internal error.
    """
    code: str | None = getattr(getattr(error, "orig", error), "pgcode", None)
    return code is None or (code[:2] in ("08", "25", "28", "3D", "42", "53", "55", "57", "58") and code != "57014")


@contextmanager
def savepoint(cursor: Cursor) -> Iterator[None]:
    cursor.execute("SAVEPOINT part")
    try:
        yield
    except (psycopg2.Error, ValueError):
        if not cursor.connection.closed:
            cursor.execute("ROLLBACK TO SAVEPOINT part")
        raise
    cursor.execute("RELEASE SAVEPOINT part")
