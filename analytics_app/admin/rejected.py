"""The rejected actions: the list, one in full, and replaying the selected ones, all that match, or an edited one."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, or_, select

from analytics_app.admin import filters, paging, template_filters
from analytics_app.admin.access import ROW_ID, View, admins_only, page
from analytics_app.admin.db import db
from analytics_app.database.storable import shown
from analytics_app.database.tables import REJECTS_FILTERED_BY, RejectedAction
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
INDEXED = ("page_id", *REJECTS_FILTERED_BY)  # each is the first column of an index
FILTERS = ("name", "user", "study", "condition", "code", "field", "reason", "state", "page", "from", "to", "q")
REPLAYED_PER_TRANSACTION, REPLAYED_PER_REQUEST = 200, 2_000
BODY_SHOWN_BYTES = 100_000
NO_FIELD = "-"  # the value of the filter `field` for rejected actions whose error is in none of our fields
FLASHED_REASON_CHARS = 500  # a flash message is kept in the session's cookie, which browsers limit to 4 kB


class Rejected(View):
    def __init__(self, clock_skew_s: int, **options: Any) -> None:
        super().__init__(**options)
        self.clock_skew_s = clock_skew_s

    @page()
    def index(self) -> ResponseReturnValue:
        search, list_filters = search_from_request()
        with db.engine.connect() as connection:
            found = paging.find(connection, search)
        return self.render("admin/rejected_list.html", found=found, filters=list_filters, codes=Code)

    @page(f"/{ROW_ID}")
    def detail(self, row_id: int) -> ResponseReturnValue:
        with db.engine.connect() as connection:
            row = connection.execute(select(TABLE).where(TABLE.c.id == row_id)).first()
        if row is None:
            abort(404, "No such rejected action.")
        body = bytes(row.body)
        return self.render("admin/rejected_action.html", row=row, body=readable(body),
                           cut=len(body) > BODY_SHOWN_BYTES, reasons=flat(row.reasons),
                           context=json.loads(row.context))  # fmt: skip

    @page("/replay", methods=("POST",))
    @admins_only
    def replay_selected(self) -> ResponseReturnValue:
        """Replay the rows whose check boxes were checked."""
        ids = [int(text) for text in request.form.getlist("id") if text.isdecimal() and len(text) < 19]
        if ids:
            flash_report(self.replay_ids(ids))
        else:
            flash("No rejected actions selected.", "bad")
        return redirect(list_url())

    @page("/replay-all", methods=("POST",))
    @admins_only
    def replay_matching(self) -> ResponseReturnValue:
        """Replay the rows that match the filters, oldest first, so many that one request does not take too long."""
        search, _ = search_from_request(only_open=True)
        search.start, search.newer, search.limit = paging.OLDEST, True, REPLAYED_PER_REQUEST
        with db.engine.connect() as connection:
            found = paging.find(connection, search)
        if found.rows:
            flash_report(self.replay_ids([row.id for row in found.rows]))
        else:
            flash("No open rejected actions match.", "bad")
        if found.newer:
            flash("More rejected actions match: replay again to continue.")
        return redirect(list_url())

    @page(f"/{ROW_ID}/edited", methods=("POST",))
    @admins_only
    def replay_edited(self, row_id: int) -> ResponseReturnValue:
        """Validate the submitted text in place of the kept bytes; the row keeps its bytes as received."""
        flash_report(self.replay_ids([row_id], request.form.get("body", "").encode()))
        return redirect(url_for("rejected.detail", row_id=row_id))

    def replay_ids(self, ids: list[int], body: bytes | None = None) -> ReplayReport:
        report = ReplayReport()
        for start in range(0, len(ids), REPLAYED_PER_TRANSACTION):
            part = ids[start : start + REPLAYED_PER_TRANSACTION]
            report += replay(db.engine, part, body, clock_skew_s=self.clock_skew_s)
        return report


def search_from_request(only_open: bool = False) -> tuple[paging.Search, filters.ListFilters]:
    """The search that the query string describes; `only_open` overrides its `state`."""
    list_filters = filters.read_filters(request.args, FILTERS)
    values = list_filters.values
    search = paging.Search(TABLE, COLUMNS)
    filters.apply_filters(search, list_filters, request.args, dict.fromkeys(INDEXED, filters.equal))
    state = "waiting" if only_open else values.get("state", "waiting")
    if state == "waiting":
        search.unindexed.append(lambda columns: columns.replayed_at.is_(None))
    elif state == "replayed":
        search.unindexed.append(lambda columns: columns.replayed_at.is_not(None))
    for column in ("code", "field"):
        if (value := values.get(column)) is not None:
            search.unindexed.append(filters.equal_or_both_null(column, None if value == NO_FIELD else value))
    if reason := values.get("reason"):
        search.unindexed.append(filters.contains("message", reason))
    if condition := values.get("condition"):
        search.unindexed.append(in_condition(condition))
    if text := values.get("q"):
        search.unindexed.append(body_contains(text))
    return search, list_filters


def body_contains(text: str) -> paging.Clause:
    """The bytes as received contain this text, case included."""
    needle = text.encode(errors="replace")
    return lambda columns: func.pg_catalog.position(columns.body, needle) > 0


def in_condition(condition: str) -> paging.Clause:
    """The action, or its batch for all actions, has this condition.

    It is searched for in the JSON, because a rejected action has no columns for its conditions.
    """
    names, value = ("condition_1", "condition_2"), json.dumps(condition, ensure_ascii=False)
    in_body = [f'"{name}":{space}{value}' for name in names for space in ("", " ")]
    in_context = [f'"{name}": {json.dumps(condition)}' for name in names]
    clauses = [body_contains(text) for text in in_body]
    return lambda columns: or_(
        *(columns.context.contains(text, autoescape=True) for text in in_context),
        *(clause(columns) for clause in clauses),
    )


def flash_report(report: ReplayReport) -> None:
    """Show the result of a replay on the next page. If one action is still invalid, its reasons are quoted."""
    if report.replayed:
        flash(f"{len(report.replayed)} resolved: {report.stored} stored, {report.duplicates} already stored.")
    if report.refused:
        reason = "The list shows the reasons."
        if len(report.refused) == 1:
            reason = shown(in_one_line(*report.refused.values())) or ""
        flash(f"{len(report.refused)} still invalid. {reason[:FLASHED_REASON_CHARS]}".rstrip(), "bad")
    if report.absent:
        flash(f"{len(report.absent)} not found or already replayed.")


def list_url() -> str:
    """The URL of the list with the filters of this request."""
    filter_values: dict[str, Any] = {name: value for name, value in request.args.items() if name in FILTERS}
    return url_for("rejected.index", **filter_values)


def readable(body: bytes) -> str:
    """JSON, indented; anything else as received. A longer body is cut to BODY_SHOWN_BYTES."""
    text = body[:BODY_SHOWN_BYTES].decode(errors="backslashreplace")
    try:
        return template_filters.pretty(parse(body)) if len(body) <= BODY_SHOWN_BYTES else text
    except (ValueError, RecursionError):
        return text
