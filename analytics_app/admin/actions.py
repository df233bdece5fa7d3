"""What was stored: the list of all actions, and one action whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, or_, select

from analytics_app.actions import TABLES
from analytics_app.admin import filters, paging
from analytics_app.admin.access import View, page
from analytics_app.admin.figures import figure
from analytics_app.config.limits import Limits
from analytics_app.database.db import db
from analytics_app.database.tables import Page, PositionScreen, RawAction, RejectedAction

TABLE: Any = RawAction.__table__
COLUMNS = (*paging.KEY, "occurred_at", "name", "study", "user_id", "session_id", "condition_1", "condition_2", "data")
FILTERS = ("name", "user", "study", "condition", "session", "page", "from", "to", "q")
SHOWN_ABOVE = {*COLUMNS, "data"}


class Actions(View):
    @page()
    def index(self) -> ResponseReturnValue:
        search, asked = wanted()
        with db.engine.connect() as connection:
            found = paging.find(connection, search)
        return self.render("admin/actions.html", found=found, asked=asked)

    @page(f"/<uuid:page_id>/<int(max={Limits.SEQ}):seq>")
    def one(self, page_id: UUID, seq: int) -> ResponseReturnValue:
        with db.engine.connect() as connection:
            action = one_of(connection, TABLE, page_id, seq)
            if action is None:
                rejected = one_of(connection, RejectedAction.__table__, page_id, seq)
                abort(404, f"It was rejected, as number {rejected.id}." if rejected else "There is no such action.")
            samples = all_of(connection, PositionScreen.__table__, page_id, seq)
            document = connection.execute(select(Page.__table__).where(Page.page_id == page_id)).first()
            typed = typed_rows(connection, page_id, seq)
            beside = neighbours(connection, page_id, seq)
        drawn = figure(action.data, samples)
        return self.render(
            "admin/action.html", action=action, figure=drawn, samples=samples, page=document, typed=typed, **beside
        )


def wanted() -> tuple[paging.Search, filters.Asked]:
    """The search that the address asks for."""
    asked = filters.read(request.args, FILTERS)
    search = paging.Search(TABLE, COLUMNS)
    filters.narrow(search, asked, request.args)
    if condition := asked.given.get("condition"):
        search.rest.append(lambda columns: or_(columns.condition_1 == condition, columns.condition_2 == condition))
    if session := asked.given.get("session"):
        search.rest.append(lambda columns: columns.session_id == session)
    if text := asked.given.get("q"):
        search.rest.append(filters.contains("data", text))
    return search, asked


def one_of(connection: Connection, table: Any, page_id: UUID, seq: int) -> Row[Any] | None:
    return next(iter(all_of(connection, table, page_id, seq)), None)


def all_of(connection: Connection, table: Any, page_id: UUID, seq: int) -> list[Row[Any]]:
    query = select(table).where(table.c.page_id == page_id, table.c.seq == seq).order_by(*table.primary_key)
    return list(connection.execute(query))


def typed_rows(connection: Connection, page_id: UUID, seq: int) -> dict[str, dict[str, Any]]:
    """What its own table says of it, without the columns that every table has."""
    own = {name: table for name, table in TABLES.items() if table is not PositionScreen}
    rows = {name: one_of(connection, table.__table__, page_id, seq) for name, table in own.items()}
    return {
        name: {column: value for column, value in row._mapping.items() if column not in SHOWN_ABOVE}
        for name, row in rows.items()
        if row is not None
    }


def neighbours(connection: Connection, page_id: UUID, seq: int) -> dict[str, int | None]:
    """The action before and the one after it on its page."""
    on_page = select(TABLE.c.seq).where(TABLE.c.page_id == page_id).limit(1)
    before = connection.scalar(on_page.where(TABLE.c.seq < seq).order_by(TABLE.c.seq.desc()))
    after = connection.scalar(on_page.where(TABLE.c.seq > seq).order_by(TABLE.c.seq))
    return {"before": before, "after": after}
