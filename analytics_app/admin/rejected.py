"""What was rejected and why, and putting it right: one by one, or all that a filter leaves."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, or_, select

from analytics_app.admin import filters, paging, template_filters
from analytics_app.admin.access import NUMBER, View, admins_only, page
from analytics_app.database.db import db
from analytics_app.database.storable import shown
from analytics_app.database.tables import RejectedAction
from analytics_app.storage.replay import ReplayReport, replay
from analytics_app.wire.json_bytes import parse
from analytics_app.wire.reasons import Code, flat, in_one_line

TABLE: Any = RejectedAction.__table__
COLUMNS = (
    *paging.KEY,
    "id",
    "rejected_at",
    "source",
    "name",
    "study",
    "user_id",
    "code",
    "field",
    "message",
    "replayed_at",
)
FILTERS = ("name", "user", "study", "condition", "code", "field", "reason", "state", "page", "from", "to", "q")
AT_ONCE, AT_MOST = 200, 2_000
SHOWN_BYTES = 100_000
NO_FIELD = "-"  # as a filter: rejects whose fault is not in one of our fields
WHY_FLASHED = 500  # characters: the sentence travels in a cookie, which holds 4 kB


class Rejected(View):
    def __init__(self, clock_skew_s: int, **options: Any) -> None:
        super().__init__(**options)
        self.clock_skew_s = clock_skew_s

    @page()
    def index(self) -> ResponseReturnValue:
        search, asked = wanted()
        with db.engine.connect() as connection:
            found = paging.find(connection, search)
        return self.render("admin/rejected_list.html", found=found, asked=asked, codes=Code)

    @page(f"/{NUMBER}")
    def one(self, number: int) -> ResponseReturnValue:
        with db.engine.connect() as connection:
            row = connection.execute(select(TABLE).where(TABLE.c.id == number)).first()
        if row is None:
            abort(404, "There is no rejected action of this number.")
        body = bytes(row.body)
        return self.render("admin/rejected_action.html", row=row, body=readable(body), cut=len(body) > SHOWN_BYTES,
                           reasons=flat(row.reasons), context=json.loads(row.context))  # fmt: skip

    @page("/replay", methods=("POST",))
    @admins_only
    def replay(self) -> ResponseReturnValue:
        """Those that were ticked."""
        ids = [int(text) for text in request.form.getlist("id") if text.isdecimal() and len(text) < 19]
        tell(self.replay_ids(ids) if ids else None)
        return redirect(back())

    @page("/replay-all", methods=("POST",))
    @admins_only
    def replay_matching(self) -> ResponseReturnValue:
        """All that the filters leave, the oldest first; so many in one go that the answer does not take too long."""
        search, _ = wanted(waiting=True)
        search.start, search.newer, search.limit = paging.OLDEST, True, AT_MOST
        with db.engine.connect() as connection:
            found = paging.find(connection, search)
        tell(self.replay_ids([row.id for row in found.rows]) if found.rows else None)
        if found.newer:
            flash("There are more: replay again to go on.")
        return redirect(back())

    @page(f"/{NUMBER}/edited", methods=("POST",))
    @admins_only
    def edited(self, number: int) -> ResponseReturnValue:
        """These bytes in the place of those that were kept; the row keeps the bytes as they came."""
        tell(self.replay_ids([number], request.form.get("body", "").encode()))
        return redirect(url_for("rejected.one", number=number))

    def replay_ids(self, ids: list[int], body: bytes | None = None) -> ReplayReport:
        report = ReplayReport()
        for start in range(0, len(ids), AT_ONCE):
            report += replay(db.engine, ids[start : start + AT_ONCE], body, clock_skew_s=self.clock_skew_s)
        return report


def wanted(waiting: bool = False) -> tuple[paging.Search, filters.Asked]:
    """The search that the address asks for."""
    asked = filters.read(request.args, FILTERS)
    search = paging.Search(TABLE, COLUMNS)
    filters.narrow(search, asked, request.args)
    state = "waiting" if waiting else asked.given.get("state", "waiting")
    if state == "waiting":
        search.rest.append(lambda columns: columns.replayed_at.is_(None))
    elif state == "replayed":
        search.rest.append(lambda columns: columns.replayed_at.is_not(None))
    for column in ("code", "field"):
        if (value := asked.given.get(column)) is not None:
            search.rest.append(filters.equals(column, None if value == NO_FIELD else value))
    if reason := asked.given.get("reason"):
        search.rest.append(filters.contains("message", reason))
    if condition := asked.given.get("condition"):
        search.rest.append(in_condition(condition))
    if text := asked.given.get("q"):
        search.rest.append(holds(text))
    return search, asked


def holds(text: str) -> paging.Clause:
    """The bytes as they came hold this text."""
    needle = text.encode(errors="replace")
    return lambda columns: func.pg_catalog.position(columns.body, needle) > 0


def in_condition(condition: str) -> paging.Clause:
    """By what the action said or its batch said for all; the condition of what is no good has no column."""
    names, value = ("condition_1", "condition_2"), json.dumps(condition, ensure_ascii=False)
    said = [f'"{name}":{gap}{value}' for name in names for gap in ("", " ")]
    in_context = [f'"{name}": {json.dumps(condition)}' for name in names]
    clauses = [holds(piece) for piece in said]
    return lambda columns: or_(
        *(columns.context.contains(piece, autoescape=True) for piece in in_context),
        *(clause(columns) for clause in clauses),
    )


def tell(report: ReplayReport | None) -> None:
    """What became of them, on the next page."""
    if report is None:
        flash("Nothing was chosen.", "bad")
        return
    if report.replayed:
        flash(f"Put right: {len(report.replayed)}. Stored: {report.stored}, there already: {report.duplicates}.")
    if report.refused:
        why = shown(in_one_line(*report.refused.values())) or "" if len(report.refused) == 1 else ""
        flash(f"Still no good: {len(report.refused)}. {why[:WHY_FLASHED]}".rstrip(), "bad")
    if report.absent:
        flash(f"Replayed before: {len(report.absent)}.")


def back() -> str:
    """The list, narrowed as before."""
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in FILTERS}
    return url_for("rejected.index", **kept)


def readable(body: bytes) -> str:
    """JSON indented where it is JSON; otherwise as it came."""
    text = body[:SHOWN_BYTES].decode(errors="backslashreplace")
    try:
        return template_filters.pretty(parse(body)) if len(body) <= SHOWN_BYTES else text
    except (ValueError, RecursionError):
        return text
