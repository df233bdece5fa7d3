"""/status: is it recording? One page for somebody who knows nothing of queues. It shows counts, and nobody's data."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from analytics_app.client import only_ours
from analytics_app.orders import MORE_MEMORY
from analytics_app.readings import Readings, RedisState, SpoolState
from analytics_app.studies import STUDIES_SHOWN, Studies, Study

bp = Blueprint("status", __name__)

LATE_S = 15  # a batch that waits longer is not just on its way
QUIET_S = 300  # who records now has seen something since
REASONS_SHOWN = 5


FOLDER = Path(__file__).resolve().parent / "templates"
STYLE, SCRIPT = (Markup((FOLDER / name).read_text(encoding="utf-8")) for name in ("status.css", "status.js"))  # noqa: S704


def source(inline: str) -> str:
    """What a Content-Security-Policy calls this very text by."""
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {source(STYLE)}; script-src {source(SCRIPT)}; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Verdict:
    """`level` is good, idle (works, nothing comes), late (kept safe, not stored) or bad (not accepted)."""

    level: str
    headline: str
    sentence: str
    advice: str = ""


@dataclass(frozen=True)
class StudyRow:
    name: str
    last: float | None
    numbers: Study | None
    """None where PostgreSQL does not say."""


@bp.get("/")
def root() -> ResponseReturnValue:
    """Where a person lands who was told the API's address."""
    return redirect(url_for("status.status"))


@bp.get("/status")
@only_ours
def status() -> Response:
    readings: Readings = current_app.extensions["readings"]
    redis, postgres, spool = readings.redis.get(), readings.postgres.get(), readings.spool()
    page = render_template(
        "status.html",
        verdict=verdict(redis, postgres, spool),
        redis=redis,
        postgres=postgres,
        received=last_received(redis, spool),
        stored=redis and redis.counts.get("last_stored"),
        lag=redis and redis.counts.get("last_lag"),
        studies=study_rows(redis, postgres),
        now=time.time(),
        style=STYLE,
        script=SCRIPT,
        reasons_shown=REASONS_SHOWN,
        duration=duration,
        size=size,
        utc=utc,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    response.cache_control.no_store = True
    return response


def last_received(redis: RedisState | None, spool: SpoolState) -> float | None:
    """Epoch seconds; None where nothing came, or nobody who is there knows of it."""
    known = [redis.newest, redis.counts.get("last_received")] if redis else []
    return max((moment for moment in (*known, spool.newest) if moment is not None), default=None)


def verdict(redis: RedisState | None, postgres: Studies | None, spool: SpoolState) -> Verdict:
    """What to tell, the worst first."""
    if redis is None or not redis.takes_writes:
        return without_redis(spool)
    if redis.full:
        return Verdict(
            "bad",
            "Not recording: too much waits to be stored",
            "Your pages keep what they log and send it again later, for as long as they stay open.",
            "Start PostgreSQL and the worker; their logs say what is wrong.",
        )
    if (trouble := not_storing(redis, postgres)) is not None:
        headline, advice = trouble
        return Verdict("late", f"Recording, but not storing: {headline}", waits(redis), advice)
    if redis.short_of_memory:
        return Verdict(
            "late",
            "Recording, but Redis has too little memory",
            "Should much have to wait one day, Redis is full before the inbox is, and then nothing is stored any more.",
            f"For Redis: {MORE_MEMORY}",
        )
    return working(redis, last_received(redis, spool))


def without_redis(spool: SpoolState) -> Verdict:
    advice = "Start Redis; its log says what is wrong."
    if not spool.takes_writes:
        return Verdict(
            "bad",
            "Not recording: neither Redis nor the disk takes anything",
            "Your pages keep what they log and send it again later, for as long as they stay open.",
            f"{advice} Make room on the disk that holds DATA_DIR.",
        )
    kept = f"What arrives is kept on this server's disk ({size(spool.bytes)} so far) and stored once Redis is back."
    return Verdict("late", "Recording, but not storing: Redis does not answer", kept, advice)


def not_storing(redis: RedisState, postgres: Studies | None) -> tuple[str, str] | None:
    """Why nothing gets into the tables, and what helps."""
    late = redis.oldest_s > LATE_S
    if postgres is None:
        return "PostgreSQL does not answer", "Start PostgreSQL; its log says what is wrong."
    if postgres.tables_missing:
        return "the tables are not there yet", "Run: python manage.py create_db"
    if late and redis.paused:
        return (
            "PostgreSQL takes nothing",
            "Look whether its disk is full or it is read-only; the worker's log says why.",
        )
    if not redis.worker and time.time() - redis.counts.get("last_stored", 0) > LATE_S:
        return "no worker runs", "Start the worker; its log says what is wrong."
    if late:
        return "the worker is behind", "If this number does not fall, start more workers."
    return None


def waits(redis: RedisState) -> str:
    if not redis.groups:
        return "Nothing waits yet. What arrives is kept safe in Redis until it can be stored."
    noun = "batch waits" if redis.groups == 1 else "batches wait"
    return (
        f"{redis.groups:,} {noun} safely in Redis, the oldest for {duration(redis.oldest_s)}."
        " All is stored once this is mended."
    )


def working(redis: RedisState, received: float | None) -> Verdict:
    if received is None:
        return Verdict("idle", "Ready. Nothing has been received yet", "Open a page of your study and click in it.")
    quiet = time.time() - received
    if quiet > QUIET_S:
        return Verdict("idle", f"Ready. Nothing has come for {duration(quiet)}", "All that came has been stored.")
    return Verdict("good", "Yes, it is recording", "What arrives is in the database a moment later.")


def study_rows(redis: RedisState | None, postgres: Studies | None) -> list[StudyRow]:
    """The studies by their last action, the latest first."""
    last = dict(redis.studies) if redis else {}
    numbers = postgres.by_name if postgres else {}
    for name, study in numbers.items():
        if study.last_seen is not None:
            last[name] = max(last.get(name, 0.0), study.last_seen.timestamp())
    rows = [
        StudyRow(name, last.get(name), numbers.get(name, Study()) if postgres else None) for name in {*last, *numbers}
    ]
    return sorted(rows, key=lambda row: (-(row.last or 0.0), row.name))[:STUDIES_SHOWN]


def duration(seconds: float) -> str:
    """As a person says it."""
    if seconds < 1:
        return f"{1000 * max(seconds, 0.001):.0f} ms"
    units = ((100, 1, "second"), (5_400, 60, "minute"), (172_800, 3_600, "hour"), (float("inf"), 86_400, "day"))
    unit, name = next((unit, name) for limit, unit, name in units if seconds < limit)
    number = round(seconds / unit)
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1_000:.1f} kB"


def utc(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
