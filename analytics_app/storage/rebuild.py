"""Split `raw_actions` again into positions_screen and the tables of the action types.

For a type that was added after its actions were received, and for a schema or rows that were corrected. It goes through
the table in key order, one piece per transaction: it replaces the rows of these actions and notes the position in the
same transaction. A rebuild that was killed therefore continues where it was, readers never miss a row, and the worker
may store at the same time: what it adds, it splits itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from analytics_app.database.locks import AdvisoryLock
from analytics_app.processing.prepare import prepare
from analytics_app.storage.write import write
from analytics_app.wire.flatten import add, item_of
from analytics_app.wire.types import FlatDelivery, Header, Json, Key, Source

PIECE = 1_000  # actions per transaction
START: Key = ("00000000-0000-0000-0000-000000000000", -1)

# Exists only while a rebuild is in progress.
PROGRESS = """
CREATE TABLE IF NOT EXISTS rebuild_progress (
    scope text PRIMARY KEY, page_id uuid NOT NULL, seq int NOT NULL, done bigint NOT NULL, split bigint NOT NULL
)
"""

# FOR KEY SHARE: nobody may delete an action between our reading it and our writing its rows.
NEXT = """
SELECT raw.page_id::text, raw.seq, extract(epoch FROM raw.received_at) * 1000,
       extract(epoch FROM raw.occurred_at) * 1000, context.source, context.data,
       CASE WHEN %(name)s IS NULL OR raw.name = %(name)s THEN raw.data::text END
FROM raw_actions AS raw
JOIN contexts AS context USING (page_id, context_id)
WHERE (raw.page_id, raw.seq) > (%(page_id)s, %(seq)s)
ORDER BY raw.page_id, raw.seq
LIMIT %(limit)s
FOR KEY SHARE OF raw
"""


class AlreadyRunning(Exception):
    """Another rebuild of this database is in progress."""


@dataclass
class Progress:
    """How far a rebuild is; it includes what was done before the rebuild was killed."""

    total: int
    """Actions to go through."""
    done: int = 0
    split: int = 0
    """Of these, split again: those of the name that was asked for."""
    kept: Counter[str] = field(default_factory=Counter)
    """By name: actions that are invalid by today's schema. Their rows were left as they were."""


def rebuild(
    engine: Engine, name: str | None = None, from_start: bool = False, *, clock_skew_s: int
) -> Generator[Progress]:
    """Split all actions again, or those of one name; yields the progress at the start and after each piece.

    `from_start` discards the position of a rebuild that was killed. `clock_skew_s`: see `prepare`.

    Raises:
        AlreadyRunning, psycopg2.Error, sqlalchemy.exc.DBAPIError: what is done so far stays done.
    """
    scope = "all" if name is None else f"name {name}"
    with locked_connection(engine) as connection:
        position: Key | None
        position, progress = begin(connection, scope, from_start)
        connection.commit()
        yield progress
        while position is not None:
            rows = next_rows(connection, name, position)
            split_again(connection, rows, clock_skew_s, progress)
            position = note_position(connection, scope, rows, progress)
            connection.commit()
            yield progress


@contextmanager
def locked_connection(engine: Engine) -> Iterator[Connection]:
    """A connection of its own, without a statement timeout, that holds the lock."""
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql("SET statement_timeout = 0")
            lock = {"lock": AdvisoryLock.REBUILD.value}
            if not connection.exec_driver_sql("SELECT pg_try_advisory_lock(%(lock)s)", lock).scalar():
                raise AlreadyRunning
            yield connection
        finally:
            connection.invalidate()  # closing the connection releases the lock


def begin(connection: Connection, scope: str, from_start: bool) -> tuple[Key, Progress]:
    """The position to continue from."""
    connection.exec_driver_sql(PROGRESS)
    if from_start:
        connection.exec_driver_sql("DELETE FROM rebuild_progress WHERE scope = %(scope)s", {"scope": scope})
    progress = Progress(connection.exec_driver_sql("SELECT count(*) FROM raw_actions").scalar_one())
    query = "SELECT page_id::text, seq, done, split FROM rebuild_progress WHERE scope = %(scope)s"
    row = connection.exec_driver_sql(query, {"scope": scope}).first()
    if row is None:
        return START, progress
    progress.done, progress.split = row.done, row.split
    return (row.page_id, row.seq), progress


def next_rows(connection: Connection, name: str | None, position: Key) -> list[Any]:
    parameters = {"name": name, "page_id": position[0], "seq": position[1], "limit": PIECE}
    return list(connection.exec_driver_sql(NEXT, parameters))


def split_again(connection: Connection, rows: list[Any], clock_skew_s: int, progress: Progress) -> None:
    """`prepare` and `write`, as for a group that has just been received."""
    flats = [flat_of(*row) for row in rows if row[6] is not None]
    outcome = write(connection, prepare(flats, clock_skew_s), resplit=True)
    progress.kept.update(str(reject.action.data.get("name")) for reject in outcome.refused.values())
    progress.split += outcome.stored
    progress.done += len(rows)


def flat_of(
    page_id: str, seq: int, received_at: Any, occurred_at: Any, source: Source, context: Json, data: str
) -> FlatDelivery:
    """A stored action as it was when its batch had been taken apart."""
    flat = FlatDelivery(Header(page_id, round(received_at), source, page_id, strict=True), is_body=False)
    timestamp = float(occurred_at) if source == "v2" and occurred_at is not None else None
    own = json.loads(data)
    add(flat, (page_id, seq), item_of(own), own, data.encode(), context, timestamp)
    return flat


def note_position(connection: Connection, scope: str, rows: list[Any], progress: Progress) -> Key | None:
    """Note the position of the last row; None at the end."""
    if len(rows) < PIECE:
        connection.exec_driver_sql("DELETE FROM rebuild_progress WHERE scope = %(scope)s", {"scope": scope})
        if connection.exec_driver_sql("SELECT 1 FROM rebuild_progress LIMIT 1").first() is None:
            connection.exec_driver_sql("DROP TABLE rebuild_progress")
        return None
    last: Key = (rows[-1][0], rows[-1][1])
    connection.exec_driver_sql(
        "INSERT INTO rebuild_progress VALUES (%s, %s, %s, %s, %s) ON CONFLICT (scope) DO UPDATE SET"
        " page_id = excluded.page_id, seq = excluded.seq, done = excluded.done, split = excluded.split",
        (scope, *last, progress.done, progress.split),
    )
    return last
