"""The stored actions: the list, and one action in full."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, and_, or_, select

from analytics_app.actions import TABLES
from analytics_app.admin import filters, paging
from analytics_app.admin.access import View, page
from analytics_app.admin.db import db
from analytics_app.admin.figures import figure
from analytics_app.config.limits import Limits
from analytics_app.database.tables import Context, Page, PositionScreen, RawAction, RejectedAction
from analytics_app.database.views import ACTIONS

COLUMNS = [column.name for column in ACTIONS.columns]
FILTERS = ("name", "user", "study", "condition", "session", "page", "from", "to", "q")


class Actions(View):
    @page()
    def index(self) -> ResponseReturnValue:
        search, list_filters = search_from_request()
        with db.engine.connect() as connection:
            found = paging.find(connection, search)
        return self.render("admin/actions.html", found=found, filters=list_filters)

    @page(f"/<uuid:page_id>/<int(max={Limits.SEQ}):seq>")
    def detail(self, page_id: UUID, seq: int) -> ResponseReturnValue:
        with db.engine.connect() as connection:
            action = first_row(connection, ACTIONS, page_id, seq)
            if action is None:
                rejected = first_row(connection, RejectedAction.__table__, page_id, seq)
                abort(404, f"It was rejected; see rejected action {rejected.id}." if rejected else "No such action.")
            samples = rows_of(connection, PositionScreen.__table__, page_id, seq)
            page_row = connection.execute(select(Page.__table__).where(Page.page_id == page_id)).first()
            typed = typed_rows(connection, page_id, seq)
            previous, following = neighbours(connection, page_id, seq)
        return self.render(
            "admin/action.html",
            action=action,
            figure=figure(action.data, samples),
            page=page_row,
            typed=typed,
            previous=previous,
            following=following,
        )


def search_from_request() -> tuple[paging.Search, filters.ListFilters]:
    """The search that the query string describes."""
    list_filters = filters.read_filters(request.args, FILTERS)
    search = paging.Search(ACTIONS, COLUMNS)
    indexed: dict[str, filters.IndexedClause] = {"page_id": filters.equal, "user_id": of_person}
    filters.apply_filters(search, list_filters, request.args, indexed)
    if condition := list_filters.values.get("condition"):
        search.unindexed.append(lambda columns: or_(columns.condition_1 == condition, columns.condition_2 == condition))
    if session := list_filters.values.get("session"):
        search.unindexed.append(lambda columns: columns.session_id == session)
    if text := list_filters.values.get("q"):
        search.unindexed.append(filters.contains("data", text))
    return search, list_filters


def of_person(_: str, user_id: str) -> paging.Clause:
    """The actions of one person, found by the pages: `raw_actions` has no column and no index for people."""
    pages = select(Context.page_id).where(Context.user_id == user_id)
    return lambda columns: and_(columns.page_id.in_(pages), columns.user_id == user_id)


def first_row(connection: Connection, table: Any, page_id: UUID, seq: int) -> Row[Any] | None:
    return next(iter(rows_of(connection, table, page_id, seq)), None)


def rows_of(connection: Connection, table: Any, page_id: UUID, seq: int) -> list[Row[Any]]:
    """The rows that a table has for one action, by primary key."""
    query = select(table).where(table.c.page_id == page_id, table.c.seq == seq).order_by(*table.primary_key)
    return list(connection.execute(query))


def typed_rows(connection: Connection, page_id: UUID, seq: int) -> dict[str, dict[str, Any]]:
    """The action's row in the table of its type, by table name, without the columns that every table has."""
    type_tables = {name: table for name, table in TABLES.items() if table is not PositionScreen}
    rows = {name: first_row(connection, table.__table__, page_id, seq) for name, table in type_tables.items()}
    return {
        name: {column: value for column, value in row._mapping.items() if column not in COLUMNS}
        for name, row in rows.items()
        if row is not None
    }


def neighbours(connection: Connection, page_id: UUID, seq: int) -> tuple[int | None, int | None]:
    """The seq of the previous and of the next action of the same page."""
    on_page = select(RawAction.seq).where(RawAction.page_id == page_id).limit(1)
    previous = connection.scalar(on_page.where(RawAction.seq < seq).order_by(RawAction.seq.desc()))
    following = connection.scalar(on_page.where(RawAction.seq > seq).order_by(RawAction.seq))
    return previous, following
