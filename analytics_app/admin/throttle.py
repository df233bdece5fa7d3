"""Slow down password guessing: sign-in attempts are counted by user and address."""

from __future__ import annotations

from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError

from analytics_app.web.window_counter import WindowCounter

WINDOW_S = 900
PREFIX = "signin:"
ADDRESS_MAX, BOTH_MAX, USER_MAX = 30, 5, 100
"""Attempts by address, by user and address, by user. The last is high: a stranger who knows a name must not be able to
lock its owner out."""


class Throttle:
    """While Redis is away each process counts alone, so that the admin area works and stays protected."""

    def __init__(self, client: Redis, secret: str) -> None:
        self.counter = WindowCounter(client, secret, PREFIX, WINDOW_S)

    def allows(self, user: str, address: str) -> bool:
        """Count an attempt; False if there were too many in this window. The first exceeded limit ends the counting."""
        for name, most in zip(names_of(user, address), (ADDRESS_MAX, BOTH_MAX, USER_MAX), strict=True):
            self.counter.add(name)
            self._share()
            if self.counter.add(name, 0) > most:
                return False
        return True

    def forget(self, user: str, address: str) -> None:
        """The password was right: this attempt does not count, nor do this user's earlier ones from this address."""
        by_address, both, by_user = names_of(user, address)
        self.counter.forget(both)
        for name in (by_address, by_user):
            self.counter.add(name, -1)
        self._share()

    def _share(self) -> None:
        with suppress(RedisError):
            self.counter.share()


def names_of(user: str, address: str) -> tuple[str, str, str]:
    return f"address {address}", f"both {user}\n{address}", f"user {user}"
