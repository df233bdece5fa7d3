"""The API compared with the least that a Flask app can do: `python -m bench.api`.

With 64 connections, the floor is `floors.lpush`: a bare Flask app under the same gunicorn settings (2 processes of 32
threads) that passes each body to Redis by LPUSH and answers. Redis runs with `appendfsync always` for both. With one
connection, the baseline is `floors.send_task`, which parses the JSON and calls Celery's `send_task`.

The worker is paused, so that only the API, Redis and the clients use the cores.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import psutil
import redis

from bench.floors import QUEUE
from bench.measuring import (
    CpuSeconds,
    Load,
    body,
    cpu_text,
    floor_server,
    load,
    ratios,
    run,
    spread,
    table,
    worker_paused,
)
from tests.support.running import RunningStack

CONNECTIONS = 64
SECONDS = 4.0
BODIES = 200
BATCHES = (20, 100)


@dataclass
class Side:
    """One of the servers compared: where it is, and what each round measured."""

    name: str
    url: str
    process: dict[str, psutil.Process]
    loads: list[Load]
    cpu: list[dict[str, float]]

    def measure(self, stack: RunningStack, bodies: list[bytes], connections: int) -> None:
        used = CpuSeconds(stack, **self.process)
        self.loads.append(load(self.url, bodies, connections, SECONDS))
        self.cpu.append(used.since())
        with redis.Redis.from_url(stack.broker_url) as client:
            client.delete(QUEUE)

    def rates(self) -> list[float]:
        return [one.per_second for one in self.loads]

    def milliseconds(self, percent: int) -> list[float]:
        return [1000 * one.percentile(percent) for one in self.loads]

    def cpu_ms(self) -> list[float]:
        """CPU milliseconds of the server's processes per request."""
        (key,) = self.process or ("api",)
        return [1000 * used[key] / one.requests for used, one in zip(self.cpu, self.loads, strict=True)]

    def row(self, *ratio: str) -> list[str]:
        used = {name: median(cpu[name] / one.requests for cpu, one in zip(self.cpu, self.loads, strict=True)) * 1000
                for name in self.cpu[0]}  # fmt: skip
        times = [spread(self.milliseconds(percent), 1) for percent in (50, 99)]
        return [self.name, spread(self.rates()), *times, cpu_text(used), *ratio]


def compare(stack: RunningStack, rounds: int, app: str, batch: int, connections: int) -> tuple[Side, Side]:
    """The baseline and ours, measured in turn; a round before the first one is not counted."""
    bodies = [body(batch) for _ in range(BODIES)]
    with floor_server(stack, app) as (url, process), worker_paused(stack):
        floor = Side(app, url, {"floor": process}, [], [])
        ours = Side("API", f"{stack.analytics_url}/analytics", {}, [], [])
        for side in (floor, ours):
            load(side.url, bodies, connections, 1.0)
        for _ in range(rounds):
            for side in (floor, ours):
                side.measure(stack, bodies, connections)
    return floor, ours


def measure(stack: RunningStack, rounds: int) -> str:
    """The table."""
    rows = []
    for batch in BATCHES:
        floor, ours = compare(stack, rounds, "lpush", batch, CONNECTIONS)
        rate = spread(ratios(ours.rates(), floor.rates()), 2)
        p99 = spread(ratios(ours.milliseconds(99), floor.milliseconds(99)), 2)
        rows += [[f"{CONNECTIONS} x {batch}", *side.row(*text)] for side, text in
                 ((floor, ("", "")), (ours, (rate, p99)))]  # fmt: skip
    floor, ours = compare(stack, rounds, "send_task", BATCHES[0], 1)
    cpu = spread(ratios(ours.cpu_ms(), floor.cpu_ms()), 2)
    rows += [[f"1 x {BATCHES[0]}", *floor.row("", "")], [f"1 x {BATCHES[0]}", *ours.row(f"CPU {cpu}", "")]]
    head = ["connections x actions", "server", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "ratio", "of p99"]
    return table(head, rows)


if __name__ == "__main__":
    run(measure)
