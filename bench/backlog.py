"""Does a backlog of a million actions drain, without a worker that grows? `make bench-backlog` (ACTIONS=… for less).

The worker is suspended while the actions arrive, in batches of 100, each of a page of its own; then it continues.
"""

from __future__ import annotations

import json
import os
import time
from uuid import uuid4

import redis

from bench.measuring import run, steady_load, table
from bench.soak import MEGABYTES_MAX, memory
from bench.store import clicks
from tests.support.running import RunningStack
from tests.support.sending import envelope

ACTIONS = int(os.environ.get("ACTIONS") or 1_000_000)
PER_BATCH, REQUESTS_PER_SECOND = 100, 250
SHOWN_EVERY_S = 5.0


def body() -> bytes:
    return json.dumps(envelope(clicks(PER_BATCH), "backlog", page_id=str(uuid4())), separators=(",", ":")).encode()


def measure(stack: RunningStack, _rounds: int) -> str:
    """The table, from when the worker continues until the inbox is empty. Checks that each action is stored once."""
    bodies = [body() for _ in range(ACTIONS // PER_BATCH)]
    with stack.hanging(stack.worker):
        steady_load(f"{stack.analytics_url}/analytics", bodies, REQUESTS_PER_SECOND)
    began, rows, largest = time.monotonic(), list[list[str]](), 0.0
    with redis.Redis.from_url(stack.broker_url) as client:
        groups = -1
        while groups:
            groups = int(client.hlen("inbox:groups"))
            sizes = memory(stack, "worker")
            largest = max(largest, *sizes)
            inbox = float(client.get("inbox:bytes") or 0) / 1e6
            seconds = time.monotonic() - began
            rows.append([f"{seconds:.0f}", f"{groups:,}", f"{inbox:.0f}", ", ".join(f"{size:.0f}" for size in sizes)])
            time.sleep(SHOWN_EVERY_S if groups else 0)
    counts = {name: stack.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in ("raw_actions", "clicks")}
    assert counts == dict.fromkeys(counts, len(bodies) * PER_BATCH), counts
    assert largest < MEGABYTES_MAX, f"a process takes {largest:.0f} MB"
    result = table(["s", "groups that wait", "inbox, MB", "worker, MB"], rows)
    return f"{result}\n\n{len(bodies) * PER_BATCH:,} actions, each stored once."


if __name__ == "__main__":
    run(measure)
