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

WINDOW_S = 900  # from the first try
# By user and address, by address, by user; the last is high: who knows a name must not lock its owner out.
MOST = (5, 30, 100)


class Throttle:
    def __init__(self, client: Redis, secret: str) -> None:
        self.client = client
        self.secret = secret.encode()
        self._own: dict[str, tuple[float, int]] = {}

    def try_in(self, user: str, address: str) -> bool:
        """Count one try; False where there were too many within the window."""
        counts = [self._add(key, 1) for key in self._keys(user, address)]
        return all(count <= most for count, most in zip(counts, MOST, strict=True))

    def forget(self, user: str, address: str) -> None:
        """The password was right: the try was none, and what this user mistyped at this address before is forgiven."""
        both, *others = self._keys(user, address)
        for key in others:
            self._add(key, -1)
        self._own.pop(both, None)
        try:
            self.client.delete(both)
        except RedisError:
            return

    def _keys(self, user: str, address: str) -> list[str]:
        parts = (f"both {user}\n{address}", f"address {address}", f"user {user}")
        return [f"signin:{self._hash(part)}" for part in parts]

    def _hash(self, text: str) -> str:
        return hmac.new(self.secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]

    def _add(self, key: str, number: int) -> int:
        try:
            with self.client.pipeline() as pipe:
                pipe.set(key, 0, ex=WINDOW_S, nx=True)
                pipe.incrby(key, number)
                return int(pipe.execute()[1])
        except RedisError:
            now = time.monotonic()
            self._own = {old: (since, n) for old, (since, n) in self._own.items() if now - since < WINDOW_S}
            since, count = self._own.get(key, (now, 0))
            self._own[key] = since, count + number
            return count + number
