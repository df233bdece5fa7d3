"""Count events by name in time windows of fixed length; the counts of all processes are summed in Redis.

The rate limit counts request bodies by client address, the sign-in throttle counts attempts. Names and addresses are
not kept: Redis gets a keyed hash, which differs in each window, and deletes it after two windows. If Redis does not
answer, each process counts for itself.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable

from redis import Redis

NAMES_MAX = 100_000  # per window and process; further names are not counted


class WindowCounter:
    """Windows have a fixed length and start at multiples of it since the epoch."""

    def __init__(
        self, client: Redis, secret: str, prefix: str, window_s: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.client = client
        self.secret = secret.encode()
        self.prefix = prefix
        self.window_s = window_s
        self.clock = clock
        self._lock = threading.Lock()
        self._sharing = threading.Lock()
        self._window = -1
        self._here: Counter[str] = Counter()
        self._others: dict[str, int] = {}
        self._changed: set[str] = set()
        self._process = ""

    def add(self, name: str, number: int = 1) -> int:
        """Add to the count of this window; returns the sum over all processes, the others as of the last `share`."""
        with self._lock:
            self._begin(int(self.clock() // self.window_s))
            key = self._hashed(name)
            if key not in self._here and len(self._here) >= NAMES_MAX:
                return 0
            self._here[key] += number
            self._changed.add(key)
            return self._here[key] + self._others.get(key, 0)

    def forget(self, name: str) -> None:
        """Reset the sum to 0; the other processes see it with their next `share`."""
        self.add(name, -self.add(name, 0))

    def remaining_s(self) -> float:
        """Seconds until the next window."""
        return self.window_s - self.clock() % self.window_s

    def _begin(self, window: int) -> None:
        if window != self._window:
            self._window = window
            self._here, self._others, self._changed = Counter(), {}, set()
        if not self._process:  # not in the constructor, since processes forked after it need different ids
            self._process = uuid.uuid4().hex

    def _hashed(self, name: str) -> str:
        text = f"{self._window} {name}".encode(errors="replace")
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:32]

    def share(self) -> None:
        """Write this process's counts to Redis and read the others'. Raises redis.RedisError.

        It writes totals, not increments: if the answer is lost, writing the same totals again changes nothing.
        """
        with self._sharing:
            with self._lock:
                window, mine = self._window, {key: self._here[key] for key in self._changed}
            pipe = self.client.pipeline(transaction=False)
            for key, count in mine.items():
                pipe.hset(self.prefix + key, self._process, count)
                pipe.expire(self.prefix + key, 2 * self.window_s)
                pipe.hvals(self.prefix + key)
            totals = pipe.execute()[2::3] if mine else []
            with self._lock:
                if window != self._window:
                    return
                for (key, count), counts in zip(mine.items(), totals, strict=True):
                    self._others[key] = sum(map(int, counts)) - count
                    if self._here[key] == count:
                        self._changed.discard(key)
