"""Splitting `raw_actions` again into positions_screen and the typed tables.

For a type that was added after its actions came, and for a schema or `rows` that was mended. Goes through the
table in the order of its key, a piece a transaction: what the tables had of these actions is replaced by what
today's code makes of them, and the place is noted in the same transaction. So a rebuild that was killed goes on
where it was, readers never miss a row, and the worker may store meanwhile: what it adds, it splits itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

from analytics_app.actions import ACTIONS
from analytics_app.isolate import isolate
from analytics_app.judge import Judged, judge
from analytics_app.models import PositionScreen
from analytics_app.protocol import Action, Json, Reject
from analytics_app.store import split

LOCK = 7_248_154  # any number of its own: two rebuilds at once would replace each other's rows
PIECE = 1_000  # actions of one transaction
PART = 100  # actions whose rows are in memory at a time: of a mouse path that is 200 each
Place = tuple[str, int]
FIRST: Place = ("00000000-0000-0000-0000-000000000000", -1)

# Only while a rebuild is under way; a finished one leaves nothing behind.
PROGRESS = """
CREATE TABLE IF NOT EXISTS rebuild_progress (
    scope text PRIMARY KEY, page_id uuid NOT NULL, seq int NOT NULL, done bigint NOT NULL, split bigint NOT NULL
)
"""

# The lock keeps somebody from deleting an action between our reading it and our writing its rows. An event is
# known by its batch: the table of actions does not say who judges them.
NEXT = """
SELECT raw.page_id::text, raw.seq, extract(epoch FROM raw.received_at) * 1000, batches.source,
       CASE WHEN %(name)s IS NULL OR raw.name = %(name)s THEN raw.data END
FROM raw_actions AS raw
LEFT JOIN batches ON batches.batch_id = raw.page_id AND batches.source = 'event'
WHERE (raw.page_id, raw.seq) > (%(page_id)s, %(seq)s)
ORDER BY raw.page_id, raw.seq
LIMIT %(limit)s
FOR KEY SHARE OF raw
"""


class AlreadyRunning(Exception):
    """Another rebuild of this database is under way."""


@dataclass
class Progress:
    """How far a rebuild is; the counts of a rebuild that was killed are in them."""

    total: int
    """Actions to go through."""
    done: int = 0
    split: int = 0
    """Of these, split again: those of the name that was asked for."""
    kept: Counter[str] = field(default_factory=Counter)
    """By name: actions that today's schema refuses. Their rows stay as they were."""


def rebuild(engine: Engine, name: str | None = None, anew: bool = False) -> Generator[Progress]:
    """Split all actions again, or those of one name; yields where it stands, at first and after each piece.

    `anew` forgets what a rebuild that was killed has done.

    Raises:
        AlreadyRunning, psycopg2.Error: what is done so far stays done.
    """
    place: Place | None
    with session(engine) as connection:
        cursor: Any = connection.cursor()
        place, progress = begin(cursor, name, anew)
        connection.commit()
        yield progress
        while place:
            place = piece(cursor, name, place, progress)
            connection.commit()
            yield progress


@contextmanager
def session(engine: Engine) -> Iterator[DBAPIConnection]:
    """A connection of its own, without a time limit, that holds the lock."""
    connection = engine.raw_connection()
    try:
        cursor: Any = connection.cursor()
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
        yield connection
    finally:
        connection.invalidate()  # the lock ends with it


def begin(cursor: Cursor, name: str | None, anew: bool) -> tuple[Place, Progress]:
    """The place to go on from."""
    cursor.execute(PROGRESS)
    if anew:
        cursor.execute("DELETE FROM rebuild_progress WHERE scope = %s", (scope(name),))
    cursor.execute("SELECT count(*) FROM raw_actions")
    progress = Progress(cursor.fetchone()[0])  # type: ignore[index]
    cursor.execute("SELECT page_id::text, seq, done, split FROM rebuild_progress WHERE scope = %s", (scope(name),))
    if (row := cursor.fetchone()) is None:
        return FIRST, progress
    progress.done, progress.split = row[2], row[3]
    return (row[0], row[1]), progress


def scope(name: str | None) -> str:
    return "all" if name is None else f"name {name}"


def piece(cursor: Cursor, name: str | None, place: Place, progress: Progress) -> Place | None:
    """Split the next actions again; returns the place of the last one, None at the end."""
    cursor.execute(NEXT, {"name": name, "page_id": place[0], "seq": place[1], "limit": PIECE})
    rows = cursor.fetchall()
    actions = [action_of(*row) for row in rows if row[4] is not None]
    for start in range(0, len(actions), PART):
        split_again(cursor, actions[start : start + PART], progress)
    progress.done += len(rows)
    if len(rows) < PIECE:
        end(cursor, name)
        return None
    last: Place = rows[-1][:2]
    cursor.execute(
        "INSERT INTO rebuild_progress VALUES (%s, %s, %s, %s, %s) ON CONFLICT (scope) DO UPDATE SET"
        " page_id = excluded.page_id, seq = excluded.seq, done = excluded.done, split = excluded.split",
        (scope(name), *last, progress.done, progress.split),
    )
    return last


def end(cursor: Cursor, name: str | None) -> None:
    cursor.execute("DELETE FROM rebuild_progress WHERE scope = %s", (scope(name),))
    cursor.execute("SELECT 1 FROM rebuild_progress LIMIT 1")
    if cursor.fetchone() is None:
        cursor.execute("DROP TABLE rebuild_progress")


def action_of(page_id: str, seq: int, received_at: Any, source: str | None, data: Json) -> Action:
    return Action(page_id, seq, round(received_at), source or "", data, b"", {})


def split_again(cursor: Cursor, actions: list[Action], progress: Progress) -> None:
    good: list[Judged] = []
    for action in actions:
        verdict = judge(action)
        if isinstance(verdict, Reject):
            progress.kept[str(action.data.get("name"))] += 1
        else:
            good.append(verdict)

    def replace(part: list[Judged]) -> None:
        forget(cursor, part)
        split(cursor, part)

    refused = [judged for judged, _ in isolate(cursor, good, replace)]
    progress.kept.update(str(judged.action.data.get("name")) for judged in refused)
    progress.split += len(good) - len(refused)


def forget(cursor: Cursor, actions: list[Judged]) -> None:
    """From every table that rows are split into: a type may have changed its table since."""
    tables = {PositionScreen, *(module.Table for module in ACTIONS.values() if hasattr(module, "Table"))}
    page_ids, seqs = zip(*(judged.key for judged in actions), strict=True)
    for name in sorted(table.__tablename__ for table in tables):
        cursor.execute(
            f'DELETE FROM "{name}" AS old USING unnest(%s::uuid[], %s::int[]) AS key (page_id, seq)'
            " WHERE old.page_id = key.page_id AND old.seq = key.seq",
            (list(page_ids), list(seqs)),
        )
