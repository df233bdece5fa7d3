"""What workers count, kept in Redis: worker processes come and go, the sums remain, and the API serves them.

Written in the round trip that removes a group from the inbox. The names in it are bounded, also those that clients
choose (studies): counters must not fill Redis' memory.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter

from redis import Redis

from analytics_app.buffer import rejected_pages
from analytics_app.processing.outcome import Outcome
from analytics_app.wire.delivery import Delivery

COUNTS, STUDIES = "counts", "counts:studies"
REJECTS = "rejects:"
STUDIES_MAX = 200

STORE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LAG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0)
HISTOGRAMS = {"store": STORE_SECONDS, "lag": LAG_SECONDS}


def add(pipe: Redis, outcome: Outcome, deliveries: list[Delivery], seconds: float) -> None:
    """Count a group that was stored in so many seconds. `pipe` is a pipeline."""
    now = time.time()
    lags = [max(0.0, now - delivery.received_at / 1000) for delivery in deliveries]
    counts: Counter[str] = Counter({"stored": outcome.stored, "duplicates": outcome.duplicates})
    counts.update(f"{REJECTS}{code}:{field}" for code, field in outcome.rejected.values())
    rejected_pages.add(pipe, pages_to_tell(outcome))
    for name, values in (("store", [seconds]), ("lag", lags)):
        counts.update(f"{name}:{bisect_left(HISTOGRAMS[name], value)}" for value in values)
        pipe.hincrbyfloat(COUNTS, f"{name}:sum", sum(values))
    for name, number in counts.items():
        if number:
            pipe.hincrby(COUNTS, name, number)
    pipe.hset(COUNTS, "last_received", max(delivery.received_at for delivery in deliveries) / 1000)
    if outcome.stored:
        pipe.hset(COUNTS, mapping={"last_stored": now, "last_lag": max(lags)})
        pipe.zadd(STUDIES, {study: at / 1000 for study, at in outcome.studies.items()})
        pipe.zremrangebyrank(STUDIES, 0, -STUDIES_MAX - 1)


def pages_to_tell(outcome: Outcome) -> list[str]:
    """The page of each new reject. Of v1 bodies, single events and whole bodies, no page knows the id."""
    actions = (outcome.refused[key].action for key in outcome.rejected)
    return [action.page_id for action in actions if action.source == "v2" and action.context is not None]
