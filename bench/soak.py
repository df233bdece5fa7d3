"""Mixed load for an hour: does anything grow, is anything lost or doubled? `make soak` (SOAK_SECONDS=600 for less).

Posts clicks, page views and mouse paths at a steady rate, each batch of a page of its own. Each minute it prints the
memory of each process, and how long after the last answer everything was stored. At the end it compares what was
accepted with what is stored.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from uuid import uuid4

from bench.measuring import CpuSeconds, cpu_text, steady_load, table, temporary_stack, versions, wait_until_stored
from bench.store import clicks, path
from dev import processes
from tests.support.running import RunningStack
from tests.support.sending import envelope

SECONDS = int(os.environ.get("SOAK_SECONDS") or 3_600)
ROUND_S, REQUESTS_PER_SECOND = 60, 40
MEGABYTES_MAX = 150  # of resident memory, of each process of the API and of the worker


def body() -> bytes:
    """20 actions, 118 positions."""
    actions = [{"name": "pageview", "nav": "load"}, *clicks(18), path(5_000.0)]
    return json.dumps(envelope(actions, "soak", page_id=str(uuid4())), separators=(",", ":")).encode()


def memory(stack: RunningStack, service: str) -> list[float]:
    """Resident memory of each of its processes, in megabytes."""
    return sorted(process.memory_info().rss / 1e6 for process in processes.find(stack.data_dir, {service}))


def soak(stack: RunningStack) -> None:
    head = ["minute", "accepted", "API, MB", "worker, MB", "emptied after, s", "CPU s"]
    print(table(head, []), flush=True)
    accepted, largest = 0, 0.0
    for number in range(max(1, SECONDS // ROUND_S)):
        used = CpuSeconds(stack)
        bodies = [body() for _ in range(ROUND_S * REQUESTS_PER_SECOND)]
        accepted += len(steady_load(f"{stack.analytics_url}/analytics", bodies, REQUESTS_PER_SECOND))
        answered = time.monotonic()
        wait_until_stored(stack)
        sizes = {service: memory(stack, service) for service in ("api", "worker")}
        largest = max(largest, *sizes["api"], *sizes["worker"])
        cells = [", ".join(f"{size:.0f}" for size in sizes[service]) for service in ("api", "worker")]
        seconds = f"{time.monotonic() - answered:.2f}"
        row = [str(number + 1), f"{accepted:,}", *cells, seconds, cpu_text(used.since(), digits=1)]
        print(f"| {' | '.join(row)} |", flush=True)
    report(stack, accepted)
    print(versions(stack))
    assert largest < MEGABYTES_MAX, f"a process takes {largest:.0f} MB"


def report(stack: RunningStack, accepted: int) -> None:
    """Print and check what is stored: of each accepted batch 20 actions and 118 positions."""
    counts = {
        name: stack.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"]
        for name in ("raw_actions", "positions_screen", "clicks", "page_views", "rejected_actions")
    }
    expected = Counter(raw_actions=20, positions_screen=118, clicks=18, page_views=1, rejected_actions=0)
    wrong = {name: counts[name] - accepted * number for name, number in expected.items()}
    print(f"\nStored: {counts}; more or fewer than accepted: {wrong}", flush=True)
    assert not any(wrong.values())


if __name__ == "__main__":
    with temporary_stack() as stack:
        soak(stack)
