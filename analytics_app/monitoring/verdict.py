"""Is it recording? The verdict on the probes' readings, for people who do not know the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics_app.buffer.inbox import MORE_MEMORY
from analytics_app.buffer.state import RedisState, SpoolState
from analytics_app.monitoring.formatting import duration, size
from analytics_app.monitoring.study_activity import Studies

LATE_S = 15  # a group that waits longer than this is reported as a problem
QUIET_S = 300  # if no action was received for so long, "recording" would be misleading

PAGES_KEEP = "Your pages keep what they log and send it again later, for as long as they stay open."


@dataclass(frozen=True)
class Verdict:
    """`level` is good, idle (works, nothing arrives), late (accepted, not stored yet) or bad (not accepted)."""

    level: Literal["good", "idle", "late", "bad"]
    headline: str
    sentence: str
    advice: str = ""


def verdict(redis: RedisState | None, postgres: Studies | None, spool: SpoolState, now: float) -> Verdict:
    """The most serious problem, or none. `redis` and `postgres` are None if that server does not answer."""
    if redis is None or not redis.takes_writes:
        return without_redis(spool)
    if redis.full:
        return Verdict(
            "bad",
            "Not recording: the inbox is full",
            PAGES_KEEP,
            "Start PostgreSQL and the worker; their logs give the cause.",
        )
    if (problem := not_storing(redis, postgres, now)) is not None:
        headline, advice = problem
        return Verdict("late", f"Recording, but not storing: {headline}", backlog(redis), advice)
    if redis.short_of_memory:
        return Verdict(
            "late",
            "Recording, but Redis has too little memory",
            "If a backlog builds up, Redis will run out of memory before the inbox limit is reached, and nothing more"
            " can be stored.",
            f"For Redis: {MORE_MEMORY}",
        )
    return working(last_received(redis, spool), now)


def last_received(redis: RedisState | None, spool: SpoolState) -> float | None:
    """When the last action was received, epoch seconds; None if there is none, or if Redis does not answer."""
    known = [redis.newest, redis.counts.get("last_received")] if redis else []
    return max((moment for moment in (*known, spool.newest) if moment is not None), default=None)


def without_redis(spool: SpoolState) -> Verdict:
    advice = "Start Redis; its log gives the cause."
    if not spool.takes_writes:
        return Verdict(
            "bad",
            "Not recording: neither Redis nor the disk accepts data",
            PAGES_KEEP,
            f"{advice} Free space on the disk that contains DATA_DIR.",
        )
    kept = f"New data are kept on this server's disk ({size(spool.bytes)} so far) and stored once Redis is back."
    return Verdict("late", "Recording, but not storing: Redis does not answer", kept, advice)


def not_storing(redis: RedisState, postgres: Studies | None, now: float) -> tuple[str, str] | None:
    """Why nothing is stored, and what to do about it; None if actions are being stored."""
    late = redis.oldest_s > LATE_S
    if postgres is None:
        return "PostgreSQL does not answer", "Start PostgreSQL; its log gives the cause."
    if postgres.tables_missing:
        return "the tables do not exist yet", "Run: python manage.py create_db"
    if late and redis.paused:
        return (
            "PostgreSQL refuses writes",
            "Check whether its disk is full or it is read-only; the worker's log gives the cause.",
        )
    if not redis.worker and now - redis.counts.get("last_stored", 0) > LATE_S:
        return "no worker is running", "Start the worker; its log gives the cause."
    if late:
        return "the worker is behind", "If the number of waiting batches does not fall, start more workers."
    return None


def backlog(redis: RedisState) -> str:
    if not redis.groups:
        return "Nothing is waiting yet. New data are kept in Redis until they can be stored."
    noun = "batch waits" if redis.groups == 1 else "batches wait"
    return (
        f"{redis.groups:,} {noun} in Redis, the oldest for {duration(redis.oldest_s)}."
        " They will all be stored once this is fixed."
    )


def working(received: float | None, now: float) -> Verdict:
    if received is None:
        return Verdict("idle", "Ready. Nothing has been received yet", "Open a page of your study and click in it.")
    quiet = now - received
    if quiet > QUIET_S:
        return Verdict("idle", f"Ready. Nothing received for {duration(quiet)}", "Everything received is stored.")
    return Verdict("good", "Yes, it is recording", "New actions are in the database a moment later.")
