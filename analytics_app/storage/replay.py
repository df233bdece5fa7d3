"""Replay rejected actions: the kept bytes are validated again, and stored if they are valid now.

They may be valid now because a schema was corrected, or because somebody edited the action. A row says when it was
replayed; one that is still invalid gets today's reasons.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from analytics_app.database.tables import RejectedAction
from analytics_app.processing.prepare import prepare
from analytics_app.processing.rejection import reject_row
from analytics_app.storage.write import write
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import HEADER_FAULTS, add, flatten, item_of
from analytics_app.wire.json_bytes import parse_storable, well_formed
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import FlatDelivery, Header, Json, Reject

log = logging.getLogger(__name__)

TABLE = RejectedAction.__table__
REVALIDATED = ("source", "name", "study", "user_id", "code", "field", "message", "reasons", "body", "context")


@dataclass
class ReplayReport:
    """What became of rejected actions, by their ids."""

    replayed: list[int] = field(default_factory=list)
    refused: dict[int, Json] = field(default_factory=dict)
    """Still invalid: the reasons by field."""
    absent: list[int] = field(default_factory=list)
    """Not found, or already replayed."""
    stored: int = 0
    duplicates: int = 0
    """Valid, and already stored."""

    def __iadd__(self, other: ReplayReport) -> ReplayReport:
        self.replayed += other.replayed
        self.refused |= other.refused
        self.absent += other.absent
        self.stored += other.stored
        self.duplicates += other.duplicates
        return self


def replay(engine: Engine, ids: list[int], body: bytes | None = None, *, clock_skew_s: int) -> ReplayReport:
    """Validate these rejected actions again, in one transaction. `clock_skew_s`: see `prepare`.

    With `body` (for a single id) these bytes are validated in place of the kept ones, which stay as received; if they
    are invalid too, nothing is changed.

    Raises:
        psycopg2.Error, sqlalchemy.exc.SQLAlchemyError: an error that is not the data's fault; nothing is changed.
    """
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            report = replay_in(connection, clock_skew_s, ids, body)
            if body is not None and report.refused:
                transaction.rollback()
                return ReplayReport(refused=report.refused)
            return report
    except (psycopg2.Error, SQLAlchemyError):
        raise
    except Exception as error:
        log.exception("replaying failed in the code itself")
        if len(ids) == 1:
            return ReplayReport(refused={ids[0]: {"server": [Reason(Code.SERVER, f"{type(error).__name__}: {error}")]}})
    report = ReplayReport()
    for row_id in ids:
        report += replay(engine, [row_id], clock_skew_s=clock_skew_s)
    return report


def replay_in(connection: Connection, clock_skew_s: int, ids: list[int], body: bytes | None) -> ReplayReport:
    """`prepare` and `write`, as for a group that has just been received; then note what became of each row."""
    wanted = select(TABLE).where(TABLE.c.id.in_(ids), TABLE.c.replayed_at.is_(None))
    rows = connection.execute(wanted.order_by(TABLE.c.page_id, TABLE.c.seq).with_for_update()).all()
    outcome = write(connection, prepare([flat_of(row, body) for row in rows], clock_skew_s))
    report = ReplayReport(stored=outcome.stored, duplicates=outcome.duplicates)
    report.absent = sorted(set(ids) - {row.id for row in rows})
    refused = dict(outcome.refused)
    for row in rows:
        note_result(connection, row, refused.pop((str(row.page_id), row.seq), None), report)
    if body is not None and refused and rows:  # another action of a whole body that was edited
        report.refused[rows[0].id] = next(iter(refused.values())).reasons
    return report


def note_result(connection: Connection, row: Row[Any], refused: Reject | None, report: ReplayReport) -> None:
    change = update(RejectedAction).where(RejectedAction.id == row.id)
    if refused is None:
        connection.execute(change.values(replayed_at=func.now()))
        report.replayed.append(row.id)
    else:
        today = reject_row(refused)
        connection.execute(change.values({name: today[name] for name in REVALIDATED}))
        report.refused[row.id] = refused.reasons


def flat_of(row: Row[Any], body: bytes | None) -> FlatDelivery:
    """The kept (or edited) bytes as they would be read if they were received now, under the row's own key."""
    page_id, received_at = str(row.page_id), round(row.received_at.timestamp() * 1000)
    content = bytes(row.body) if body is None else body
    is_whole_body = row.context == "null"
    if row.source == "event" or is_whole_body:
        kind = "event" if row.source == "event" else "analytics"
        flat = flatten(Delivery(page_id, received_at, kind, content))
        flat.is_body = is_whole_body
        return flat
    flat = FlatDelivery(Header(page_id, received_at, row.source, page_id), is_body=False)
    # A fault of the envelope is not in the action's own bytes: it remains until somebody edits the action.
    kept = row.reasons if body is None else {}
    faults: Json = {name: [why] for name, why in HEADER_FAULTS.items() if kept.get(name) == [why]}
    try:
        item, _ = parse_storable(content)
    except (ValueError, RecursionError) as error:
        item, faults = None, {"body": [Reason(Code.NOT_JSON, f"Not JSON: {error}.")]}
    context = well_formed(json.loads(row.context))
    add(flat, (page_id, row.seq), item_of(item), item, content, context, context.pop("timestamp", None), faults)
    return flat
