"""Bisect a list of items to find the ones that PostgreSQL refuses, and insert the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg2
from psycopg2.extensions import cursor as Cursor

from analytics_app.database.errors import is_fault_of_data

T = TypeVar("T")


def insert_all(cursor: Cursor, items: list[T], insert: Callable[[list[T]], None]) -> Iterator[tuple[T, str]]:
    """Insert all items; yields those that the database refuses for their own data, with its message.

    Raises:
        psycopg2.Error: an error that is not the data's fault; the transaction cannot go on.
    """
    if not items:
        return
    try:
        with savepoint(cursor):
            insert(items)
    except (psycopg2.Error, ValueError) as error:
        if not is_fault_of_data(error):
            raise
        if len(items) == 1:
            yield items[0], str(error).strip()
            return
        middle = len(items) // 2
        yield from insert_all(cursor, items[:middle], insert)
        yield from insert_all(cursor, items[middle:], insert)


@contextmanager
def savepoint(cursor: Cursor, name: str = "part") -> Iterator[None]:
    """Errors of the data leave the transaction as it was before. `name` differs from that of a savepoint around it."""
    cursor.execute(f"SAVEPOINT {name}")
    try:
        yield
    except (psycopg2.Error, ValueError):
        if not cursor.connection.closed:
            cursor.execute(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
        raise
    cursor.execute(f"RELEASE SAVEPOINT {name}")
