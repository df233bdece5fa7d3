"""Slow down password guessing: sign-in attempts are counted by user and address."""

from __future__ import annotations

from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError

from analytics_app.web.window_counter import WindowCounter

WINDOW_S = 900  # the sign-in page says "15 minutes"
PREFIX = "signin:"
ADDRESS_MAX, BOTH_MAX, USER_MAX = 30, 5, 100
"""Attempts per window by address, by user and address, and by user. The last is high, so that a stranger who knows a
user's name cannot lock that user out."""


class Throttle:
    """If Redis does not answer, each process counts for itself: the admin area works and stays protected."""

    def __init__(self, client: Redis, secret: str) -> None:
        self.counter = WindowCounter(client, secret, PREFIX, WINDOW_S)

    def allows(self, user: str, address: str) -> bool:
        """Count an attempt; False if it exceeds a limit. After the first exceeded limit the others are not counted."""
        for name, limit in zip(counter_names(user, address), (ADDRESS_MAX, BOTH_MAX, USER_MAX), strict=True):
            self.counter.add(name)
            self._share()
            if self.counter.add(name, 0) > limit:
                return False
        return True

    def forget(self, user: str, address: str) -> None:
        """After a successful sign-in: uncount this attempt, and this user's earlier ones from this address."""
        by_address, both, by_user = counter_names(user, address)
        self.counter.forget(both)
        for name in (by_address, by_user):
            self.counter.add(name, -1)
        self._share()

    def _share(self) -> None:
        with suppress(RedisError):
            self.counter.share()


def counter_names(user: str, address: str) -> tuple[str, str, str]:
    return f"address {address}", f"both {user}\n{address}", f"user {user}"
