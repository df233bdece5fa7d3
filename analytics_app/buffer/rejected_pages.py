"""Which pages' actions were rejected lately, in Redis: a worker writes it, and the API tells these pages."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import cast

from redis import Redis

KEY = "rejected_pages"
ENTRIES_MAX = 1_000
KEPT_S = 3_600


def add(pipe: Redis, page_ids: Iterable[str]) -> None:
    """Count one reject for each page id. `pipe` is a pipeline."""
    if counts := Counter(page_ids):
        pipe.lpush(KEY, *(f"{page_id} {number} {time.time():.0f}" for page_id, number in counts.items()))
        pipe.ltrim(KEY, 0, ENTRIES_MAX - 1)
        pipe.expire(KEY, KEPT_S)


def read(client: Redis) -> Counter[bytes]:
    """How many rejects each page has had within KEPT_S, by the last ENTRIES_MAX entries. Raises redis.RedisError."""
    counts: Counter[bytes] = Counter()
    for entry in cast(list[bytes], client.lrange(KEY, 0, -1)):
        page_id, number, at = entry.split()
        if time.time() - float(at) < KEPT_S:
            counts[page_id] += int(number)
    return counts
