"""The state of the buffer at one moment: what waits in Redis and on disk, and what workers have counted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from redis import Redis

from analytics_app.buffer.counters import COUNTS, STUDIES
from analytics_app.buffer.inbox import (
    ARRIVED,
    BYTES,
    FULL,
    GROUPS,
    PAUSED,
    PROBE,
    QUEUE,
    WORKER,
    is_short_of_memory,
)
from analytics_app.buffer.spool import Spool


@dataclass(frozen=True)
class RedisState:
    """The inbox, the queue, and the counters."""

    takes_writes: bool
    groups: int
    bytes: int
    oldest_s: float
    """Age of the oldest group that is not stored yet, in seconds; 0 if there is none."""
    newest: float | None
    """When the newest of these was received, epoch seconds."""
    tasks: int
    """Celery tasks that wait."""
    full: bool
    paused: bool
    worker: bool
    """Whether a worker has carried out a task in the last ten seconds."""
    counts: dict[str, float]
    study_stored_at: dict[str, float]
    """By study: when the last action that was stored had been received, epoch seconds."""
    short_of_memory: bool = False
    """Whether Redis may run out of memory before the inbox is full."""


def read_redis(client: Redis, high_bytes: int) -> RedisState:
    """Read it in one round trip, with a test write. Raises redis.RedisError."""
    pipe: Any = client.pipeline(transaction=False)
    pipe.hlen(GROUPS).get(BYTES).time()
    pipe.zrange(ARRIVED, 0, 0, withscores=True).zrange(ARRIVED, -1, -1, withscores=True)
    pipe.llen(QUEUE).exists(FULL).exists(PAUSED).exists(WORKER)
    pipe.hgetall(COUNTS).zrevrange(STUDIES, 0, -1, withscores=True).info("memory").set(PROBE, 1, px=1000)
    *results, written = pipe.execute(raise_on_error=False)
    for result in results:
        if isinstance(result, Exception):
            raise result
    groups, held, (seconds, microseconds), oldest, newest, tasks, full, paused, worker, counts, last, memory = results
    return RedisState(
        takes_writes=not isinstance(written, Exception),
        groups=groups,
        bytes=int(held or 0),
        oldest_s=max(0.0, seconds + microseconds / 1e6 - oldest[0][1]) if oldest else 0.0,
        newest=newest[0][1] if newest else None,
        tasks=tasks,
        full=bool(full),
        paused=bool(paused),
        worker=bool(worker),
        counts={name.decode(): float(number) for name, number in counts.items()},
        study_stored_at={study.decode(): at for study, at in last},
        short_of_memory=is_short_of_memory(memory, high_bytes),
    )


@dataclass(frozen=True)
class SpoolState:
    bytes: int
    takes_writes: bool
    newest: float | None
    """When a group was last written to it, epoch seconds."""


def read_spool(spool: Spool) -> SpoolState:
    files: list[Any] = []
    for path in spool.folder.glob("*.spool"):
        try:
            files.append(path.stat())
        except FileNotFoundError:
            continue  # drained meanwhile
    held = sum(file.st_size for file in files)
    folder = next(folder for folder in (spool.folder, *spool.folder.parents) if folder.exists())
    takes_writes = held < spool.bytes_max and os.access(folder, os.W_OK)
    return SpoolState(held, takes_writes, max((file.st_mtime for file in files), default=None))
