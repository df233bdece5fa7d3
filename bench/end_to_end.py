"""CPU seconds of all processes per 1,000 actions, from the request to the rows. `python -m bench.end_to_end`.

8 connections send batches for some seconds; the CPU time until everything is stored is counted, of API, worker, Redis
and PostgreSQL. The floor is `floors.lpush` and `floors.consume`: a bare Flask app that pushes each body to Redis, and
one process that copies the actions into a plain table.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

import psutil
import redis

from bench.floors import QUEUE
from bench.measuring import (
    CpuSeconds,
    body,
    cpu_text,
    floor_server,
    load,
    ratios,
    run,
    spread,
    table,
    wait_until_stored,
)
from dev.settings import ROOT
from tests.support.running import RunningStack, wait_until

CONNECTIONS, SECONDS = 8, 3.0
BATCHES = {20: 5_000, 100: 4_000}  # actions in a batch, and bodies prepared: each page sends once


@contextlib.contextmanager
def consumer(stack: RunningStack) -> Iterator[psutil.Process]:
    env = {**os.environ, "CELERY_BROKER_URL": stack.broker_url, "DATABASE_URL": stack.database_url}
    process = subprocess.Popen([sys.executable, "-m", "bench.floors"], cwd=ROOT, env=env)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wait_until_copied(stack: RunningStack) -> None:
    with redis.Redis.from_url(stack.broker_url) as client:
        wait_until(lambda: not client.llen(QUEUE), 600, "everything is copied")
    time.sleep(0.5)  # the last transaction


def measure(stack: RunningStack, rounds: int) -> str:
    """The table."""
    rows = []
    for actions, number in BATCHES.items():
        results: dict[str, list[dict[str, float]]] = {"floor": [], "ours": []}
        with floor_server(stack, "lpush") as (floor_url, server), consumer(stack) as copier:
            for _ in range(rounds):
                for name, url in (("floor", floor_url), ("ours", f"{stack.analytics_url}/analytics")):
                    bodies = [body(actions) for _ in range(number)]
                    used = CpuSeconds(stack, floor=server, consumer=copier)
                    requests = min(number, load(url, bodies, CONNECTIONS, SECONDS).requests)
                    wait_until_stored(stack)
                    wait_until_copied(stack)
                    per_1000 = 1000 / (requests * actions)
                    results[name].append({service: cpu * per_1000 for service, cpu in used.since().items()})
        totals = {name: [sum(used.values()) for used in cpus] for name, cpus in results.items()}
        for name, cpus in results.items():
            by_process = {service: median(used[service] for used in cpus) for service in cpus[0]}
            ratio = spread(ratios(totals["ours"], totals["floor"]), 2) if name == "ours" else ""
            rows.append([str(actions), name, spread(totals[name], 3), cpu_text(by_process, digits=3), ratio])
    return table(["batch", "", "CPU s per 1,000 actions", "by process", "ratio"], rows)


if __name__ == "__main__":
    run(measure)
