"""The lag: from the answer 200 until the rows can be read. `python -m bench.lag`.

`alone`: one body while nothing else arrives. `steady`: 200 requests a second of 20 actions each.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Sequence
from statistics import quantiles
from typing import Any
from uuid import uuid4

import psycopg2

from bench.measuring import CpuSeconds, cpu_text, run, spread, steady_load, table, wait_until_stored
from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action

ALONE, PAUSE_S = 40, 0.25
PER_SECOND, SECONDS, ACTIONS = 200, 10, 20
WATCHED = 200  # batches of a round: to look for more would slow down what is measured


def batches(number: int, actions: int) -> dict[str, bytes]:
    """Bodies by their page_id."""
    ids = [str(uuid4()) for _ in range(number)]
    return {
        page_id: json.dumps(envelope([flat_action() for _ in range(actions)], "lag", page_id=page_id)).encode()
        for page_id in ids
    }


class Watcher(threading.Thread):
    """Notes when each batch can be read, epoch seconds."""

    def __init__(self, stack: RunningStack, page_ids: Sequence[str], look_every_s: float) -> None:
        super().__init__(daemon=True)
        self.stack, self.waiting, self.look_every_s = stack, set(page_ids), look_every_s
        self.seen: dict[str, float] = {}

    def run(self) -> None:
        query = "SELECT page_id::text FROM batches WHERE page_id = ANY(%s::uuid[])"
        with contextlib.closing(psycopg2.connect(self.stack.database_url)) as connection:
            connection.autocommit = True
            cursor: Any = connection.cursor()
            while self.waiting:
                cursor.execute(query, (list(self.waiting),))
                found, now = {row[0] for row in cursor.fetchall()}, time.time()
                self.seen.update(dict.fromkeys(found, now))
                self.waiting -= found
                time.sleep(self.look_every_s)


def lags(stack: RunningStack, bodies: dict[str, bytes], per_second: float) -> list[float]:
    """In milliseconds, of the watched ones."""
    watched = list(bodies)[:: max(1, len(bodies) // WATCHED)]
    watcher = Watcher(stack, watched, 0.001 if per_second < 10 else 0.01)
    watcher.start()
    times = steady_load(f"{stack.analytics_url}/analytics", list(bodies.values()), per_second)
    answered = dict(zip(bodies, times, strict=True))
    watcher.join(120)
    assert not watcher.waiting, f"{len(watcher.waiting)} batches were not stored"
    return [1000 * max(0.0, watcher.seen[batch] - answered[batch]) for batch in watched]


def measure(stack: RunningStack, rounds: int) -> str:
    """The table."""
    cases = {
        "alone": (1 / PAUSE_S, ALONE, 1),
        f"steady, {PER_SECOND} requests/s x {ACTIONS} actions": (PER_SECOND, PER_SECOND * SECONDS, ACTIONS),
    }
    rows = []
    for name, (per_second, number, actions) in cases.items():
        middle, slow, used = [], [], CpuSeconds(stack)
        for _ in range(rounds):
            wait_until_stored(stack)
            time.sleep(1)
            found = quantiles(lags(stack, batches(number, actions), per_second), n=100)
            middle.append(found[49])
            slow.append(found[98])
        rows.append([name, spread(middle, 1), spread(slow, 1), cpu_text(used.since(), rounds)])
    return table(["lag", "p50 ms", "p99 ms", "CPU s per round"], rows)


if __name__ == "__main__":
    run(measure)
