"""Group commit: request threads hand in deliveries and wait until they are durable.

A single delivery is published at once. Under load, the deliveries that wait become one group: one write to Redis and
one fsync. Databases do the same with their logs.

One of the waiting request threads leads: it commits the group for all of them, then makes the first of those that wait
by then the next leader. Each process also has two threads, started after the fork: `dispatch` sends the Celery tasks (a
broker that hangs must not hold up the next group), `recover` connects to Redis, checks whether a Redis that failed is
back, and drains the spool.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

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


class Waiting:
    """A delivery whose request thread waits for a leader."""

    __slots__ = ("_woken", "delivery", "durable", "error", "leads")

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.leads = self.durable = False
        self.error: Unavailable | None = None
        self._woken = threading.Lock()  # the cheapest thing that a thread can wait for
        self._woken.acquire()

    def is_settled(self) -> bool:
        return self.durable or self.leads or self.error is not None

    def wake(self) -> None:
        self._woken.release()

    def wait(self, seconds: float) -> None:
        """Return when it is woken, or after so many seconds."""
        self._woken.acquire(timeout=seconds)


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
        self._lock = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._waiting_bytes = 0
        self._has_leader = False
        self._task_needed = threading.Event()
        self._threads: list[threading.Thread] = []
        # Redis is connected to in a thread: a name look-up can hang, and no socket timeout covers it. The leader itself
        # uses a connection that exists.
        self._redis = ThreadPoolExecutor(1, "redis")
        self._connected: Inbox | None = None

    def start(self) -> None:
        """Start the threads. Called after the fork: threads do not survive it."""
        with self._lock:
            if self._threads:
                return
            self._threads = [
                threading.Thread(target=self._forever, args=(step,), name=step.__name__, daemon=True)
                for step in (self._dispatch, self._recover)
            ]
            for thread in self._threads:
                thread.start()

    def publish(self, delivery: Delivery) -> None:
        """Return when the delivery is durable, in Redis or in the spool. Raises Unavailable."""
        if self.inbox_full and not self.redis_fails:
            raise Unavailable(FULL)
        if not self._threads:
            self.start()
        mine = Waiting(delivery)
        with self._lock:
            if self._waiting_bytes + len(delivery.body) > WAITING_BYTES_MAX:
                raise Unavailable("too many requests wait")
            self._waiting.append(mine)
            self._waiting_bytes += len(delivery.body)
            if not self._has_leader:
                self._has_leader = mine.leads = True
        if not mine.leads:
            mine.wait(ANSWER_WITHIN_S)
        if not mine.is_settled():
            self._give_up(mine)
        if mine.leads:
            self._lead()
        if mine.error:
            raise mine.error

    def _give_up(self, mine: Waiting) -> None:
        """Do not let it become a leader any more. Raises Unavailable unless it is settled meanwhile."""
        with self._lock:
            if mine.is_settled():
                return
            if mine in self._waiting:
                self._waiting.remove(mine)
                self._waiting_bytes -= len(mine.delivery.body)
        raise Unavailable("the disk is too slow")

    def _lead(self) -> None:
        """Commit the group that waits, the leader's own delivery first in it; wake the others and the next leader."""
        group: list[Waiting] = []
        error: Unavailable | None = Unavailable("the request that committed it was ended")  # by no Exception
        try:
            group = self._take()
            self._keep(str(uuid7()), encode_group([waiting.delivery for waiting in group]))
            error = None
        except Unavailable as reason:
            error = reason
        except Exception as reason:
            log.exception("publisher: a group was not committed")
            error = Unavailable(f"{type(reason).__name__}: {reason}")
        finally:
            with self._lock:
                for waiting in group:
                    waiting.durable, waiting.error = error is None, error
                next_leader = self._waiting[0] if self._waiting else None
                self._has_leader = next_leader is not None
                if next_leader:
                    next_leader.leads = True
            if next_leader:
                next_leader.wake()
            for waiting in group:
                if not waiting.leads:
                    waiting.wake()

    def _take(self) -> list[Waiting]:
        """All that wait, up to the size of a group."""
        with self._lock:
            group: list[Waiting] = []
            size = 0
            while self._waiting and (not group or size + len(self._waiting[0].delivery.body) <= self.group_bytes):
                group.append(self._waiting.popleft())
                size += len(group[-1].delivery.body)
            self._waiting_bytes -= size
            return group

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
        """By the leader: on the connection that exists, or, if Redis has closed it, in the thread."""
        connected = self._connected
        try:
            if connected is None:
                self._put_in_thread(group_id, group)
            elif connected.put(group_id, group):
                self._task_needed.set()
        except RedisConnectionError:
            self._connected = None
            self._put_in_thread(group_id, group)
        except (RedisError, OSError) as error:
            if not isinstance(error, ResponseError):  # such as out of memory: the connection is in order
                self._connected = None
            raise RedisFailed(type(error).__name__) from error

    def _put_in_thread(self, group_id: str, group: bytes) -> None:
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

    def _forever(self, step: Callable[[], None]) -> None:
        while True:
            try:
                step()
            except Exception:
                log.exception("publisher: %s failed and continues", step.__name__)
                time.sleep(RECOVER_EVERY_S)

    def _dispatch(self) -> None:
        self._task_needed.wait()
        self._task_needed.clear()
        try:
            self.dispatch()
        except Exception as error:  # the group is durable, and a worker's next task will find it
            log.warning("a task was not sent (%s)", type(error).__name__)

    def _recover(self) -> None:
        try:
            if self.redis_fails:
                self._ask(self.inbox.probe)
                self.redis_fails = False
                log.warning("Redis answers again")
            if self._connected is None:
                with suppress(RedisFailed):  # such as too many clients: the thread's connection may still be in order
                    self._connected = self._ask(self.inbox.connected)
            if self.inbox_full and self._ask(self.inbox.held_bytes) <= self.inbox.low_bytes:
                self.inbox_full = False
            if not self.inbox_full and not self.spool.is_empty():
                drained = self.spool.drain(self._put_in_thread)
                if drained:
                    log.warning("spool: %d groups moved to the inbox", drained)
        except InboxFull:
            self.inbox_full = True
        except RedisFailed as error:
            self._go_to_spool(error)
        except OSError as error:
            log.error("spool: cannot be drained (%s)", error)
        time.sleep(RECOVER_EVERY_S)
