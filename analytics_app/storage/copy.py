"""Many rows into PostgreSQL at once: COPY, and INSERT … VALUES with a conflict clause.

COPY reads CSV, and JSON arrays without their brackets are lines of CSV: `"a \\"b\\"",1.5,null,true`, if the escape
character is a backslash. So msgspec writes the lines, in a fraction of the time that it takes to format each value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from typing import Any

import msgspec
import psycopg2
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values
from sqlalchemy import types

from analytics_app.actions.rows import Row
from analytics_app.database.db import Base
from analytics_app.database.storable import single
from analytics_app.database.tables import JSON_TEXT

ROWS_AT_A_TIME = 500  # of INSERT
CHUNK_BYTES = 32_768  # of COPY, about: PostgreSQL reads one while the next is made
FORMAT = r"(FORMAT csv, ESCAPE '\', NULL 'null')"
PLAIN_FORMAT = "(FORMAT text, DELIMITER ',', NULL 'null')"  # faster to read; for values that need no quotation marks
TINY = re.compile(rb"e-\d\d\d?[,\n]")  # the end of a number that `real` may not hold; and of few texts
OTHER_ESCAPE = re.compile(rb"\\[a-z]")  # or the text of one, after an escaped backslash
ENCODER = msgspec.json.Encoder()
NUMBERS, TIMES = (types.Integer, types.Float, types.Numeric), (types.DateTime, types.Date)
SIMPLE = (types.Uuid, types.String, types.Boolean, types.JSON, *NUMBERS, *TIMES)
"""Column types whose values COPY can read as they are written here."""


class TableCopy:
    """What COPY needs to know of a table."""

    def __init__(self, table: type[Base]) -> None:
        columns = table.__table__.columns
        names = ", ".join(f'"{column.name}"' for column in columns)
        self.has_texts = not all(isinstance(column.type, (*NUMBERS, types.Uuid)) for column in columns)
        self.statement = f'COPY "{{}}" ({names}) FROM STDIN WITH {FORMAT if self.has_texts else PLAIN_FORMAT}'
        self.is_simple = all(isinstance(column.type, SIMPLE) for column in columns)
        self.json_columns = [number for number, column in enumerate(columns) if has_json_values(column)]

    def lines(self, rows: list[Row]) -> bytes:
        """Lines of CSV. Raises ValueError for a value that is no text in UTF-8."""
        if self.json_columns:
            rows = [self._with_json_text(row) for row in rows]
        try:
            lines = ENCODER.encode_lines(rows)[1:-2].replace(b"]\n[", b"\n") + b"\n"
        except (TypeError, UnicodeEncodeError, msgspec.MsgspecError):
            return slow_lines(rows)
        if TINY.search(lines):
            lines = slow_lines(rows)
        if not self.has_texts:
            return lines.replace(b'"', b"")
        # A line break or a control character is written with an escape that JSON has and CSV has not.
        if OTHER_ESCAPE.search(lines) and b"\\" in lines.replace(rb"\\", b"").replace(rb"\"", b""):
            return slow_lines(rows)
        return lines

    def _with_json_text(self, row: Row) -> Row:
        values = list(row)
        for number in self.json_columns:
            values[number] = json_text(values[number])
        return tuple(values)


copy_of = cache(TableCopy)


def slow_lines(rows: list[Row]) -> bytes:
    """The lines of CSV, for any text."""
    return "".join(",".join(map(slow_value, row)) + "\n" for row in rows).encode()


def slow_value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        value = single(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


class Lines:
    """Rows as a file for COPY. They are made while PostgreSQL stores the ones before: they are never all in memory."""

    def __init__(self, rows: Iterable[Row], lines: Callable[[list[Row]], bytes]) -> None:
        self._rows = iter(rows)
        self._lines = lines
        self._count = 50  # of the next chunk
        self.error: Exception | None = None

    def read(self, _size: int) -> bytes:
        """The next lines, whatever their size."""
        try:
            rows = list(islice(self._rows, self._count))
            lines = self._lines(rows) if rows else b""
            self._count = max(1, self._count * CHUNK_BYTES // max(1, len(lines)))
            return lines
        except Exception as error:
            self.error = error
            raise

    def readline(self) -> bytes:  # psycopg2 requires it and does not call it
        raise NotImplementedError


def copy_rows(cursor: Cursor, table: type[Base], rows: Iterable[Row], into: str = "") -> None:
    """Append rows to a table, or to one with the same columns.

    Raises:
        ValueError: a value is no text in UTF-8.
        psycopg2.Error: PostgreSQL refuses them.
    """
    copy = copy_of(table)
    if not copy.is_simple:
        names = table.__table__.columns.keys()
        insert_values(cursor, table, [dict(zip(names, row, strict=True)) for row in rows])
        return
    lines: Any = Lines(rows, copy.lines)
    try:
        cursor.copy_expert(copy.statement.format(into or table.__tablename__), lines)
    except psycopg2.Error as error:
        raise lines.error or error from None


def insert_values(cursor: Cursor, table: Any, rows: list[dict[str, Any]], conflict: str = "") -> list[Any]:
    """INSERT for the tables that get few rows per group; returns what the clause names in RETURNING."""
    if not rows:
        return []
    columns = sorted(set().union(*rows))
    is_json = {column: has_json_values(table.__table__.columns[column]) for column in columns}
    values = [tuple(json_text(row.get(name)) if is_json[name] else row.get(name) for name in columns) for row in rows]
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'INSERT INTO "{table.__tablename__}" ({names}) VALUES %s {conflict}'
    return execute_values(cursor, statement, values, page_size=ROWS_AT_A_TIME, fetch="RETURNING" in conflict) or []


def has_json_values(column: Any) -> bool:
    """Whether the rows have values for it that become JSON here; `raw_actions.data` gets JSON text, as received."""
    return isinstance(column.type, types.JSON) and not column.info.get(JSON_TEXT)


def json_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
