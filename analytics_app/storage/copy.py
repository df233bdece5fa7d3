"""Many rows into PostgreSQL at once: COPY in text format, and INSERT … VALUES with a conflict clause."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

ROWS_PER_COPY = 1_000
ESCAPED = re.compile(r"[\\\t\n\r]")
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def text_of_str(value: str) -> str:
    """Most texts contain nothing to escape; finding that out is faster than translating them."""
    return value.translate(ESCAPES) if ESCAPED.search(value) else value


def text_of_json(value: Any) -> str:
    return text_of_str(json.dumps(value))


def text_of_other(value: Any) -> str:
    """Such as a Decimal or a UUID from an action type's own schema."""
    return text_of_str(str(value))


WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: text_of_str,
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    datetime: datetime.isoformat,
    bytes: lambda value: "\\\\x" + value.hex(),
    dict: text_of_json,
    list: text_of_json,
}
"""By type: a value in COPY's text format (PostgreSQL manual, COPY, File Formats)."""


def copy_rows(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Append rows to a table. The names come from our table classes, never from input."""
    lines = (line_of([row.get(column) for column in columns]) for row in rows)
    names = ", ".join(f'"{column}"' for column in columns)
    # In parts: the text of 10,000 positions with a path of 8 kB each would be in memory five times, once as UCS-4.
    while part := "".join(line + "\n" for line in islice(lines, ROWS_PER_COPY)):
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', StringIO(part))


def line_of(values: list[Any]) -> str:
    """One row in COPY's text format, without the line end."""
    return "\t".join([WRITERS.get(type(value), text_of_other)(value) for value in values])


def insert_values(cursor: Cursor, table: Any, rows: list[dict[str, Any]], conflict: str) -> list[Any]:
    """INSERT for the tables that get few rows per group; returns what the clause names in RETURNING."""
    if not rows:
        return []
    columns = sorted(set().union(*rows))
    values = [tuple(as_sql(row.get(column)) for column in columns) for row in rows]
    statement = f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) VALUES %s {conflict}"
    return execute_values(cursor, statement, values, page_size=len(rows), fetch="RETURNING" in conflict) or []


def as_sql(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
