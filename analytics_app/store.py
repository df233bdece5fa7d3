"""One group, one transaction: judge, suppress what is there already, COPY the rest.

What is the action's fault (SQLSTATE class 22 and 23, and 54: a value too large for an index) is isolated to that
action and becomes a row of `rejected_actions`. Everything else (connection, resources, read-only, a missing
table) is nobody's fault: it is raised, and the group stays in the inbox.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics_app import envelope
from analytics_app.actions import base
from analytics_app.bulk import copy_rows
from analytics_app.delivery import Delivery
from analytics_app.isolate import isolate
from analytics_app.judge import Judged, judge_all
from analytics_app.ledger import insert_batches, insert_rejects, upsert_participants
from analytics_app.models import PositionScreen, RawAction
from analytics_app.protocol import Batch, Flat, Json, Reject, flatten, whole_body

log = logging.getLogger(__name__)

PART = 100  # actions whose rows are in memory at a time: of a mouse path that is 200 each
Key = tuple[str, int]
RAW = RawAction.__table__.columns.keys()
INSERT_NEW = f"""INSERT INTO raw_actions ({", ".join(RAW)})
SELECT {", ".join(RAW)} FROM incoming ORDER BY page_id, seq
ON CONFLICT DO NOTHING RETURNING page_id::text, seq"""


@dataclass
class Report:
    """What became of a group."""

    stored: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By the field that was at fault."""
    studies: dict[str, int] = field(default_factory=dict)
    """When the last stored action of a study came, epoch ms."""

    def __add__(self, other: Report) -> Report:
        return Report(
            self.stored + other.stored,
            self.duplicates + other.duplicates,
            self.rejected + other.rejected,
            {**self.studies, **other.studies},
        )


def store(engine: Engine, deliveries: list[Delivery]) -> Report:
    """Store a group.

    Raises:
        psycopg2.Error, sqlalchemy.exc.SQLAlchemyError: what is nobody's fault; nothing of the group is stored then.
    """
    try:
        return store_flats(engine, [flatten(delivery) for delivery in deliveries])
    except (psycopg2.Error, SQLAlchemyError):
        raise
    except Exception:
        log.exception("storing a group failed in the code itself: its bodies are stored one by one")
    return sum((store_alone(engine, delivery) for delivery in deliveries), Report())


def store_alone(engine: Engine, delivery: Delivery) -> Report:
    """One body in its own transaction; where the code fails on it, its bytes are kept as a reject."""
    try:
        return store_flats(engine, [flatten(delivery)])
    except (psycopg2.Error, SQLAlchemyError):
        raise
    except Exception as error:
        return reject_whole(engine, delivery, f"{type(error).__name__}: {error}")


def reject_whole(engine: Engine, delivery: Delivery, why: str) -> Report:
    """Keep a body's bytes as one reject, without looking into them."""
    source = "event" if delivery.kind == "event" else "v1"
    batch = Batch(delivery.receipt, delivery.received_at, source, delivery.receipt)
    return store_flats(engine, [Flat(batch, rejects=[whole_body(batch, delivery, {"server": [why]})])])


def store_flats(engine: Engine, flats: list[Flat]) -> Report:
    good, rejects = sort_out(flats)
    report = Report()
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()  # psycopg2's, for COPY
        said = [envelope.rows(flat.batch) for flat in flats]
        fresh = insert_actions(cursor, good, rejects, report)
        report.rejected = insert_rejects(cursor, rejects)
        insert_batches(cursor, said)
        upsert_participants(cursor, fresh, [batch for batch, _ in said])
    report.studies = {judged.values["study"]: judged.action.received_at for judged in fresh}
    return report


def sort_out(flats: list[Flat]) -> tuple[list[Judged], list[Reject]]:
    """The good actions and the rejects."""
    good: list[Judged] = []
    rejects: list[Reject] = []
    for flat in flats:
        rejects += flat.rejects
        for verdict in judge_all(flat.actions):
            if isinstance(verdict, Judged):
                good.append(verdict)
            else:
                rejects.append(verdict)
    return good, rejects


def insert_actions(cursor: Cursor, good: list[Judged], rejects: list[Reject], report: Report) -> list[Judged]:
    """Into `raw_actions` and, for those that were not there yet, into the tables split from it; returns those."""
    once = {judged.key: judged for judged in reversed(good)}  # of two with one key the first
    # In the order of their key: two workers with the same actions then never wait for each other in a circle.
    actions = sorted(once.values(), key=lambda judged: judged.key)
    fresh: list[Judged] = []

    def insert(part: list[Judged]) -> None:
        new = insert_raw(cursor, part)
        split(cursor, new)
        fresh.extend(new)

    refused = [Reject(judged.action, {"database": [why]}) for judged, why in isolate(cursor, actions, insert)]
    rejects += refused
    report.stored = len(fresh)
    report.duplicates = len(good) - len(fresh) - len(refused)
    return fresh


def insert_raw(cursor: Cursor, actions: list[Judged]) -> list[Judged]:
    """COPY beside the table, then those into it that are not there yet; returns these.

    COPY straight in was no faster by more than a third, and the database logs an error for each repetition, of which
    every change of page makes one: the page sends its last batch and the next page adopts it.
    """
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS incoming (LIKE raw_actions) ON COMMIT DELETE ROWS")
    cursor.execute("DELETE FROM incoming")  # of the part before, where a body is taken apart
    copy_rows(cursor, "incoming", RAW, map(raw_row, actions))
    cursor.execute(INSERT_NEW)
    new: set[Key] = set(cursor.fetchall())
    return [judged for judged in actions if judged.key in new]


def raw_row(judged: Judged) -> Json:
    return {**judged.values, "received_at": base.instant(judged.action.received_at), "data": judged.data}


def split(cursor: Cursor, actions: list[Judged]) -> None:
    """The rows of positions_screen and of each type's own table."""
    for start in range(0, len(actions), PART):
        rows: dict[Any, list[Json]] = defaultdict(list)
        for judged in actions[start : start + PART]:
            module = judged.type
            rows[PositionScreen] += getattr(module, "positions", base.positions)(judged.values)
            if hasattr(module, "Table"):
                rows[module.Table] += module.rows(judged.values)
        for table, its_rows in rows.items():
            copy_rows(cursor, table.__tablename__, table.__table__.columns.keys(), its_rows)
