"""Guessing passwords must be slow: failed sign-ins are counted by user and address, in Redis.

Names and addresses are hashed with the app's secret: the queue's server need not know who tried to sign in.
While Redis is away this process counts for itself, so that the admin area works and stays guarded.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from redis import Redis
from redis.exceptions import RedisError

WINDOW_S = 900
# By user and address, by address, by user; the last is high: who knows a name must not lock its owner out.
MOST = (5, 30, 100)


class Throttle:
    def __init__(self, client: Redis, secret: str) -> None:
        self.client = client
        self.secret = secret.encode()
        self._own: dict[str, int] = {}

    def try_in(self, user: str, address: str) -> bool:
        """Count one try; False where there were too many within the window."""
        counts = [self._count(key) for key in self._keys(user, address)]
        return all(count <= most for count, most in zip(counts, MOST, strict=True))

    def forget(self, user: str, address: str) -> None:
        """A right password clears what was counted for this user at this address."""
        key = self._keys(user, address)[0]
        self._own.pop(key, None)
        try:
            self.client.delete(key)
        except RedisError:
            return

    def _keys(self, user: str, address: str) -> list[str]:
        window = int(time.time()) // WINDOW_S
        parts = (f"both {user}\n{address}", f"address {address}", f"user {user}")
        return [f"signin:{window}:{self._hash(part)}" for part in parts]

    def _hash(self, text: str) -> str:
        return hmac.new(self.secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]

    def _count(self, key: str) -> int:
        try:
            with self.client.pipeline() as pipe:
                pipe.incr(key)
                pipe.expire(key, WINDOW_S)
                return int(pipe.execute()[0])
        except RedisError:
            current = key.split(":")[1]
            self._own = {old: count for old, count in self._own.items() if old.split(":")[1] == current}
            self._own[key] = self._own.get(key, 0) + 1
            return self._own[key]
