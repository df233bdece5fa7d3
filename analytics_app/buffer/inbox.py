"""The inbox: groups in Redis, each under an id, until they are committed in PostgreSQL.

A Celery task only makes a worker look into the inbox, and may get lost; a group stays here until `remove`. Redis runs
with `appendonly yes` and `appendfsync always`: when `put` has returned, the group is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from analytics_app.buffer.inbox_scripts import LOOK, POSTPONE, PRELUDE, PUT, REMOVE, TAKE
from analytics_app.config.limits import Limits
from analytics_app.config.settings import Config

GROUPS, DUE, ARRIVED, TRIES = "inbox:groups", "inbox:due", "inbox:arrived", "inbox:tries"
BYTES, FULL, PAUSED, PROBE = "inbox:bytes", "inbox:full", "inbox:paused", "inbox:probe"
AWAKE, WORKER = "inbox:awake", "inbox:worker"
QUEUE = "celery"
KEYS = [GROUPS, DUE, ARRIVED, TRIES, BYTES, FULL, PAUSED, AWAKE, QUEUE, WORKER]

WORKER_SEEN_MS = 10_000
PROMISE_MS = 200  # a worker that has taken groups looks again within this time, or another one is called to help

OVERHEAD = 2_048  # bytes of Redis' memory per group besides its own: four entries here
MAXMEMORY_RATIO = 1.5  # maxmemory over the high-water mark: buffers, and an allocator's rounding (up to a quarter)
MORE_MEMORY = f"set its maxmemory to {MAXMEMORY_RATIO} times INBOX_HIGH_BYTES or more, or lower INBOX_HIGH_BYTES."


class InboxFull(Exception):
    """The inbox has reached its high-water mark and has not fallen below the low one since."""


def connect(url: str, timeout: float) -> Redis:
    """A client that gives up after `timeout` seconds.

    A dropped connection is retried once (Redis was restarted; put is idempotent); a timeout is not.
    """
    retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=retry)


def is_short_of_memory(memory: Mapping[str, Any], high_bytes: int) -> bool:
    """Whether Redis may run out of memory before the inbox is full, by INFO memory. `maxmemory` 0 means no limit."""
    return 0 < int(memory.get("maxmemory", 0)) < MAXMEMORY_RATIO * high_bytes


@dataclass(frozen=True)
class Group:
    """A group as a worker takes it."""

    id: str
    content: bytes
    tries: int
    """How often it was taken, this time included. More than 1 only for a group that is taken alone."""


@dataclass(frozen=True)
class Taken:
    """Groups for one transaction."""

    groups: Sequence[Group] = ()
    more: bool = False
    """Whether further groups are due."""


class Inbox:
    """Every method raises redis.RedisError if Redis does not carry it out."""

    def __init__(self, client: Redis, high_bytes: int, low_bytes: int, again_s: float, again_max_s: float) -> None:
        self.client = client
        self.high_bytes = high_bytes
        self.low_bytes = low_bytes
        self.again_s = again_s
        self.again_max_s = again_max_s
        self._put, self._look, self._take, self._remove, self._postpone = (
            client.register_script(PRELUDE + script) for script in (PUT, LOOK, TAKE, REMOVE, POSTPONE)
        )

    @classmethod
    def from_config(cls, config: Config, timeout: float) -> Inbox:
        return cls(
            connect(config.CELERY_BROKER_URL, timeout),
            config.INBOX_HIGH_BYTES,
            config.INBOX_LOW_BYTES,
            config.REDELIVER_AFTER_S,
            config.REDELIVER_AFTER_MAX_S,
        )

    def connected(self) -> Inbox:
        """The same inbox on a connection of its own, already open, that is never opened again: for one thread.

        A closed connection raises redis.ConnectionError, at once.
        """
        options = {**self.client.connection_pool.connection_kwargs, "retry": Retry(NoBackoff(), 0)}
        pool = ConnectionPool(self.client.connection_pool.connection_class, **options)
        client = Redis(connection_pool=pool, single_connection_client=True)
        return Inbox(client, self.high_bytes, self.low_bytes, self.again_s, self.again_max_s)

    def put(self, group_id: str, group: bytes, alone: bool = False) -> bool:
        """Keep a group; returns whether the caller must send a task for it. Raises InboxFull.

        With `alone` it is kept even if the inbox is full, and no other group is taken with it.
        """
        marks = (self.high_bytes, self.low_bytes)
        args: list[str | bytes | float] = [group_id, group, *marks, OVERHEAD, int(alone), PROMISE_MS]
        if (answer := int(self._put(KEYS, args))) < 0:
            raise InboxFull
        return answer == 1

    def take(self, check: Callable[[], None] = lambda: None, limit: int = Limits.GROUPS_STORED) -> Taken:
        """What is due, for one transaction; nothing while storing is paused. The groups stay until `remove`.

        No other worker gets them until their lease ends. `check` is called before the try is counted; what it raises
        means that no group can be stored now.
        """
        if not self._look(KEYS, [WORKER_SEEN_MS]):
            return Taken()
        check()
        lease = (self.again_s, self.again_max_s)
        answer: Any = self._take(KEYS, [limit, Limits.BYTES_STORED, *lease, PROMISE_MS])
        more, *parts = answer
        triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        return Taken([Group(group_id.decode(), content, tries) for group_id, content, tries in triples], more > 0)

    def remove(self, group_ids: Sequence[str], and_write: Callable[[Redis], None] | None = None) -> int:
        """Remove groups after their commit; returns how many of them were still there.

        What `and_write` adds to the pipeline goes in the same round trip and causes no fsync of its own; it may fail.
        """
        pipe = self.client.pipeline(transaction=False)
        self._remove(KEYS, [OVERHEAD, self.low_bytes, *group_ids], client=pipe)
        if and_write:
            and_write(pipe)
        removed = pipe.execute(raise_on_error=False)[0]
        if isinstance(removed, Exception):
            raise removed
        return int(removed)

    def postpone(self, group_ids: Sequence[str], seconds: float) -> None:
        """Their try does not count; they are due after so many seconds, each alone. No effect on removed groups."""
        if group_ids:
            self._postpone(KEYS, [seconds, *group_ids])

    def pause(self, seconds: float) -> None:
        """Let no group be taken for a while: any group would fail now. The next task after it continues."""
        self.client.set(PAUSED, 1, px=int(seconds * 1000))

    def probe(self) -> None:
        """Succeed if Redis accepts writes; an answer to PING would not show that it is out of memory."""
        self.client.set(PROBE, 1, px=1000)

    def held_bytes(self) -> int:
        """Bytes of Redis' memory that all groups take."""
        return int(self.client.get(BYTES) or 0)

    def is_short_of_memory(self) -> bool:
        """Whether Redis may run out of memory before the inbox is full."""
        return is_short_of_memory(self.client.info("memory"), self.high_bytes)

    def queue_length(self) -> int:
        """Celery tasks that wait in Redis."""
        return int(self.client.llen(QUEUE))
