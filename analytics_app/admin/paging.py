"""Lists that stay fast however long the table is: keyset paging, no count(*), no OFFSET over what was read.

A page begins where the last one ended, by (received_at, page_id, seq), for which there are indexes. A filter that no
index leads with is applied to one stretch of rows after the other, until the page is full or the time is over: then
the page says how far back it looked, and goes on from there when asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select, tuple_

from analytics_app.config.limits import Limits

PER_PAGE = 50
STRETCH = 20_000
PATIENCE_S = 1.0
KEY = ("received_at", "page_id", "seq")

Clause = Callable[[Any], ColumnElement[bool]]
"""A condition on columns, of the table or of a stretch of it."""


class InvalidBookmark(ValueError):
    """A text that names no place in a list."""


@dataclass(frozen=True)
class Bookmark:
    """A place in a list."""

    received_at: datetime
    page_id: UUID
    seq: int

    def __str__(self) -> str:
        return f"{self.received_at.isoformat()}_{self.page_id}_{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Bookmark:
        """Raises InvalidBookmark."""
        try:
            received_at, page_id, seq = text.split("_")
            if not -1 <= int(seq) <= Limits.SEQ:
                raise InvalidBookmark(text)
            return cls(datetime.fromisoformat(received_at), UUID(page_id), int(seq))
        except ValueError:
            raise InvalidBookmark(text) from None

    @classmethod
    def of(cls, row: Row[Any]) -> Bookmark:
        return cls(row.received_at, row.page_id, row.seq)


OLDEST = Bookmark(datetime.min.replace(tzinfo=UTC), UUID(int=0), -1)


@dataclass
class Search:
    """What a list is asked for."""

    table: Table
    columns: Sequence[str]
    lead: list[Clause] = field(default_factory=list)
    """What an index serves."""
    rest: list[Clause] = field(default_factory=list)
    """What is looked at row by row."""
    start: Bookmark | None = None
    newer: bool = False
    """From the start towards the newest; otherwise towards the oldest."""
    limit: int = PER_PAGE


@dataclass
class ListPage:
    """Rows, the newest first, and where to go on."""

    rows: list[Row[Any]]
    older: Bookmark | None = None
    newer: Bookmark | None = None
    looked_to: datetime | None = None
    """Set where the time was over before the page was full."""


def find(connection: Connection, search: Search) -> ListPage:
    deadline = time.monotonic() + PATIENCE_S
    rows: list[Row[Any]] = []
    place, edge = search.start, None
    while True:
        rows += connection.execute(matching(search, place, search.limit + 1 - len(rows))).all()
        if len(rows) > search.limit or not search.rest:
            break
        last = connection.execute(end_of_stretch(search, place)).first()
        if last is None:
            break
        place = Bookmark.of(last)
        if time.monotonic() > deadline:
            edge = place
            break
    return page_of(search, rows, edge)


def page_of(search: Search, rows: list[Row[Any]], edge: Bookmark | None) -> ListPage:
    shown = rows[: search.limit]
    onward = edge or (Bookmark.of(shown[-1]) if len(rows) > len(shown) else None)
    backward = (Bookmark.of(shown[0]) if shown else search.start) if search.start else None
    looked_to = edge.received_at if edge else None
    if search.newer:
        return ListPage(shown[::-1], older=backward, newer=onward, looked_to=looked_to)
    return ListPage(shown, older=onward, newer=backward, looked_to=looked_to)


def matching(search: Search, place: Bookmark | None, limit: int) -> Select[Any]:
    """The next rows that match; where no index leads to them, those within one stretch."""
    source: Any = stretch(search, place).limit(STRETCH).subquery() if search.rest else None
    if source is None:
        return stretch(search, place).with_only_columns(*named(search.table, search.columns)).limit(limit)
    query = select(*named(source, search.columns)).where(*(clause(source.c) for clause in search.rest))
    return ordered(search, query, source).limit(limit)


def end_of_stretch(search: Search, place: Bookmark | None) -> Select[Any]:
    return stretch(search, place).with_only_columns(*named(search.table, KEY)).limit(1).offset(STRETCH - 1)


def stretch(search: Search, place: Bookmark | None) -> Select[Any]:
    """What the index leads to, from a place onwards."""
    query = select(search.table).where(*(clause(search.table.c) for clause in search.lead))
    if place is not None:
        columns, values = tuple_(*named(search.table, KEY)), tuple_(*(getattr(place, name) for name in KEY))
        query = query.where(columns > values if search.newer else columns < values)
    return ordered(search, query, search.table)


def ordered(search: Search, query: Select[Any], source: Any) -> Select[Any]:
    return query.order_by(*(column.asc() if search.newer else column.desc() for column in named(source, KEY)))


def named(source: Any, names: Sequence[str]) -> list[Any]:
    return [source.c[name] for name in names]
