"""Group commit: request threads hand in deliveries and wait until these are durable.

Alone, a delivery is published at once; under load the deliveries that wait become one group, one write to
Redis, one fsync and one Celery task. Databases do this with their logs.

Three threads a process, started after the fork: `commit` makes groups durable, `order` pushes the Celery tasks
(a hung broker must not hold up the next group), `recover` watches a Redis that failed and drains the spool.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, TypeVar

from redis.exceptions import RedisError

from analytics_app.delivery import Delivery, encode_group
from analytics_app.inbox import Inbox, InboxFull
from analytics_app.metrics import API
from analytics_app.spool import Spool, SpoolUnavailable
from analytics_app.uuid7 import uuid7

log = logging.getLogger(__name__)

T = TypeVar("T")

RECOVER_EVERY_S = 0.5
ANSWER_WITHIN_S = 10.0
WAITING_BYTES_MAX = 67_108_864  # bodies in memory that are not durable yet; above: 503
FULL = "the inbox is full: the worker or PostgreSQL does not keep up"


class Unavailable(Exception):
    """The delivery was not made durable; its client keeps it and tries again."""


class RedisFails(Exception):
    """Redis refuses, or does not answer in time."""


class Publisher:
    def __init__(
        self, inbox: Inbox, spool: Spool, order: Callable[[str], None], *, group_bytes: int, timeout: float
    ) -> None:
        self.inbox = inbox
        self.spool = spool
        self.order = order
        self.group_bytes = group_bytes
        self.timeout = timeout
        self.redis_fails = False
        self.inbox_full = False
        self._waiting: deque[tuple[Delivery, Future[None]]] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._orders: SimpleQueue[str] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        # Its thread may hang in a name look-up that no socket timeout covers; others wait for it only so long.
        self._redis = ThreadPoolExecutor(1, "redis")

    def start(self) -> None:
        """Start the threads. Called after the fork: threads do not survive one."""
        with self._changed:
            if self._threads:
                return
            self._threads = [
                threading.Thread(target=self._forever, args=(step,), name=step.__name__, daemon=True)
                for step in (self._commit, self._order, self._recover)
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
                log.exception("publisher: %s failed and goes on", step.__name__)
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
        """Into the inbox, or into the spool where Redis does not take it in time."""
        try:
            if not self.redis_fails:
                self._put(group_id, group)
                API.published.inc()
                return
        except InboxFull:
            self.inbox_full = True
            raise Unavailable(FULL) from None
        except RedisFails as error:
            self._go_to_spool(error)
        try:
            self.spool.append(group_id, group)
            API.spooled.inc()
        except SpoolUnavailable as error:
            raise Unavailable(f"Redis does not answer and {error}") from error

    def _put(self, group_id: str, group: bytes) -> None:
        self._ask(self.inbox.put, group_id, group)
        self._orders.put(group_id)

    def _ask(self, call: Callable[..., T], *args: Any) -> T:
        """What Redis answers in time. A put that was given up may still arrive; its group has the same id then."""
        answer = self._redis.submit(call, *args)
        try:
            return answer.result(self.timeout)
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            answer.cancel()  # what has not begun would pile up behind what hangs
            raise RedisFails(type(error).__name__) from error

    def _go_to_spool(self, error: RedisFails) -> None:
        if not self.redis_fails:
            log.warning("Redis does not answer (%s): batches go to the spool", error)
        self.redis_fails = True

    def _order(self) -> None:
        group_id = self._orders.get()
        try:
            self.order(group_id)
        except Exception as error:  # the group is durable: the sweep orders it
            log.warning("order of group %s failed (%s): the sweep will order it", group_id, type(error).__name__)

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
        except RedisFails as error:
            self._go_to_spool(error)
        except OSError as error:
            log.error("spool: cannot be drained (%s)", error)
