"""Groups of one body, as a quiet API makes them: how fast a worker stores a backlog. `python -m bench.one_body`.

The floor is `Pipeline.store` alone, in one process and in transactions of as many bodies as the worker takes at once:
what the inbox, Celery and two processes add to it, or take from it, is the ratio. `inbox alone` is the opposite: one
process takes and removes the groups and stores nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from sqlalchemy import create_engine

from analytics_app.buffer.inbox import PAUSED, Inbox
from analytics_app.celery_app import create_celery
from analytics_app.config.limits import Limits
from analytics_app.config.settings import Config
from analytics_app.consumer.group_processor import GATHER_S, GroupProcessor
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.consumer.tasks import dispatch
from analytics_app.processing.outcome import Outcome
from analytics_app.wire.delivery import Delivery, encode_group
from analytics_app.wire.uuid7 import uuid7
from bench.measuring import CpuSeconds, body, cpu_text, ratios, run, spread, table, wait_until_stored, worker_paused
from tests.support.running import RunningStack
from tests.support.storing import store

GROUPS, ACTIONS = 1_500, 20


def deliveries() -> list[Delivery]:
    return [Delivery(str(uuid7()), int(time.time() * 1000), "analytics", body(ACTIONS)) for _ in range(GROUPS)]


def store_alone(config: Config) -> float:
    """Seconds."""
    engine, waiting = create_engine(config.sqlalchemy_url), deliveries()
    began = time.perf_counter()
    for start in range(0, GROUPS, Limits.GROUPS_STORED):
        store(engine, waiting[start : start + Limits.GROUPS_STORED])
    seconds = time.perf_counter() - began
    engine.dispose()
    return seconds


class NoStore(Pipeline):
    """Stores nothing."""

    def store(self, deliveries: Sequence[Delivery]) -> Outcome:
        return Outcome()


def fill(inbox: Inbox) -> None:
    """Put the groups while storing is paused."""
    inbox.client.set(PAUSED, 1)
    for delivery in deliveries():
        inbox.put(delivery.receipt, encode_group([delivery]))


def empty(stack: RunningStack, config: Config) -> float:
    """Seconds without storing anything."""
    inbox = Inbox.from_config(config, 10)
    engine = create_engine(config.sqlalchemy_url)
    processor = GroupProcessor(inbox, NoStore(engine, config.CLOCK_SKEW_S), "")
    with worker_paused(stack):
        fill(inbox)
        inbox.client.delete(PAUSED)
        began = time.perf_counter()
        while processor.store_waiting():
            pass
        return time.perf_counter() - began - GATHER_S


def drain(stack: RunningStack, config: Config) -> tuple[float, dict[str, float]]:
    """Seconds from the first task until everything is stored, and CPU seconds by service."""
    inbox = Inbox.from_config(config, 10)
    fill(inbox)
    used, began = CpuSeconds(stack), time.perf_counter()
    inbox.client.delete(PAUSED)
    dispatch(create_celery(config))
    wait_until_stored(stack)
    return time.perf_counter() - began, used.since()


def measure(stack: RunningStack, rounds: int) -> str:
    """The table."""
    config = Config(DATABASE_URL=stack.database_url, CELERY_BROKER_URL=stack.broker_url)
    actions = GROUPS * ACTIONS
    floor, bare, ours, cpu = [], [], [], []
    for _ in range(rounds):
        floor.append(actions / store_alone(config))
        bare.append(actions / empty(stack, config))
        seconds, used = drain(stack, config)
        ours.append(actions / seconds)
        cpu.append(used)
    per_1000 = {name: median(used[name] for used in cpu) * 1000 / actions for name in cpu[0]}
    rows = [
        ["store alone, one process", spread(floor), "", ""],
        ["inbox alone, one process", spread(bare), "", ""],
        ["worker", spread(ours), cpu_text(per_1000, digits=3), spread(ratios(ours, floor), 2)],
    ]
    return table([f"groups of one body of {ACTIONS}", "actions/s", "CPU s per 1,000 actions", "ratio"], rows)


if __name__ == "__main__":
    run(measure)
