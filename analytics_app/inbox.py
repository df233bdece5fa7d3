"""Groups of deliveries in Redis, under an id, until they are committed in PostgreSQL.

A Celery task is a work order and may get lost; the group lies here until `remove`.
Redis runs with `appendonly yes` and `appendfsync always`: what `put` has returned for is on disk.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

GROUPS, DUE, ARRIVED, BYTES, TRIES = "inbox:groups", "inbox:due", "inbox:arrived", "inbox:bytes", "inbox:tries"
PAUSED, SWEEPER, PROBE = "inbox:paused", "inbox:sweeper", "inbox:probe"
KEYS = [GROUPS, DUE, ARRIVED, BYTES, TRIES]

# One script, one fsync: the group, when it came, when to order it again, and the sum of all sizes.
# A group that is there already changes nothing, so a put whose answer was lost may be repeated.
PUT = """
local bytes = tonumber(redis.call('GET', KEYS[4]) or '0')
if bytes >= tonumber(ARGV[5]) then return -1 end
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return bytes end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
return redis.call('INCRBY', KEYS[4], #ARGV[2])
"""

REMOVE = """
local size = redis.call('HSTRLEN', KEYS[1], ARGV[1])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('DECRBY', KEYS[4], size)
return 1
"""

# The pause doubles with every order that did not lead to a commit: a group that ends its worker must not rule it.
ORDER_AGAIN = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return redis.call('ZREM', KEYS[2], ARGV[1]) end
local tries = redis.call('HINCRBY', KEYS[5], ARGV[1], 1)
local pause = math.min(tonumber(ARGV[3]) * 2 ^ (tries - 1), tonumber(ARGV[4]))
redis.call('ZADD', KEYS[2], tonumber(ARGV[2]) + pause, ARGV[1])
return tries
"""


class InboxFull(Exception):
    """The inbox holds its high-water mark."""


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


class Inbox:
    """Every method raises redis.RedisError where Redis does not do it."""

    def __init__(self, client: Redis, high_bytes: int, again_s: float, again_max_s: float) -> None:
        self.client = client
        self.high_bytes = high_bytes
        self.again_s = again_s
        self.again_max_s = again_max_s
        self._put = client.register_script(PUT)
        self._order_again = client.register_script(ORDER_AGAIN)
        self._remove = client.register_script(REMOVE)

    def put(self, group_id: str, group: bytes) -> int:
        """Keep a group; returns the bytes that the inbox holds then. Raises InboxFull."""
        now = time.time()
        held = int(self._put(keys=KEYS, args=[group_id, group, now, now + self.again_s, self.high_bytes]))
        if held < 0:
            raise InboxFull
        return held

    def get(self, group_id: str) -> bytes | None:
        """The group, or None where somebody has stored it already."""
        group: Any = self.client.hget(GROUPS, group_id)
        return group  # type: ignore[no-any-return]

    def remove(self, group_id: str) -> bool:
        """Forget a group after its commit; False where it was gone already."""
        return bool(self._remove(keys=KEYS, args=[group_id]))

    def probe(self) -> None:
        """Succeed where Redis takes writes; an answer to PING would not show that it is out of memory."""
        self.client.set(PROBE, 1, px=1000)

    def held_bytes(self) -> int:
        return int(self.client.get(BYTES) or 0)

    def overdue(self, limit: int) -> list[str]:
        """Ids of groups that should have been stored by now, the longest overdue first."""
        ids = self.client.zrangebyscore(DUE, "-inf", time.time(), start=0, num=limit)
        return [group_id.decode() for group_id in ids]  # type: ignore[union-attr]

    def postpone(self, group_id: str, seconds: float) -> None:
        """Order this group again in `seconds`, whatever its tries; nothing where it has been removed meanwhile."""
        self.client.zadd(DUE, {group_id: time.time() + seconds}, xx=True)
        self.client.hdel(TRIES, group_id)

    def order_again(self, group_id: str) -> int:
        """Note one more order of an overdue group and when the next is due; returns how many there were."""
        return int(self._order_again(keys=KEYS, args=[group_id, time.time(), self.again_s, self.again_max_s]))

    def pause(self, seconds: float) -> None:
        """Let no group be stored for a while: what failed is nobody's fault and would fail again."""
        self.client.set(PAUSED, 1, px=int(seconds * 1000))

    def is_paused(self) -> bool:
        return bool(self.client.exists(PAUSED))

    def may_sweep(self, seconds: float) -> bool:
        """Take the short lock of the sweep; False where another worker has it."""
        return bool(self.client.set(SWEEPER, 1, nx=True, px=int(seconds * 1000)))

    def queue_length(self, queue: str) -> int:
        """Celery tasks that wait in Redis."""
        return int(self.client.llen(queue))

    def state(self) -> InboxState:
        pipe = self.client.pipeline(transaction=False)
        pipe.hlen(GROUPS)
        pipe.get(BYTES)
        pipe.zrange(ARRIVED, 0, 0, withscores=True)
        groups, held, oldest = pipe.execute()
        return InboxState(groups, int(held or 0), max(0.0, time.time() - oldest[0][1]) if oldest else 0.0)
