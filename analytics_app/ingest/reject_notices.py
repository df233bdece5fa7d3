"""Tell a page how many of its actions have been rejected.

Off the hot path: a request only looks into a dictionary, which is empty as long as nothing is rejected. A thread reads
it from Redis once a second.
"""

from __future__ import annotations

import re
from collections import Counter

from redis import Redis

from analytics_app.buffer import rejected_pages
from analytics_app.web.periodic import Periodic

READ_EVERY_S = 1.0
PAGE_ID = re.compile(rb'"page_id"\s*:\s*"([0-9A-Fa-f-]{36})"')


class RejectNotices:
    def __init__(self, client: Redis) -> None:
        self.client = client
        self._by_page: Counter[bytes] = Counter()
        self._reading = Periodic(self.read, READ_EVERY_S, "pages are not told of rejected actions")

    def of(self, body: bytes) -> int:
        """How many actions of the page that sent this body have been rejected in the last hour, as far as is known.

        The page is the first `page_id` in the body, which is the envelope's if our logger wrote it.
        """
        self._reading.start()
        found = PAGE_ID.search(body) if self._by_page else None
        return self._by_page[found[1].lower()] if found else 0

    def read(self) -> None:
        """Raises redis.RedisError."""
        self._by_page = rejected_pages.read(self.client)
