"""At most so many bodies a minute from one address, counted over all API processes.

Off the hot path: a request looks into a dictionary; a thread shares the counts through Redis once a second. So an
address may send for about a second more than it should. While Redis is away each process counts alone.
An address is never kept: its name is a hash under the secret key that changes every minute, and Redis forgets it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

WINDOW_S = 60
SHARE_EVERY_S = 1.0
ADDRESSES_MAX = 100_000  # of one minute; whom a process does not know then goes on uncounted
PREFIX = "rate:"


class RateLimit:
    def __init__(self, client: Redis, limit: int, key: str, clock: Callable[[], float] = time.time) -> None:
        """`limit` bodies a minute; 0 switches it off."""
        self.client = client
        self.limit = limit
        self.key = key.encode()
        self.clock = clock
        self._lock = threading.Lock()
        self._window = -1
        self._here: Counter[str] = Counter()
        self._others: dict[str, int] = {}
        self._changed: set[str] = set()
        self._me = ""
        self._thread: threading.Thread | None = None

    def retry_after(self, address: str) -> int:
        """Count a body from this address; seconds to wait where that is too many, else 0."""
        if not self.limit:
            return 0
        now = self.clock()
        with self._lock:
            self._begin(int(now // WINDOW_S))
            name = self._name(address)
            if name not in self._here and len(self._here) >= ADDRESSES_MAX:
                return 0
            self._here[name] += 1
            self._changed.add(name)
            count = self._here[name] + self._others.get(name, 0)
        return 0 if count <= self.limit else math.ceil(WINDOW_S - now % WINDOW_S)

    def _begin(self, window: int) -> None:
        if window != self._window:
            self._window = window
            self._here, self._others, self._changed = Counter(), {}, set()
        if self._thread is None:  # started here: threads do not survive the fork, and a name must be this process' own
            self._me = uuid.uuid4().hex
            self._thread = threading.Thread(target=self._share_forever, name="ratelimit", daemon=True)
            self._thread.start()

    def _name(self, address: str) -> str:
        text = f"{self._window} {network_of(address)}"
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def _share_forever(self) -> None:
        while True:
            time.sleep(SHARE_EVERY_S)
            try:
                self.share()
            except (RedisError, OSError) as error:
                log.warning("the rate limit counts in this process alone: Redis does not answer (%s)", error)

    def share(self) -> None:
        """Tell Redis what was counted here and learn what the others have. Raises redis.RedisError.

        Whole counts, not what is new: after an answer that was lost they are told again, and are as they were.
        """
        with self._lock:
            window, mine = self._window, {name: self._here[name] for name in self._changed}
        pipe = self.client.pipeline(transaction=False)
        for name, count in mine.items():
            pipe.hset(PREFIX + name, self._me, count)
            pipe.expire(PREFIX + name, 2 * WINDOW_S)
            pipe.hvals(PREFIX + name)
        counts = pipe.execute()[2::3] if mine else []
        with self._lock:
            if window != self._window:
                return
            for (name, count), all_of_it in zip(mine.items(), counts, strict=True):
                self._others[name] = sum(map(int, all_of_it)) - count
                if self._here[name] == count:
                    self._changed.discard(name)


def network_of(address: str) -> str:
    """Who has one IPv6 address has the 2^64 of its network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ip_network(f"{parsed}/64", strict=False))
