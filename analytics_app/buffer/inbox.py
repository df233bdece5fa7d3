"""The inbox: groups in Redis, each under an id, until they are committed in PostgreSQL.

A Celery task only triggers the storing and may get lost; the group stays here until `remove`. Redis runs with
`appendonly yes` and `appendfsync always`: when `put` has returned, the group is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from analytics_app.buffer.inbox_scripts import CLAIM, POSTPONE, PRELUDE, PUT, REMOVE, TAKE
from analytics_app.config.settings import Config

GROUPS, DUE, ARRIVED, TRIES = "inbox:groups", "inbox:due", "inbox:arrived", "inbox:tries"
BYTES, FULL, PAUSED, PROBE = "inbox:bytes", "inbox:full", "inbox:paused", "inbox:probe"
WORKER = "inbox:worker"
KEYS = [GROUPS, DUE, ARRIVED, TRIES, BYTES, FULL, PAUSED]

QUEUE = "celery"
HEARTBEAT = "beat"  # not the id of a group: a task without work, so that an idle worker's progress can be seen
WORKER_SEEN_MS = 10_000

OVERHEAD = 2_048  # bytes of Redis' memory per group besides its own: four entries here and its Celery task
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


class Inbox:
    """Every method raises redis.RedisError if Redis does not carry it out."""

    def __init__(self, client: Redis, high_bytes: int, low_bytes: int, again_s: float, again_max_s: float) -> None:
        self.client = client
        self.high_bytes = high_bytes
        self.low_bytes = low_bytes
        self.again_s = again_s
        self.again_max_s = again_max_s
        self._put, self._take, self._remove, self._postpone, self._claim = (
            client.register_script(PRELUDE + script) for script in (PUT, TAKE, REMOVE, POSTPONE, CLAIM)
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

    def put(self, group_id: str, group: bytes, regardless: bool = False) -> None:
        """Keep a group; with `regardless` also when the inbox is full. Raises InboxFull."""
        marks = (self.high_bytes, self.low_bytes)
        args: list[str | bytes | float] = [group_id, group, self.again_s, *marks, OVERHEAD, int(regardless)]
        if int(self._put(KEYS, args)) < 0:
            raise InboxFull

    def take(self, group_id: str, check: Callable[[], None] = lambda: None) -> tuple[bytes, int] | None:
        """The group and its number of tries, this one included; it stays until `remove`.

        None if it is stored already, and while storing is paused. `check` is called before the try is counted; what it
        raises means that no group can be stored now.
        """
        if not self._may_be_taken(group_id):
            return None
        check()
        taken: Any = self._take(KEYS, [group_id, self.again_s, self.again_max_s])
        return None if taken is None else (taken[0], int(taken[1]))

    def _may_be_taken(self, group_id: str) -> bool:
        """Whether the group is there and storing is not paused. During a pause it is postponed."""
        pipe = self.client.pipeline(transaction=False)
        pipe.hexists(GROUPS, group_id)
        pipe.exists(PAUSED)
        there, paused = pipe.execute()
        if there and paused:
            self.postpone(group_id)
        return bool(there and not paused)

    def remove(self, group_id: str, and_write: Callable[[Redis], None] | None = None) -> bool:
        """Remove a group after its commit; False if it was gone already.

        What `and_write` adds to the pipeline goes in the same round trip and causes no fsync of its own; it may fail.
        """
        pipe = self.client.pipeline(transaction=False)
        self._remove(KEYS, [group_id, OVERHEAD, self.low_bytes], client=pipe)
        if and_write:
            and_write(pipe)
        removed = pipe.execute(raise_on_error=False)[0]
        if isinstance(removed, Exception):
            raise removed
        return bool(removed)

    def show_worker(self) -> None:
        """Note that a worker is running; repeated every second while it carries out tasks."""
        self.client.set(WORKER, 1, px=WORKER_SEEN_MS)

    def postpone(self, group_id: str) -> None:
        """It was not the group's fault: it is due again like a new one. No effect if it was removed meanwhile."""
        self._postpone(KEYS, [group_id, self.again_s])

    def pause(self, seconds: float) -> None:
        """Let no group be taken for a while: any group would fail now."""
        self.client.set(PAUSED, 1, px=int(seconds * 1000))

    def is_paused(self) -> bool:
        return bool(self.client.exists(PAUSED))

    def claim(self, limit: int) -> list[str]:
        """Ids of groups that should have been stored by now, the longest overdue first, for the caller to dispatch.

        It is atomic: two workers that redeliver at the same time never claim the same groups.
        """
        overdue: Any = self._claim(KEYS, [limit, self.again_s])
        return [group_id.decode() for group_id in overdue]

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
