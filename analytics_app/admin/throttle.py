"""Slow down password guessing: sign-in attempts are counted by user and address."""

from __future__ import annotations

import time

from redis import Redis
from redis.exceptions import RedisError

from analytics_app.web.client import network_of
from analytics_app.web.window_counter import WindowCounter

WINDOW_S = 900  # the sign-in page says "15 minutes"
PREFIX = "signin:"
REDIS_PAUSE_S = 1.0
ADDRESS_MAX, BOTH_MAX, USER_MAX = 30, 5, 100
"""Attempts per window by address, by user and address, and by user. The last is high, so that a stranger who knows a
user's name cannot lock that user out."""


class Throttle:
    """If Redis does not answer, each process counts for itself: the admin area works and stays protected."""

    def __init__(self, client: Redis, secret: str) -> None:
        self.counter = WindowCounter(client, secret, PREFIX, WINDOW_S)
        self._share_after = 0.0

    def allows(self, user: str, address: str) -> bool:
        """Count an attempt; False if it exceeds a limit. An address that exceeds its own is not counted any further."""
        by_address, both, by_user = counter_names(user, address)
        if exceeds(self.counter.add(by_address), ADDRESS_MAX):
            return False
        self.counter.add(both)
        self.counter.add(by_user)
        self._share()
        limits = ((by_address, ADDRESS_MAX), (both, BOTH_MAX), (by_user, USER_MAX))
        return not any(exceeds(self.counter.add(name, 0), limit) for name, limit in limits)

    def forget(self, user: str, address: str) -> None:
        """After a successful sign-in: uncount this attempt, and this user's earlier ones from this address."""
        by_address, both, by_user = counter_names(user, address)
        self.counter.take_back(both)
        self.counter.take_back(by_address, 1)
        self.counter.take_back(by_user, 1)
        self._share()

    def _share(self) -> None:
        """After a failure not for a moment: otherwise each attempt would wait for a Redis that hangs."""
        if time.monotonic() < self._share_after:
            return
        try:
            self.counter.share()
        except RedisError:
            self._share_after = time.monotonic() + REDIS_PAUSE_S


def exceeds(count: int | None, limit: int) -> bool:
    """Also if there are too many names to count: then nobody may guess."""
    return count is None or count > limit


def counter_names(user: str, address: str) -> tuple[str, str, str]:
    network = network_of(address)
    return f"address {network}", f"both {user}\n{network}", f"user {user}"
