"""Does storing slow down as the tables grow, and how long does deleting take then? `make bench-growth`.

Two databases on one server: one has POSITIONS positions (10,000,000; POSITIONS=50000000 for more), 100 for each action,
5,000 for each page, 20 pages for each participant; the other none. Both store the same kinds of groups in turn.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine

from analytics_app import actions
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from bench.measuring import ratios, run, spread, table
from bench.store import CASES, groups_of, store_all
from tests.support.running import RunningStack

POSITIONS = int(os.environ.get("POSITIONS") or 10_000_000)
SAMPLES, PATHS, PAGES_OF_A_PERSON = 100, 50, 20
PAGES_AT_A_TIME = 200
MEASURED = ("49 clicks and one path of 100 samples", "50 paths of 100 samples", "20 clicks, groups of one batch")
ROUNDS_MIN = 5

TIME = "lpad(to_hex(1700000000000 + page::bigint * 60000), 12, '0')"
PAGE_ID = f"({TIME} || '70008' || substr(md5(page::text), 1, 15))::uuid"  # in the order of time, as UUIDv7
FILL = f"""
INSERT INTO contexts (page_id, context_id, source, study, user_id, path, viewport_w, viewport_h, data)
SELECT {PAGE_ID}, 1, 'v2', 'growth', 'p' || page / {PAGES_OF_A_PERSON}, '/cart/' || page %% 50, 1440, 812, '{{}}'
FROM generate_series(%(first)s, %(last)s) AS page;
INSERT INTO pages (page_id, study, user_id, lib)
SELECT {PAGE_ID}, 'growth', 'p' || page / {PAGES_OF_A_PERSON}, 'bench'
FROM generate_series(%(first)s, %(last)s) AS page;
INSERT INTO raw_actions (page_id, seq, received_at, occurred_at, t, context_id, name, data)
SELECT {PAGE_ID}, seq, at, at, 5000 * seq, 1, 'mousemove', json_build_object('name', 'mousemove', 'n', {SAMPLES})
FROM generate_series(%(first)s, %(last)s) AS page
CROSS JOIN generate_series(0, {PATHS - 1}) AS seq
CROSS JOIN LATERAL (SELECT to_timestamp(1700000000 + page * 60 + seq) AS at) AS times;
INSERT INTO positions_screen
SELECT {PAGE_ID}, seq, sample, 5000 * seq + 50 * sample, sample * 9, sample * 5 + 600, sample * 9, sample * 5,
       sample * 9 + 10, sample * 5 + 120, 0, 600
FROM generate_series(%(first)s, %(last)s) AS page
CROSS JOIN generate_series(0, {PATHS - 1}) AS seq
CROSS JOIN generate_series(0, {SAMPLES - 1}) AS sample;
"""
ERASE = """
CREATE TEMP TABLE erased ON COMMIT DROP AS
SELECT page_id, context_id FROM contexts WHERE (study, user_id) = ('growth', 'p7');
DELETE FROM positions_screen USING raw_actions, erased
WHERE (positions_screen.page_id, positions_screen.seq) = (raw_actions.page_id, raw_actions.seq)
  AND (raw_actions.page_id, raw_actions.context_id) = (erased.page_id, erased.context_id);
DELETE FROM raw_actions USING erased
WHERE (raw_actions.page_id, raw_actions.context_id) = (erased.page_id, erased.context_id);
"""
# The oldest tenth of all.
BEFORE = "SELECT percentile_disc(0.1) WITHIN GROUP (ORDER BY received_at) AS at FROM raw_actions"
EXPIRE = """
DELETE FROM positions_screen USING raw_actions
WHERE (positions_screen.page_id, positions_screen.seq) = (raw_actions.page_id, raw_actions.seq)
  AND received_at < %(at)s;
DELETE FROM raw_actions WHERE received_at < %(at)s;
"""


@contextmanager
def database(stack: RunningStack, name: str) -> Iterator[Engine]:
    """A database of its own, with our tables."""
    stack.rows(f"CREATE DATABASE {name}")
    config = Config(DATABASE_URL=stack.database_url.rpartition("/")[0] + f"/{name}")
    engine = create_engine(config.sqlalchemy_url)
    create(engine, actions.METADATA)
    yield engine
    engine.dispose()


def execute(engine: Engine, statement: str, **parameters: Any) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        connection.exec_driver_sql(statement, parameters or None)


def fill(engine: Engine) -> None:
    pages = POSITIONS // (SAMPLES * PATHS)
    assert pages > 8 * PAGES_OF_A_PERSON, "POSITIONS must be more: participant p7 is deleted"
    for first in range(0, pages, PAGES_AT_A_TIME):
        execute(engine, FILL, first=first, last=min(first + PAGES_AT_A_TIME, pages) - 1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def seconds(work: Callable[..., object], *arguments: Any, **parameters: Any) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    work(*arguments, **parameters)
    return time.perf_counter() - began


def store_in_turn(name: str, rounds: int, engines: Sequence[Engine]) -> list[list[float]]:
    """Microseconds an action, of each round, for each database; after a round that is not counted."""
    make, batches, per_group = CASES[name]
    actions_stored = batches * len(make())
    taken: list[list[float]] = [[] for _ in engines]
    for _ in range(rounds + 1):
        for engine, times in zip(engines, taken, strict=True):
            groups = groups_of(make, batches, per_group)
            times.append(seconds(store_all, engine, groups) / actions_stored * 1e6)
    return [times[1:] for times in taken]


def measure(stack: RunningStack, rounds: int) -> str:
    """The tables."""
    with database(stack, "small") as small, database(stack, "large") as large:
        filled = seconds(fill, large)
        rows = []
        for name in MEASURED:
            few, many = store_in_turn(name, max(rounds, ROUNDS_MIN), (small, large))
            rows.append([name, spread(few, 1), spread(many, 1), spread(ratios(many, few), 2)])
        loss = median(seconds(execute, large, "SELECT sum(unexplained) FROM page_loss") for _ in range(3))
        erased = seconds(execute, large, ERASE)
        with large.connect() as connection:
            at = connection.exec_driver_sql(BEFORE).scalar_one()
        expired = seconds(execute, large, EXPIRE, at=at)
    head = ["", "µs an action, few rows", f"with {POSITIONS:,} positions", "ratio"]
    others = [
        ["page_loss of all pages", f"{loss:.2f}"],
        [f"delete a participant ({PAGES_OF_A_PERSON * PATHS * SAMPLES:,} positions)", f"{erased:.2f}"],
        ["delete the oldest tenth", f"{expired:.2f}"],
    ]
    return f"Filled in {filled:.0f} s.\n\n{table(head, rows)}\n\n{table(['', 'seconds'], others)}"


if __name__ == "__main__":
    run(measure)
