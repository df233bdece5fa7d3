"""What the pages tell of the machinery: a look at Redis, at PostgreSQL and at the spool.

A page must tell the truth when one of them is away. So each is asked by a thread of its own: a server that hangs
holds up that thread, and who asks hears "away" after a moment. Many who ask share one look.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from redis import Redis
from sqlalchemy import Engine

from analytics_app import studies
from analytics_app.counts import COUNTS, STUDIES
from analytics_app.inbox import ARRIVED, BYTES, FULL, GROUPS, PAUSED, PROBE, WORKER, is_short
from analytics_app.orders import QUEUE
from analytics_app.spool import Spool

log = logging.getLogger(__name__)

T = TypeVar("T")


class Reading(Generic[T]):
    """What `read` returned a moment ago; None while it fails or hangs."""

    def __init__(self, read: Callable[[], T], patience_s: float, fresh_s: float) -> None:
        self.read = read
        self.patience_s = patience_s
        self.fresh_s = fresh_s
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "reading")
        self._look: Future[T | None] = Future()
        self._look.set_result(None)
        self._began = self._fresh_until = 0.0

    def get(self) -> T | None:
        with self._lock:
            now = time.monotonic()
            if self._look.done() and now >= self._fresh_until:
                self._look, self._began = self._thread.submit(self._take), now
            look, patience = self._look, max(0.0, self._began + self.patience_s - now)
        try:
            return look.result(patience)
        except FutureTimeout:
            return None

    def _take(self) -> T | None:
        began = time.monotonic()
        try:
            return self.read()
        except Exception as error:
            log.warning("no reading (%s: %s)", type(error).__name__, next(iter(str(error).splitlines()), ""))
            return None
        finally:
            # What costs much is asked for rarely.
            self._fresh_until = time.monotonic() + self.fresh_s + 5 * (time.monotonic() - began)


@dataclass(frozen=True)
class RedisState:
    """The inbox, the queue, and what workers have counted."""

    takes_writes: bool
    groups: int
    bytes: int
    oldest_s: float
    """Age of the oldest group that is not stored yet, seconds; 0 where all is stored."""
    newest: float | None
    """When the newest of these came, epoch seconds."""
    orders: int
    full: bool
    paused: bool
    worker: bool
    """Whether one has carried out an order within ten seconds."""
    counts: dict[str, float]
    studies: dict[str, float]
    """When the last stored action of a study came, epoch seconds."""
    short_of_memory: bool = False
    """Whether it may be out of memory before the inbox is full."""


def look_at_redis(client: Redis, high_bytes: int) -> RedisState:
    pipe: Any = client.pipeline(transaction=False)
    pipe.hlen(GROUPS).get(BYTES).time()
    pipe.zrange(ARRIVED, 0, 0, withscores=True).zrange(ARRIVED, -1, -1, withscores=True)
    pipe.llen(QUEUE).exists(FULL).exists(PAUSED).exists(WORKER)
    pipe.hgetall(COUNTS).zrevrange(STUDIES, 0, -1, withscores=True).info("memory").set(PROBE, 1, px=1000)
    *answers, written = pipe.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    groups, held, (seconds, microseconds), oldest, newest, orders, full, paused, worker, counts, last, memory = answers
    return RedisState(
        takes_writes=not isinstance(written, Exception),
        groups=groups,
        bytes=int(held or 0),
        oldest_s=max(0.0, seconds + microseconds / 1e6 - oldest[0][1]) if oldest else 0.0,
        newest=newest[0][1] if newest else None,
        orders=orders,
        full=bool(full),
        paused=bool(paused),
        worker=bool(worker),
        counts={name.decode(): float(number) for name, number in counts.items()},
        studies={study.decode(): at for study, at in last},
        short_of_memory=is_short(memory, high_bytes),
    )


@dataclass(frozen=True)
class SpoolState:
    bytes: int
    takes_writes: bool
    newest: float | None
    """When a batch was last written to it, epoch seconds."""


def look_at_spool(spool: Spool) -> SpoolState:
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


class Readings:
    """All that the pages look at.

    Each API process looks for itself: of two answers by different ones the later may be the older, by `fresh_s`.
    """

    def __init__(self, client: Redis, spool: Spool, engine: Callable[[], Engine], high_bytes: int) -> None:
        self.redis = Reading(lambda: look_at_redis(client, high_bytes), patience_s=1.5, fresh_s=0.3)
        self.postgres = Reading(lambda: studies.look(engine()), patience_s=2.5, fresh_s=2.0)
        self._spool = spool

    def spool(self) -> SpoolState:
        return look_at_spool(self._spool)
