"""Groups of deliveries in Redis, under an id, until they are committed in PostgreSQL.

A Celery task is a work order and may get lost; the group lies here until `remove`.
Redis runs with `appendonly yes` and `appendfsync always`: what `put` has returned for is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

GROUPS, DUE, ARRIVED, TRIES = "inbox:groups", "inbox:due", "inbox:arrived", "inbox:tries"
BYTES, FULL, PAUSED, PROBE = "inbox:bytes", "inbox:full", "inbox:paused", "inbox:probe"
WORKER = "inbox:worker"
KEYS = [GROUPS, DUE, ARRIVED, TRIES, BYTES, FULL, PAUSED]

OVERHEAD = 2_048  # bytes of Redis' memory that a group takes beside its own: four entries here and its order
ROOM = 1.5  # maxmemory over the high-water mark: buffers, and what an allocator rounds up (a quarter at most)

# Each script is one step and one fsync, by one clock: that of Redis.
PRELUDE = """
local groups, due, arrived, tries, bytes, full, paused = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
"""

# A group that is there already changes nothing, so a put whose answer was lost may be repeated.
# The mark that the inbox is full lies here, so that all API processes accept again at the same level.
PUT = """
local id, group, again, high, low, overhead, regardless = unpack(ARGV)
local held = tonumber(redis.call('GET', bytes) or '0')
if redis.call('HEXISTS', groups, id) == 1 then return 0 end
local was_full = redis.call('EXISTS', full) == 1
local is_full = held >= tonumber(high) or was_full and held > tonumber(low)
if is_full and regardless == '0' then
  if not was_full then redis.call('SET', full, 1) end
  return -1
end
redis.call('HSET', groups, id, group)
redis.call('ZADD', due, now + again, id)
redis.call('ZADD', arrived, now, id)
if not is_full then redis.call('DEL', full) end
redis.call('INCRBY', bytes, #group + overhead)
return 0
"""

# The pause doubles with every try that did not lead to a commit: a group that ends its worker must not rule it.
TAKE = """
local id, again, again_max = unpack(ARGV)
if redis.call('EXISTS', paused) == 1 then
  redis.call('ZADD', due, 'XX', now + again, id)
  return false
end
local group = redis.call('HGET', groups, id)
if not group then return false end
local count = redis.call('HINCRBY', tries, id, 1)
redis.call('ZADD', due, now + math.min(again * 2 ^ (count - 1), tonumber(again_max)), id)
return {group, count}
"""

# HDEL comes first: a Redis that is out of memory lets a script go on that has begun to free some.
# An empty inbox holds nothing, whatever was counted by a version with another OVERHEAD. The mark that it is full goes
# here, too: who waits for /ready before they send again would wait for ever.
REMOVE = """
local id, overhead, low = unpack(ARGV)
local size = redis.call('HSTRLEN', groups, id)
if redis.call('HDEL', groups, id) == 0 then return 0 end
redis.call('ZREM', due, id)
redis.call('ZREM', arrived, id)
redis.call('HDEL', tries, id)
local held = redis.call('DECRBY', bytes, size + overhead)
if redis.call('EXISTS', groups) == 0 then
  redis.call('DEL', bytes, full)
elseif held <= tonumber(low) then
  redis.call('DEL', full)
end
return 1
"""

POSTPONE = """
local id, again = unpack(ARGV)
redis.call('ZADD', due, 'XX', now + again, id)
redis.call('HDEL', tries, id)
"""

CLAIM = """
local limit, again = unpack(ARGV)
local overdue = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)
for _, id in ipairs(overdue) do redis.call('ZADD', due, now + again, id) end
return overdue
"""


class InboxFull(Exception):
    """The inbox held its high-water mark and has not fallen under the low one since."""


@dataclass(frozen=True)
class InboxState:
    groups: int
    bytes: int
    oldest_s: float
    """Age of the oldest group, seconds; 0 where there is none."""


def connect(url: str, timeout: float) -> Redis:
    """A client that gives up after `timeout` seconds.

    A dropped connection is tried once more (Redis was restarted, put is idempotent); a timeout is not.
    """
    retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=retry)


def is_short(memory: Mapping[str, Any], high_bytes: int) -> bool:
    """By what Redis says of its memory. `maxmemory` 0 is no limit."""
    return 0 < int(memory.get("maxmemory", 0)) < ROOM * high_bytes


class Inbox:
    """Every method raises redis.RedisError where Redis does not do it."""

    def __init__(self, client: Redis, high_bytes: int, low_bytes: int, again_s: float, again_max_s: float) -> None:
        self.client = client
        self.high_bytes = high_bytes
        self.low_bytes = low_bytes
        self.again_s = again_s
        self.again_max_s = again_max_s
        self._put, self._take, self._remove, self._postpone, self._claim = (
            client.register_script(PRELUDE + script) for script in (PUT, TAKE, REMOVE, POSTPONE, CLAIM)
        )

    def put(self, group_id: str, group: bytes, regardless: bool = False) -> None:
        """Keep a group, regardless of the high-water mark if so. Raises InboxFull."""
        marks = (self.high_bytes, self.low_bytes)
        args: list[str | bytes | float] = [group_id, group, self.again_s, *marks, OVERHEAD, int(regardless)]
        if int(self._put(KEYS, args)) < 0:
            raise InboxFull

    def waits(self, group_id: str) -> bool:
        """Whether the group is there and may be taken now; in a pause it is put off."""
        pipe = self.client.pipeline(transaction=False)
        pipe.hexists(GROUPS, group_id)
        pipe.exists(PAUSED)
        there, paused = pipe.execute()
        if there and paused:
            self.postpone(group_id)
        return bool(there and not paused)

    def take(self, group_id: str) -> tuple[bytes, int] | None:
        """The group, and how often it has been taken without an end; it stays until `remove`.

        None where somebody has stored it already, and while nothing is to be stored.
        """
        taken: Any = self._take(KEYS, [group_id, self.again_s, self.again_max_s])
        return None if taken is None else (taken[0], int(taken[1]))

    def remove(self, group_id: str, beside: Callable[[Redis], None] | None = None) -> bool:
        """Forget a group after its commit; False where it was gone already.

        What `beside` writes goes in the same round trip and costs no fsync of its own; it may fail.
        """
        pipe = self.client.pipeline(transaction=False)
        self._remove(KEYS, [group_id, OVERHEAD, self.low_bytes], client=pipe)
        if beside:
            beside(pipe)
        removed = pipe.execute(raise_on_error=False)[0]
        if isinstance(removed, Exception):
            raise removed
        return bool(removed)

    def show_worker(self) -> None:
        """A worker is at the queue; said again every second as long as it carries out orders."""
        self.client.set(WORKER, 1, px=10_000)

    def postpone(self, group_id: str) -> None:
        """It was not the group's fault: order it again like one just put; nothing where it was removed meanwhile."""
        self._postpone(KEYS, [group_id, self.again_s])

    def pause(self, seconds: float) -> None:
        """Let no group be taken for a while: what failed would fail again."""
        self.client.set(PAUSED, 1, px=int(seconds * 1000))

    def is_paused(self) -> bool:
        return bool(self.client.exists(PAUSED))

    def claim(self, limit: int) -> list[str]:
        """Ids of groups that should have been stored by now, the longest overdue first, for the caller to order.

        One step, so that two workers that sweep at once never claim the same ones.
        """
        overdue: Any = self._claim(KEYS, [limit, self.again_s])
        return [group_id.decode() for group_id in overdue]

    def probe(self) -> None:
        """Succeed where Redis takes writes; an answer to PING would not show that it is out of memory."""
        self.client.set(PROBE, 1, px=1000)

    def held_bytes(self) -> int:
        """Of Redis' memory, by all groups."""
        return int(self.client.get(BYTES) or 0)

    def is_short_of_memory(self) -> bool:
        """Whether Redis may be out of memory before the inbox is full."""
        return is_short(self.client.info("memory"), self.high_bytes)

    def queue_length(self, queue: str) -> int:
        """Celery tasks that wait in Redis."""
        return int(self.client.llen(queue))

    def state(self) -> InboxState:
        pipe = self.client.pipeline(transaction=False)
        pipe.hlen(GROUPS)
        pipe.get(BYTES)
        pipe.zrange(ARRIVED, 0, 0, withscores=True)
        pipe.time()
        groups, held, oldest, (seconds, microseconds) = pipe.execute()
        age = seconds + microseconds / 1e6 - oldest[0][1] if oldest else 0.0
        return InboxState(groups, int(held or 0), max(0.0, age))
