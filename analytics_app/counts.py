"""What workers count, in Redis: their processes come and go, the sums stay, and the API serves them.

Written in the round trip that removes a group from the inbox. Names that strangers can choose (fields, studies)
are bounded: a count is no place to fill a memory.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter

from redis import Redis

from analytics_app import events
from analytics_app.actions import ACTIONS, base
from analytics_app.delivery import Delivery
from analytics_app.store import Report

COUNTS, STUDIES = "counts", "counts:studies"
STUDIES_MAX = 200

STORE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LAG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0)
HISTOGRAMS = {"store": STORE_SECONDS, "lag": LAG_SECONDS}

OF_A_BODY = {"page_id", "const", "v", "seq", "body", "action", "server", "database"}
SCHEMAS = (base.Schema, events.EventSchema, *(module.Schema for module in ACTIONS.values()))
REASONS = frozenset(OF_A_BODY.union(*(schema().fields for schema in SCHEMAS)))


def reason(field: str) -> str:
    """The field at fault, where it is one of ours; else a word for all that strangers may send."""
    return field if field in REASONS else "other"


def add(pipe: Redis, report: Report, deliveries: list[Delivery], seconds: float) -> None:
    """A group was stored in so many seconds. `pipe` is a pipeline."""
    now = time.time()
    lags = [max(0.0, now - delivery.received_at / 1000) for delivery in deliveries]
    counts: Counter[str] = Counter({"stored": report.stored, "duplicates": report.duplicates})
    for field, number in report.rejected.items():
        counts[f"rejected:{reason(field)}"] += number
    for name, values in (("store", [seconds]), ("lag", lags)):
        counts.update(f"{name}:{bisect_left(HISTOGRAMS[name], value)}" for value in values)
        pipe.hincrbyfloat(COUNTS, f"{name}:sum", sum(values))
    for name, number in counts.items():
        if number:
            pipe.hincrby(COUNTS, name, number)
    pipe.hset(COUNTS, "last_received", max(delivery.received_at for delivery in deliveries) / 1000)
    if report.stored:
        pipe.hset(COUNTS, mapping={"last_stored": now, "last_lag": max(lags)})
        pipe.zadd(STUDIES, {study: at / 1000 for study, at in report.studies.items()})
        pipe.zremrangebyrank(STUDIES, 0, -STUDIES_MAX - 1)
