"""Write a prepared group, in the transaction of its caller.

An action that PostgreSQL refuses for its data is found by bisection and becomes a row of `rejected_actions`. Every
other error (connection, resources, read-only, a missing table) is raised, and the group stays in the inbox.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection

from analytics_app.actions import TABLES
from analytics_app.actions.rows import Row, column_names
from analytics_app.database.tables import ActionTable, RawAction
from analytics_app.processing.outcome import Outcome
from analytics_app.processing.prepare import Prepared
from analytics_app.processing.validation import ValidAction
from analytics_app.storage.batches import insert_batches
from analytics_app.storage.bisect import insert_all
from analytics_app.storage.copy import copy_rows
from analytics_app.storage.participants import upsert_participants
from analytics_app.storage.rejects import insert_rejects
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.times import instant
from analytics_app.wire.types import Json, Key, Reject

PART = 100  # actions whose rows are in memory at a time: a mouse path has 200 rows
RAW_COLUMNS = RawAction.__table__.columns.keys()
INSERT_NEW = f"""INSERT INTO raw_actions ({", ".join(RAW_COLUMNS)})
SELECT {", ".join(RAW_COLUMNS)} FROM incoming ORDER BY page_id, seq
ON CONFLICT DO NOTHING RETURNING page_id::text, seq"""


def write(connection: Connection, prepared: Prepared, *, resplit: bool = False) -> Outcome:
    """Write new actions with their rows, rejects, batches, pages and participants.

    With `resplit` the actions are in `raw_actions` already: the rows that were split from them are replaced, and
    nothing else is written.

    Raises:
        psycopg2.Error: an error that is not the data's fault; the caller rolls back.
    """
    cursor: Any = connection.connection.cursor()  # psycopg2's, for COPY
    written: list[ValidAction] = []

    def insert(part: list[ValidAction]) -> None:
        fresh = delete_split(cursor, part) if resplit else insert_raw(cursor, part)
        split(cursor, fresh)
        written.extend(fresh)

    refused = [
        Reject(valid.action, {"database": [Reason(Code.DATABASE, why)]})
        for valid, why in insert_all(cursor, in_key_order(prepared.actions), insert)
    ]
    outcome = Outcome(
        stored=len(written),
        duplicates=len(prepared.actions) - len(written) - len(refused),
        studies={valid.values["study"]: valid.action.received_at for valid in written},
        refused={reject.action.key: reject for reject in (*prepared.rejects, *refused)},
    )
    if not resplit:
        outcome.rejected = insert_rejects(cursor, outcome.refused)
        insert_batches(cursor, prepared)
        upsert_participants(cursor, written, prepared.batches)
    return outcome


def in_key_order(actions: list[ValidAction]) -> list[ValidAction]:
    """Each key once: the first of its actions. Sorted, so that two workers with the same actions cannot deadlock."""
    once = {valid.key: valid for valid in reversed(actions)}
    return [once[key] for key in sorted(once)]


def insert_raw(cursor: Cursor, actions: list[ValidAction]) -> list[ValidAction]:
    """Insert into `raw_actions` those that are not there yet; returns them.

    COPY goes into a temporary table. COPY into `raw_actions` itself was at most a third faster, and PostgreSQL logs an
    error for each repetition. Every page change repeats one: the page sends its last batch and the next page adopts it.
    """
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS incoming (LIKE raw_actions) ON COMMIT DELETE ROWS")
    cursor.execute("DELETE FROM incoming")  # the previous part's, when a group is bisected
    copy_rows(cursor, "incoming", RAW_COLUMNS, map(raw_row, actions))
    cursor.execute(INSERT_NEW)
    new: set[Key] = set(cursor.fetchall())
    return [valid for valid in actions if valid.key in new]


def raw_row(valid: ValidAction) -> Json:
    return {**valid.values, "received_at": instant(valid.action.received_at), "data": valid.data}


def split(cursor: Cursor, actions: list[ValidAction]) -> None:
    """Write the rows of `positions_screen` and of the types' own tables."""
    for start in range(0, len(actions), PART):
        rows: dict[type[ActionTable], list[Row]] = defaultdict(list)
        for valid in actions[start : start + PART]:
            for table, row in valid.rows():
                rows[table].append(row)
        for table, its_rows in rows.items():
            copy_rows(cursor, table.__tablename__, column_names(table), its_rows)


def delete_split(cursor: Cursor, actions: list[ValidAction]) -> list[ValidAction]:
    """Delete what was split from these actions, from every table: a type's table may have changed. Returns them."""
    page_ids, seqs = zip(*(valid.key for valid in actions), strict=True)
    for name in sorted(TABLES):
        cursor.execute(
            f'DELETE FROM "{name}" AS old USING unnest(%s::uuid[], %s::int[]) AS key (page_id, seq)'
            " WHERE old.page_id = key.page_id AND old.seq = key.seq",
            (list(page_ids), list(seqs)),
        )
    return actions
