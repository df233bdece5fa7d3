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

NAMES_MAX = 100_000  # of one window; a process does not count further names


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

    def add(self, name: str, number: int = 1) -> int | None:
        """Count, and return the sum of this window: this process's count and the others' as of the last `share`.

        None if the name is not counted, because there are too many names.
        """
        with self._lock:
            key = self._key(name)
            if key not in self._here and len(self._here) >= NAMES_MAX:
                return None
            self._here[key] += number
            self._changed.add(key)
            return self._here[key] + self._others.get(key, 0)

    def take_back(self, name: str, number: int | None = None) -> None:
        """Reduce the sum by a number, or to 0; never below 0."""
        with self._lock:
            key = self._key(name)
            total = max(self._here[key] + self._others.get(key, 0), 0)
            self._here[key] -= total if number is None else min(number, total)
            self._changed.add(key)

    def remaining_s(self) -> float:
        """Seconds until the next window."""
        return self.window_s - self.clock() % self.window_s

    def _key(self, name: str) -> str:
        """The name's hash in the current window."""
        window = int(self.clock() // self.window_s)
        if window != self._window:
            self._window = window
            self._here, self._others, self._changed = Counter(), {}, set()
        if not self._process:  # not in the constructor, since processes forked after it need different ids
            self._process = uuid.uuid4().hex
        text = f"{self._window} {name}".encode(errors="replace")
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:32]

    def share(self) -> None:
        """Write this process's counts to Redis and read the others'. Raises redis.RedisError.

        It writes totals, not increments: after a lost answer the same totals are written again, and count once. It
        does nothing while another thread shares.
        """
        if not self._sharing.acquire(blocking=False):
            return
        try:
            self._exchange()
        finally:
            self._sharing.release()

    def _exchange(self) -> None:
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
