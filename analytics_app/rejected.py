"""Putting rejected actions right: the bytes that were kept are judged again, and stored where they are good now.

Good means as in store.py: a schema was mended since, or somebody edited the action. A row says when it was replayed;
one that is still no good says why by today's judgement.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from analytics_app import envelope, protocol
from analytics_app.delivery import Delivery
from analytics_app.ledger import insert_batches, insert_rejects, reject_row, upsert_participants
from analytics_app.models import RejectedAction
from analytics_app.protocol import Batch, Flat, Json, Reject
from analytics_app.store import Key, Report, insert_actions, sort_out

log = logging.getLogger(__name__)

TABLE = RejectedAction.__table__
JUDGED = ("source", "name", "study", "user_id", "message", "reasons", "body", "context")
BATCH_FAULTS = ("page_id", "const", "v", "seq")  # of the envelope: the action's own bytes cannot clear them


@dataclass
class ReplayReport:
    """What became of rejected actions, by their ids."""

    replayed: list[int] = field(default_factory=list)
    refused: dict[int, Json] = field(default_factory=dict)
    """Still no good: the reasons by field."""
    absent: list[int] = field(default_factory=list)
    """Not there, or replayed before."""
    stored: int = 0
    duplicates: int = 0
    """Good and there already."""

    def __iadd__(self, other: ReplayReport) -> ReplayReport:
        self.replayed += other.replayed
        self.refused |= other.refused
        self.absent += other.absent
        self.stored += other.stored
        self.duplicates += other.duplicates
        return self


def replay(engine: Engine, ids: list[int], body: bytes | None = None) -> ReplayReport:
    """Judge these rejected actions again, in one transaction.

    With `body` (then for one id) these bytes are judged in place of the kept ones, which stay as they came; where
    the edited ones are no good either, nothing is changed.

    Raises:
        psycopg2.Error, sqlalchemy.exc.SQLAlchemyError: what is nobody's fault; nothing is changed then.
    """
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            report = replay_in(connection, ids, body)
            if body is not None and report.refused:
                transaction.rollback()
                return ReplayReport(refused=report.refused)
            return report
    except (psycopg2.Error, SQLAlchemyError):
        raise
    except Exception as error:
        log.exception("replaying failed in the code itself")
        if len(ids) == 1:
            return ReplayReport(refused={ids[0]: {"server": [f"{type(error).__name__}: {error}"]}})
    report = ReplayReport()
    for row_id in ids:
        report += replay(engine, [row_id])
    return report


def replay_in(connection: Connection, ids: list[int], body: bytes | None) -> ReplayReport:
    wanted = select(TABLE).where(TABLE.c.id.in_(ids), TABLE.c.replayed_at.is_(None))
    rows = connection.execute(wanted.order_by(TABLE.c.page_id, TABLE.c.seq).with_for_update()).all()
    flats = [flat_of(row, body) for row in rows]
    cursor: Any = connection.connection.cursor()  # psycopg2's, as store.py's functions take it
    good, rejects = sort_out(flats)
    counts = Report()
    fresh = insert_actions(cursor, good, rejects, counts)
    whole = [envelope.rows(flat.batch) for row, flat in zip(rows, flats, strict=True) if is_whole(row)]
    insert_batches(cursor, whole)
    upsert_participants(cursor, fresh, [batch for batch, _ in whole])
    refused: dict[Key, Reject] = {(reject.action.page_id, reject.action.seq): reject for reject in rejects}
    report = ReplayReport(stored=counts.stored, duplicates=counts.duplicates)
    report.absent = sorted(set(ids) - {row.id for row in rows})
    for row in rows:
        settle(connection, row, refused.pop((str(row.page_id), row.seq), None), report)
    insert_rejects(cursor, list(refused.values()))  # from a whole body that could be taken apart now
    if body is not None and refused and rows:
        report.refused[rows[0].id] = next(iter(refused.values())).reasons
    return report


def settle(connection: Connection, row: Row[Any], refused: Reject | None, report: ReplayReport) -> None:
    """Write down what became of one row."""
    change = update(RejectedAction).where(RejectedAction.id == row.id)
    if refused is None:
        connection.execute(change.values(replayed_at=func.now()))
        report.replayed.append(row.id)
    else:
        judged = reject_row(refused)
        connection.execute(change.values({name: judged[name] for name in JUDGED}))
        report.refused[row.id] = refused.reasons


def is_whole(row: Row[Any]) -> bool:
    """Its bytes are a whole body that no action could be read from."""
    return bool(row.context == "null")


def flat_of(row: Row[Any], body: bytes | None) -> Flat:
    """The kept (or edited) bytes as they would be read if they came now, under the row's own key."""
    page_id, received_at = str(row.page_id), round(row.received_at.timestamp() * 1000)
    content = bytes(row.body) if body is None else body
    if row.source == "event" or is_whole(row):
        kind = "event" if row.source == "event" else "analytics"
        return protocol.flatten(Delivery(page_id, received_at, kind, content))
    flat = Flat(Batch(page_id, received_at, row.source, page_id))
    standing = {name: why for name, why in row.reasons.items() if name in BATCH_FAULTS and body is None}
    try:
        item = protocol.parse(content)
    except (ValueError, RecursionError) as error:
        item, standing = None, {"body": [f"Not JSON: {error}."]}
    protocol.add(flat, page_id, row.seq, item, content, json.loads(row.context), standing)
    return flat
