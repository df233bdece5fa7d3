"""At most so many request bodies a minute from one address, counted over all API processes.

Off the hot path: a request only looks into a dictionary, and a thread shares the counts through Redis once a second. An
address can therefore exceed the limit by what it sends in about a second.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from redis import Redis

from analytics_app.web.client import network_of
from analytics_app.web.periodic import Periodic
from analytics_app.web.window_counter import WindowCounter

WINDOW_S = 60
SHARE_EVERY_S = 1.0
PREFIX = "rate:"


class RateLimit:
    def __init__(self, client: Redis, limit: int, secret: str, clock: Callable[[], float] = time.time) -> None:
        """`limit` bodies a minute; 0 switches it off."""
        self.limit = limit
        self.counter = WindowCounter(client, secret, PREFIX, WINDOW_S, clock)
        self._sharing = Periodic(self.share, SHARE_EVERY_S, "the rate limit counts in this process alone")

    def retry_after(self, address: str) -> int:
        """Count a body from this address; returns the seconds to wait if there were too many, else 0."""
        if not self.limit:
            return 0
        self._sharing.start()
        remaining_s = self.counter.remaining_s()
        count = self.counter.add(network_of(address))
        return 0 if count is None or count <= self.limit else math.ceil(remaining_s)

    def share(self) -> None:
        """Exchange counts with the other processes. Raises redis.RedisError."""
        self.counter.share()
