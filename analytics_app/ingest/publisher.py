"""Group commit: request threads hand in deliveries and wait until they are durable.

A single delivery is published at once. Under load, the deliveries that wait become one group: one write to Redis, one
fsync and one Celery task. Databases do the same with their logs.

Each process has three threads, started after the fork: `commit` makes groups durable, `dispatch` sends the Celery tasks
(a broker that hangs must not hold up the next group), `recover` checks whether a Redis that failed is back, and drains
the spool.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from redis.exceptions import RedisError

from analytics_app.buffer.inbox import Inbox, InboxFull
from analytics_app.buffer.spool import Spool, SpoolUnavailable
from analytics_app.monitoring.api_metrics import API
from analytics_app.wire.delivery import Delivery, encode_group
from analytics_app.wire.uuid7 import uuid7

log = logging.getLogger(__name__)

T = TypeVar("T")

RECOVER_EVERY_S = 0.5
ANSWER_WITHIN_S = 10.0
WAITING_BYTES_MAX = 67_108_864  # of bodies in memory that are not durable yet; above: 503
FULL = "the inbox is full: the worker or PostgreSQL does not keep up"


class Unavailable(Exception):
    """The delivery was not made durable; its client keeps it and sends it again."""


class RedisFailed(Exception):
    """Redis refuses, or does not answer in time."""


class Publisher:
    def __init__(
        self, inbox: Inbox, spool: Spool, dispatch: Callable[[], None], *, group_bytes: int, timeout: float
    ) -> None:
        """`dispatch` sends a Celery task. `timeout` is how many seconds Redis has to take a group."""
        self.inbox = inbox
        self.spool = spool
        self.dispatch = dispatch
        self.group_bytes = group_bytes
        self.timeout = timeout
        self.redis_fails = False
        self.inbox_full = False
        self._waiting: deque[tuple[Delivery, Future[None]]] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._task_needed = threading.Event()
        self._threads: list[threading.Thread] = []
        # Redis is called in a thread: a name look-up can hang, and no socket timeout covers it.
        self._redis = ThreadPoolExecutor(1, "redis")

    def start(self) -> None:
        """Start the threads. Called after the fork: threads do not survive it."""
        with self._changed:
            if self._threads:
                return
            self._threads = [
                threading.Thread(target=self._forever, args=(step,), name=step.__name__, daemon=True)
                for step in (self._commit, self._dispatch, self._recover)
            ]
            for thread in self._threads:
                thread.start()

    def publish(self, delivery: Delivery) -> None:
        """Return when the delivery is durable, in Redis or in the spool. Raises Unavailable."""
        if self.inbox_full and not self.redis_fails:
            raise Unavailable(FULL)
        self.start()
        durable: Future[None] = Future()
        with self._changed:
            if self._waiting_bytes + len(delivery.body) > WAITING_BYTES_MAX:
                raise Unavailable("too many requests wait")
            self._waiting.append((delivery, durable))
            self._waiting_bytes += len(delivery.body)
            self._changed.notify()
        try:
            durable.result(ANSWER_WITHIN_S)
        except TimeoutError:
            raise Unavailable("the disk is too slow") from None

    def _forever(self, step: Callable[[], None]) -> None:
        while True:
            try:
                step()
            except Exception:
                log.exception("publisher: %s failed and continues", step.__name__)
                time.sleep(RECOVER_EVERY_S)

    def _take(self) -> list[tuple[Delivery, Future[None]]]:
        """Wait for deliveries; take all that wait, up to the size of a group."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            group: list[tuple[Delivery, Future[None]]] = []
            size = 0
            while self._waiting and (not group or size + len(self._waiting[0][0].body) <= self.group_bytes):
                group.append(self._waiting.popleft())
                size += len(group[-1][0].body)
            self._waiting_bytes -= size
            return group

    def _commit(self) -> None:
        group = self._take()
        group_id = str(uuid7())
        try:
            self._keep(group_id, encode_group([delivery for delivery, _ in group]))
        except Exception as error:
            reason = error if isinstance(error, Unavailable) else Unavailable(f"{type(error).__name__}: {error}")
            for _, durable in group:
                durable.set_exception(reason)
            if reason is not error:
                raise
        else:
            for _, durable in group:
                durable.set_result(None)

    def _keep(self, group_id: str, group: bytes) -> None:
        """Put it into the inbox, or into the spool if Redis does not take it in time. Raises Unavailable."""
        try:
            if not self.redis_fails:
                self._put(group_id, group)
                API.published.inc()
                return
        except InboxFull:
            self.inbox_full = True
            raise Unavailable(FULL) from None
        except RedisFailed as error:
            self._go_to_spool(error)
        try:
            self.spool.append(group_id, group)
            API.spooled.inc()
        except SpoolUnavailable as error:
            raise Unavailable(f"Redis does not answer and {error}") from error

    def _put(self, group_id: str, group: bytes) -> None:
        if self._ask(self.inbox.put, group_id, group):
            self._task_needed.set()

    def _ask(self, call: Callable[..., T], *args: Any) -> T:
        """What Redis answers in time. A put that timed out may still arrive later; its group has the same id then."""
        answer = self._redis.submit(call, *args)
        try:
            return answer.result(self.timeout)
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            answer.cancel()  # calls that have not started would pile up behind the one that hangs
            raise RedisFailed(type(error).__name__) from error

    def _go_to_spool(self, error: RedisFailed) -> None:
        if not self.redis_fails:
            log.warning("Redis does not answer (%s): batches go to the spool", error)
        self.redis_fails = True

    def _dispatch(self) -> None:
        self._task_needed.wait()
        self._task_needed.clear()
        try:
            self.dispatch()
        except Exception as error:  # the group is durable, and a worker's next task will find it
            log.warning("a task was not sent (%s)", type(error).__name__)

    def _recover(self) -> None:
        time.sleep(RECOVER_EVERY_S)
        try:
            if self.redis_fails:
                self._ask(self.inbox.probe)
                self.redis_fails = False
                log.warning("Redis answers again")
            if self.inbox_full and self._ask(self.inbox.held_bytes) <= self.inbox.low_bytes:
                self.inbox_full = False
            if not self.inbox_full and not self.spool.is_empty() and (drained := self.spool.drain(self._put)):
                log.warning("spool: %d groups moved to the inbox", drained)
        except InboxFull:
            self.inbox_full = True
        except RedisFailed as error:
            self._go_to_spool(error)
        except OSError as error:
            log.error("spool: cannot be drained (%s)", error)
