"""Write a prepared group, in the transaction of its caller.

An action that PostgreSQL refuses for its data is found by bisection and becomes a row of `rejected_actions`. Every
other error (connection, resources, read-only, a missing table) is raised, and the group stays in the inbox.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection

from analytics_app.actions import TABLES
from analytics_app.actions.rows import Row
from analytics_app.actions.type import ActionType
from analytics_app.database.tables import Context, PositionScreen, RawAction
from analytics_app.processing.contexts import COLUMNS as CONTEXT_COLUMNS
from analytics_app.processing.outcome import Outcome
from analytics_app.processing.prepare import Prepared
from analytics_app.processing.validation import ValidAction
from analytics_app.storage.batches import insert_batches
from analytics_app.storage.bisect import insert_all, savepoint
from analytics_app.storage.copy import copy_rows, insert_values
from analytics_app.storage.participants import upsert_participants
from analytics_app.storage.rejects import insert_rejects
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.times import instant
from analytics_app.wire.types import Action, Key, Reject

receipt_time = lru_cache(1_000)(instant)  # the actions of a body have one
INCOMING = "CREATE TEMP TABLE IF NOT EXISTS incoming (LIKE raw_actions) ON COMMIT DELETE ROWS; DELETE FROM incoming"
RAW_COLUMNS = ", ".join(RawAction.__table__.columns.keys())
INSERT_NEW = f"""INSERT INTO raw_actions ({RAW_COLUMNS})
SELECT {RAW_COLUMNS} FROM incoming ORDER BY page_id, seq
ON CONFLICT DO NOTHING RETURNING page_id::text, seq"""
REPEATS = """SELECT 1 FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS new (page_id, first, last)
WHERE EXISTS (SELECT 1 FROM raw_actions AS old WHERE old.page_id = new.page_id AND old.seq BETWEEN first AND last)
LIMIT 1"""
UPDATE_CONTEXTS = """UPDATE raw_actions AS action SET context_id = new.context_id
FROM unnest(%s::uuid[], %s::int[], %s::bigint[]) AS new (page_id, seq, context_id)
WHERE (action.page_id, action.seq) = (new.page_id, new.seq) AND action.context_id <> new.context_id"""


def write(connection: Connection, prepared: Prepared, *, resplit: bool = False) -> Outcome:
    """Write new actions with their rows, rejects, batches, pages and participants.

    With `resplit` the actions are in `raw_actions` already: the rows that were split from them are replaced, and
    nothing else is written.

    Raises:
        psycopg2.Error: an error that is not the data's fault; the caller rolls back.
    """
    cursor: Any = connection.connection.cursor()  # psycopg2's, for COPY
    written: list[ValidAction] = []

    def insert(part: list[Action]) -> None:
        fresh = delete_split(cursor, list(prepared.valid(part))) if resplit else insert_raw(cursor, prepared, part)
        insert_contexts(cursor, fresh)
        split(cursor, fresh)
        written.extend(fresh)

    refused = [
        Reject(action, {"database": [Reason(Code.DATABASE, why)]})
        for action, why in insert_all(cursor, prepared.actions, insert)
    ]
    outcome = Outcome(
        stored=len(written),
        duplicates=prepared.valid_count - len(written) - len(refused),
        studies={valid.context.study: valid.action.received_at for valid in written},
        refused={reject.action.key: reject for reject in (*prepared.rejects, *refused)},
    )
    if not resplit:
        outcome.rejected = insert_rejects(cursor, outcome.refused)
        insert_batches(cursor, prepared)
        upsert_participants(cursor, written, prepared.batches)
    return outcome


def insert_raw(cursor: Cursor, prepared: Prepared, actions: list[Action]) -> list[ValidAction]:
    """Insert into `raw_actions` the valid ones that are not there yet; returns them.

    COPY goes straight into the table if none seems to be there. Otherwise it goes into a temporary table: PostgreSQL
    would log an error for each repetition, and every page change repeats a batch: the page sends its last one, and the
    next page adopts it.
    """
    if not repeats(cursor, actions):
        with suppress(UniqueViolation), savepoint(cursor, "direct"):  # another worker has stored it in the meantime
            copy_rows(cursor, RawAction, map(raw_row, once(prepared.valid(actions))))
            return list(once(prepared.valid(actions)))
    cursor.execute(INCOMING)  # it may have the previous part's rows, when a group is bisected
    copy_rows(cursor, RawAction, map(raw_row, once(prepared.valid(actions))), into="incoming")
    cursor.execute(INSERT_NEW)
    new: set[Key] = set(cursor.fetchall())
    return [valid for valid in once(prepared.valid(actions)) if valid.action.key in new]


def once(actions: Iterable[ValidAction]) -> Iterator[ValidAction]:
    """The first one of each key."""
    last: Key | None = None
    for valid in actions:
        if valid.action.key != last:
            last = valid.action.key
            yield valid


def repeats(cursor: Cursor, actions: list[Action]) -> bool:
    """Whether any page has stored actions between the first and the last seq of these."""
    pages: dict[str, tuple[int, int]] = {}
    for page_id, seq in (action.key for action in actions):  # in key order
        pages[page_id] = (pages[page_id][0] if page_id in pages else seq, seq)
    first, last = zip(*pages.values(), strict=True)
    cursor.execute(REPEATS, (list(pages), list(first), list(last)))
    return cursor.fetchone() is not None


def raw_row(valid: ValidAction) -> Row:
    action, loaded = valid.action, valid.loaded
    received_at, occurred_at = receipt_time(action.received_at), instant(loaded.timestamp)
    return *action.key, received_at, occurred_at, loaded.t, valid.context_id, loaded.name, valid.data


def insert_contexts(cursor: Cursor, actions: list[ValidAction]) -> None:
    """Insert the contexts of these actions that are not there yet."""
    contexts = {(valid.action.page_id, valid.context_id): valid.context for valid in actions}
    rows = [
        dict(zip(CONTEXT_COLUMNS, (*key, *msgspec.structs.astuple(contexts[key])), strict=True))
        for key in sorted(contexts)
    ]
    insert_values(cursor, Context, rows, "ON CONFLICT DO NOTHING")


def split(cursor: Cursor, actions: list[ValidAction]) -> None:
    """Write the rows of `positions_screen` and of the types' own tables."""
    positions = (valid.type.positions(valid.action.key, valid.loaded) for valid in actions)
    copy_rows(cursor, PositionScreen, chain.from_iterable(positions))
    by_type: dict[ActionType, list[ValidAction]] = defaultdict(list)
    for valid in actions:
        by_type[valid.type].append(valid)
    for kind, its_actions in by_type.items():
        if kind.table is not None:
            rows = ((*valid.action.key, *kind.own_values(valid.loaded)) for valid in its_actions)
            copy_rows(cursor, kind.table, rows)


def delete_split(cursor: Cursor, actions: list[ValidAction]) -> list[ValidAction]:
    """Delete what was split from these actions, from every table: a type's table may have changed. Returns them.

    Their contexts may have changed too. Contexts that no action has any more are left: an action that is being stored
    may have them.
    """
    page_ids, seqs = [valid.action.page_id for valid in actions], [valid.action.seq for valid in actions]
    for name in sorted(TABLES):
        cursor.execute(
            f'DELETE FROM "{name}" AS old USING unnest(%s::uuid[], %s::int[]) AS key (page_id, seq)'
            " WHERE old.page_id = key.page_id AND old.seq = key.seq",
            (page_ids, seqs),
        )
    cursor.execute(UPDATE_CONTEXTS, (page_ids, seqs, [valid.context_id for valid in actions]))
    return actions
