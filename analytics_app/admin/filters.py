"""The filters of the lists: read from the query string of the page, and added to a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast

from analytics_app.admin.paging import Bookmark, Clause, InvalidBookmark, Search

EXACT = ("page_id", "user_id", "name", "study")
"""The columns that are filtered by an exact value, the more selective ones first."""
IndexedClause = Callable[[str, Any], Clause]
ARGUMENTS = {"user_id": "user", "page_id": "page"}
"""The query arguments that are not named like their column."""


@dataclass
class ListFilters:
    """The filters of a list."""

    values: dict[str, str] = field(default_factory=dict)
    """By query argument; those that are empty are left out."""
    errors: list[str] = field(default_factory=list)
    """One sentence for each argument that could not be parsed."""


def read_filters(arguments: Mapping[str, str], names: Iterable[str]) -> ListFilters:
    """The values of these arguments. NUL is removed, because PostgreSQL's texts cannot contain it."""
    return ListFilters({name: value for name in names if (value := arguments.get(name, "").replace("\0", "").strip())})


def apply_filters(
    search: Search, filters: ListFilters, arguments: Mapping[str, str], indexed: Mapping[str, IndexedClause]
) -> None:
    """Add to a search the filters that both lists have, and the place in the list (`before` or `after`).

    `indexed` has a clause that an index can evaluate for some of the columns in EXACT. One search uses one of them: the
    first that is filtered by. What cannot be parsed is left out and described in `filters.errors`.
    """
    for column in EXACT:
        if (text := filters.values.get(ARGUMENTS.get(column, column))) is not None:
            value = page_id(text, filters) if column == "page_id" else text
            if column in indexed and not search.indexed:
                search.indexed.append(indexed[column](column, value))
            else:
                search.unindexed.append(equal(column, value))
    for argument in ("from", "to"):
        if time := read_time(argument, filters):
            search.indexed.append(received(argument, time))
    for argument in ("before", "after"):
        if text := arguments.get(argument):
            try:
                search.start, search.newer = Bookmark.parse(text), argument == "after"
            except InvalidBookmark:
                filters.errors.append("Invalid page link; showing the newest.")


def page_id(text: str, filters: ListFilters) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        filters.errors.append(f'"{text}" is not a page ID; it must be a UUID.')
        return UUID(int=0)


def equal(column: str, value: Any) -> Clause:
    return lambda columns: columns[column] == value


def received(argument: str, time: datetime) -> Clause:
    """Received at this time or later (`from`), or at this time or earlier (`to`)."""
    if argument == "from":
        return lambda columns: columns.received_at >= time
    return lambda columns: columns.received_at <= time


def read_time(argument: str, filters: ListFilters) -> datetime | None:
    """A time in the format of <input type=datetime-local>; UTC unless it has an offset. None if absent or invalid."""
    text = filters.values.get(argument)
    try:
        time = datetime.fromisoformat(text) if text else None
        return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time and time.astimezone(UTC)
    except (ValueError, OverflowError):
        filters.errors.append(f'"{text}" is not a valid time; use the format 2026-01-31T12:00.')
        return None


def contains(column: str, text: str) -> Clause:
    """The column, as text, contains this text, regardless of case."""

    def clause(columns: dict[str, ColumnElement[str]]) -> ColumnElement[bool]:
        return cast(columns[column], Text).icontains(text, autoescape=True)

    return clause


def equal_or_both_null(column: str, value: str | None) -> Clause:
    """The column has this value; None matches NULL."""
    return lambda columns: columns[column].is_not_distinct_from(value)
