"""Many rows into PostgreSQL at once: COPY, and INSERT with a conflict clause.

COPY reads CSV, and JSON arrays without their brackets are lines of CSV: `"a \\"b\\"",1.5,null,true`, if the escape
character is a backslash. So msgspec writes the lines, in a fraction of the time that it takes to format each value.

A table of nothing but numbers and UUIDs is copied in the binary format: its rows have one size.

INSERT gets its rows as one JSON text: PostgreSQL parses it faster than a value list, and msgspec writes it faster.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import groupby, islice, repeat
from typing import Any
from uuid import UUID

import msgspec
import psycopg2
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import types

from analytics_app.actions.rows import Row
from analytics_app.database.db import Base
from analytics_app.database.storable import single
from analytics_app.database.tables import JSON_TEXT

ROWS_AT_A_TIME = 500  # of INSERT
CHUNK_BYTES = 16_384  # of COPY, about: PostgreSQL reads one while the next is made
FORMAT = r"(FORMAT csv, ESCAPE '\', NULL 'null')"
TINY = re.compile(rb"e-\d\d\d?[,\n]")  # the end of a number that `real` may not hold; and of few texts
OTHER_ESCAPE = re.compile(rb"\\[a-z]")  # or the text of one, after an escaped backslash
ENCODER = msgspec.json.Encoder()
NUMBERS, TIMES = (types.Integer, types.Float, types.Numeric), (types.DateTime, types.Date)
SIMPLE = (types.Uuid, types.String, types.Boolean, types.JSON, *NUMBERS, *TIMES)
"""Column types whose values COPY can read as they are written here."""
BINARY = {
    types.Uuid: "16s",
    types.SmallInteger: "h",
    types.Integer: "i",
    types.BigInteger: "q",
    types.REAL: "f",
    types.Double: "d",
}
"""Column types whose values have a fixed size in the binary format, and their formats in `struct`."""
BINARY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
AS_JSON: dict[Any, Callable[[Any], Any]] = {
    JSON_TEXT: lambda text: msgspec.Raw(text.encode()),
    types.LargeBinary: lambda content: content and rf"\x{content.hex()}",
}
"""Values that are not what JSON makes of them, by their column."""
uuid_bytes = lru_cache(1_000)(lambda text: UUID(text).bytes)


class TableCopy:
    """What COPY needs to know of a table."""

    def __init__(self, table: type[Base]) -> None:
        columns = table.__table__.columns
        names = ", ".join(f'"{column.name}"' for column in columns)
        self.formats = [BINARY.get(type(column.type), "") for column in columns]
        self.is_binary = all(self.formats)
        self.statement = f'COPY "{{}}" ({names}) FROM STDIN WITH {"(FORMAT binary)" if self.is_binary else FORMAT}'
        self.is_simple = all(isinstance(column.type, SIMPLE) for column in columns)
        self.has_reals = any(isinstance(column.type, types.REAL) for column in columns)
        self.json_columns = [number for number, column in enumerate(columns) if has_json_values(column)]

    def encode(self, rows: list[Row]) -> bytes:
        """Rows as COPY reads them. Raises ValueError for a value that the table cannot hold."""
        return self.tuples(rows) if self.is_binary else self.lines(rows)

    def tuples(self, rows: list[Row]) -> bytes:
        """Tuples of the binary format."""
        try:
            try:
                return self._alike(rows)
            except struct.error:  # some rows have a NULL where the first has none, or the other way round
                parts = groupby(rows, lambda row: [value is None for value in row])
                return b"".join(self._alike(list(alike)) for _, alike in parts)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"A value that its column cannot hold: {error}.") from None

    def _alike(self, rows: list[Row]) -> bytes:
        """Tuples of rows that have their NULLs in the same columns. Raises struct.error if they have not."""
        layout = ">h"
        values: list[Iterable[Any]] = [repeat(len(self.formats))]
        for code, column in zip(self.formats, zip(*rows, strict=True), strict=True):
            if column[0] is None:
                if column.count(None) < len(column):
                    raise struct.error
                layout += "i"
                values.append(repeat(-1))
            else:
                layout += f"i{code}"
                values += repeat(struct.calcsize(f">{code}")), map(uuid_bytes, column) if code == "16s" else column
        return b"".join(map(struct.Struct(layout).pack, *values))

    def lines(self, rows: list[Row]) -> bytes:
        """Lines of CSV. Raises ValueError for a value that is no text in UTF-8."""
        if self.json_columns:
            rows = [self._with_json_text(row) for row in rows]
        try:
            lines = b"\n".join([array[1:-1] for array in ENCODER.encode_lines(rows).split(b"\n")])
        except (TypeError, UnicodeEncodeError, msgspec.MsgspecError):
            return slow_lines(rows)
        if self.has_reals and TINY.search(lines):
            return slow_lines(rows)
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


class Rows:
    """Rows as a file for COPY. They are made while PostgreSQL stores the ones before: they are never all in memory."""

    def __init__(self, rows: Iterable[Row], encode: Callable[[list[Row]], bytes], head: bytes = b"") -> None:
        self._rows = iter(rows)
        self._encode = encode
        self._head = head
        self._count = 50  # of the next chunk
        self.error: Exception | None = None

    def read(self, _size: int) -> bytes:
        """The next rows, whatever their size."""
        try:
            rows = list(islice(self._rows, self._count))
            chunk = self._encode(rows) if rows else b""
            self._count = max(1, self._count * CHUNK_BYTES // max(1, len(chunk)))
            head, self._head = self._head, b""
            return head + chunk
        except Exception as error:
            self.error = error
            raise

    def readline(self) -> bytes:  # psycopg2 requires it and does not call it
        raise NotImplementedError


def copy_rows(cursor: Cursor, table: type[Base], rows: Iterable[Row], into: str = "") -> None:
    """Append rows to a table, or to one with the same columns.

    Raises:
        ValueError: a value is no text in UTF-8, or not one that its column can hold.
        psycopg2.Error: PostgreSQL refuses them.
    """
    copy = copy_of(table)
    if not copy.is_simple:
        names = table.__table__.columns.keys()
        insert_values(cursor, table, [dict(zip(names, row, strict=True)) for row in rows])
        return
    file: Any = Rows(rows, copy.encode, BINARY_HEAD if copy.is_binary else b"")
    try:
        cursor.copy_expert(copy.statement.format(into or table.__tablename__), file)
    except psycopg2.Error as error:
        raise file.error or error from None


def insert_values(cursor: Cursor, table: Any, rows: list[dict[str, Any]], conflict: str = "") -> list[Any]:
    """INSERT for the tables that get few rows per group; returns what the clause names in RETURNING."""
    if not rows:
        return []
    columns = {name: table.__table__.columns[name] for name in sorted(set().union(*rows))}
    for name, column in columns.items():
        if convert := AS_JSON.get(JSON_TEXT if column.info.get(JSON_TEXT) else type(column.type)):
            rows = [row | {name: convert(row[name])} for row in rows]
    names, name = ", ".join(f'"{column}"' for column in columns), table.__tablename__
    source = f'json_populate_recordset(NULL::"{name}", %s)'
    returned = []
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        values = ENCODER.encode(rows[start : start + ROWS_AT_A_TIME]).decode()
        cursor.execute(f'INSERT INTO "{name}" ({names}) SELECT {names} FROM {source} {conflict}', (values,))
        returned += cursor.fetchall() if "RETURNING" in conflict else []
    return returned


def has_json_values(column: Any) -> bool:
    """Whether the rows have values for it that become JSON here; `raw_actions.data` gets JSON text, as received."""
    return isinstance(column.type, types.JSON) and not column.info.get(JSON_TEXT)


def json_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
