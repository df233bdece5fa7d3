"""Lists that are fast however large the table is: keyset paging, without count(*) or an OFFSET over earlier pages.

A page continues after the last row of the previous page, by (received_at, page_id, seq), which the indexes end with. A
filter without an index is applied to one chunk of rows after another, until the page is full or the time is up. The
page then shows how far back it has searched, and continues from there on request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, select, tuple_

from analytics_app.config.limits import Limits

PER_PAGE = 50
CHUNK_ROWS = 5_000
SEARCH_S = 1.0
KEY = ("received_at", "page_id", "seq")

Clause = Callable[[Any], ColumnElement[bool]]
"""Makes a condition from the columns of the table, or of a subquery of it."""


class InvalidBookmark(ValueError):
    """The text is not a bookmark."""


@dataclass(frozen=True)
class Bookmark:
    """A position in a list: the key of the row that it is next to. As text: `received_at_page-id_seq`."""

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
            moment = datetime.fromisoformat(received_at)
            if moment.tzinfo is None:
                raise InvalidBookmark(text)
            return cls(moment.astimezone(UTC), UUID(page_id), int(seq))
        except (ValueError, OverflowError):
            raise InvalidBookmark(text) from None

    @classmethod
    def of(cls, row: Row[Any]) -> Bookmark:
        return cls(row.received_at, row.page_id, row.seq)


OLDEST = Bookmark(datetime.min.replace(tzinfo=UTC), UUID(int=0), -1)
"""Before every row."""


@dataclass
class Search:
    """Which rows of a table to find, from where, and how many."""

    table: Table
    columns: Sequence[str]
    """The columns to select."""
    indexed: list[Clause] = field(default_factory=list)
    """The conditions that an index can evaluate."""
    unindexed: list[Clause] = field(default_factory=list)
    """The conditions that have to be checked row by row."""
    start: Bookmark | None = None
    """None starts at the newest row."""
    newer: bool = False
    """Search from the start towards newer rows instead of older ones."""
    limit: int = PER_PAGE


@dataclass
class ListPage:
    """One page of a list."""

    rows: list[Row[Any]]
    """The newest first."""
    older: Bookmark | None = None
    newer: Bookmark | None = None
    """Where the neighbouring pages start; None if there is no such page."""
    searched_to: datetime | None = None
    """When the row was received at which the search stopped for lack of time; None if it did not."""


def find(connection: Connection, search: Search) -> ListPage:
    """The rows of one page. The search stops about SEARCH_S after it started, even if the page is not full."""
    deadline = time.monotonic() + SEARCH_S
    rows: list[Row[Any]] = []
    position, stopped_at = search.start, None
    while True:
        rows += connection.execute(matching(search, position, search.limit + 1 - len(rows))).all()
        if len(rows) > search.limit or not search.unindexed:
            break
        last = connection.execute(last_of_chunk(search, position)).first()
        if last is None:
            break
        position = Bookmark.of(last)
        if time.monotonic() > deadline:
            stopped_at = position
            break
    return page_of(search, rows, stopped_at)


def page_of(search: Search, rows: list[Row[Any]], stopped_at: Bookmark | None) -> ListPage:
    """`rows` has one more row than the page if there is a next page."""
    shown = rows[: search.limit]
    onward = stopped_at or (Bookmark.of(shown[-1]) if len(rows) > len(shown) else None)
    backward = (Bookmark.of(shown[0]) if shown else search.start) if search.start else None
    searched_to = stopped_at.received_at if stopped_at else None
    if search.newer:
        return ListPage(shown[::-1], older=backward, newer=onward, searched_to=searched_to)
    return ListPage(shown, older=onward, newer=backward, searched_to=searched_to)


def matching(search: Search, position: Bookmark | None, limit: int) -> Select[Any]:
    """The next rows that match. With an unindexed condition: of these, the ones in the next chunk.

    The rows are found by their keys first: their other columns may be expensive, and most rows of a chunk do not match.
    """
    if search.unindexed:
        chunk: Any = indexed_rows(search, position).limit(CHUNK_ROWS).subquery()
        keys = select(*named(chunk, KEY)).where(*(clause(chunk.c) for clause in search.unindexed))
        found = ordered(search, keys, chunk).limit(limit)
    else:
        found = indexed_rows(search, position).with_only_columns(*named(search.table, KEY)).limit(limit)
    keys_found, table = found.cte().prefix_with("MATERIALIZED"), search.table
    same = and_(table.c.page_id == keys_found.c.page_id, table.c.seq == keys_found.c.seq)
    query = select(*named(table, search.columns)).join_from(keys_found, table, same)
    return ordered(search, query, table)


def last_of_chunk(search: Search, position: Bookmark | None) -> Select[Any]:
    """The key of the last row of the next chunk; no row if the chunk is the last one."""
    query = indexed_rows(search, position).with_only_columns(*named(search.table, KEY))
    return query.limit(1).offset(CHUNK_ROWS - 1)


def indexed_rows(search: Search, position: Bookmark | None) -> Select[Any]:
    """The rows after a position that meet the indexed conditions."""
    query = select(search.table).where(*(clause(search.table.c) for clause in search.indexed))
    if position is not None:
        columns, values = tuple_(*named(search.table, KEY)), tuple_(*(getattr(position, name) for name in KEY))
        query = query.where(columns > values if search.newer else columns < values)
    return ordered(search, query, search.table)


def ordered(search: Search, query: Select[Any], source: Any) -> Select[Any]:
    return query.order_by(*(column.asc() if search.newer else column.desc() for column in named(source, KEY)))


def named(source: Any, names: Sequence[str]) -> list[Any]:
    return [source.c[name] for name in names]
