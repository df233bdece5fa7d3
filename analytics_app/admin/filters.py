"""What the lists can be narrowed by, read from the address of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast

from analytics_app.admin.paging import Bookmark, Clause, InvalidBookmark, Search
from analytics_app.database.tables import FILTERED_BY

LEADERS = ("page_id", *FILTERED_BY)  # the more selective first: an index has each of them, and one leads
ARGUMENTS = {"user_id": "user", "page_id": "page"}


@dataclass
class Asked:
    """The filters as given, and what could not be read."""

    given: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read(arguments: Mapping[str, str], names: Iterable[str]) -> Asked:
    """PostgreSQL knows no NUL, and so no row holds one."""
    return Asked({name: value for name in names if (value := arguments.get(name, "").replace("\0", "").strip())})


def narrow(search: Search, asked: Asked, arguments: Mapping[str, str]) -> None:
    """Put filters and place into a search."""
    for column in LEADERS:
        if (value := asked.given.get(ARGUMENTS.get(column, column))) is not None:
            clause = equal(column, value, asked)
            (search.rest if search.lead else search.lead).append(clause)
    for bound, argument in (("from", "from"), ("to", "to")):
        if moment := moment_of(asked, argument):
            search.lead.append(received(bound, moment))
    for argument in ("before", "after"):
        if text := arguments.get(argument):
            try:
                search.start, search.newer = Bookmark.parse(text), argument == "after"
            except InvalidBookmark:
                asked.faults.append("The address named no place in this list: it begins at the newest.")


def equal(column: str, value: str, asked: Asked) -> Clause:
    if column != "page_id":
        return lambda columns: columns[column] == value
    try:
        page_id = UUID(value)
    except ValueError:
        asked.faults.append(f"{value} is no page: a page is named by a UUID.")
        page_id = UUID(int=0)
    return lambda columns: columns[column] == page_id


def received(bound: str, moment: datetime) -> Clause:
    if bound == "from":
        return lambda columns: columns.received_at >= moment
    return lambda columns: columns.received_at <= moment


def moment_of(asked: Asked, argument: str) -> datetime | None:
    """A time as <input type=datetime-local> gives it; UTC."""
    text = asked.given.get(argument)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        asked.faults.append(f"{text} is no time: write it as 2026-01-31T12:00.")
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def contains(column: str, text: str) -> Clause:
    def clause(columns: dict[str, ColumnElement[str]]) -> ColumnElement[bool]:
        return cast(columns[column], Text).icontains(text, autoescape=True)

    return clause


def equals(column: str, value: str | None) -> Clause:
    """None matches NULL."""
    return lambda columns: columns[column].is_not_distinct_from(value)
