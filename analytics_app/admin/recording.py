"""Is it recording? What the tables and the inbox say of the last hour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import Connection, Row, func, select

from analytics_app.inbox import ARRIVED, Inbox
from analytics_app.models import Batch, Participant, RawAction, RejectedAction

RAW: Any = RawAction.__table__
REJECTED: Any = RejectedAction.__table__
BATCHES: Any = Batch.__table__
PEOPLE: Any = Participant.__table__

ACTIVE = timedelta(minutes=5)
LAST = 50
REJECTS_LOOKED_AT = 10_000


@dataclass
class Waiting:
    """What was accepted and is not stored yet."""

    groups: int
    oldest_s: float
    newest: datetime | None


@dataclass
class State:
    now: datetime
    received: datetime | None
    """When the last one came, stored or still waiting."""
    stored: datetime | None
    """When the last action that stands in `raw_actions` was received."""
    waiting: Waiting | None
    """None where Redis does not answer."""
    active: int
    last: list[Row[Any]]

    @property
    def verdict(self) -> str:
        """`yes`; `quiet`: nothing is sent; `late`: accepted, kept, and not stored; `queue`: Redis is away."""
        if self.waiting is None:
            return "queue"
        if self.waiting.oldest_s > 10:
            return "late"
        return "yes" if self.stored and self.now - self.stored < ACTIVE else "quiet"


def state(connection: Connection, inbox: Inbox) -> State:
    now = datetime.now(UTC)
    newest = (RAW.c.received_at.desc(), RAW.c.page_id.desc(), RAW.c.seq.desc())
    last = list(connection.execute(select(RAW).order_by(*newest).limit(LAST)))
    people = select(func.count()).select_from(PEOPLE).where(PEOPLE.c.last_seen > now - ACTIVE)
    active = connection.scalar(people) or 0
    stored, held = last[0].received_at if last else None, waiting(inbox)
    return State(now, (held and held.newest) or stored, stored, held, active, last)


def waiting(inbox: Inbox) -> Waiting | None:
    try:
        held, newest = inbox.state(), inbox.client.zrange(ARRIVED, -1, -1, withscores=True)
    except RedisError:
        return None
    moment = datetime.fromtimestamp(newest[0][1], UTC) if newest else None  # type: ignore[arg-type]
    return Waiting(held.groups, held.oldest_s, moment)


def by_minute(connection: Connection, now: datetime) -> dict[datetime, int]:
    """Stored actions a minute, by when they were received."""
    minute = func.date_trunc("minute", RAW.c.received_at, "UTC").label("minute")
    hour = select(minute, func.count()).where(RAW.c.received_at > now - timedelta(hours=1)).group_by(minute)
    return {row[0]: row[1] for row in connection.execute(hour)}


def rejects_of_the_day(connection: Connection, now: datetime) -> tuple[Counter[str], bool]:
    """By the field at fault, those that wait to be put right; whether there are more than were looked at."""
    recent = (
        select(REJECTED.c.reasons)
        .where(REJECTED.c.received_at > now - timedelta(days=1), REJECTED.c.replayed_at.is_(None))
        .order_by(REJECTED.c.received_at.desc())
        .limit(REJECTS_LOOKED_AT)
    )
    reasons = [row.reasons for row in connection.execute(recent)]
    return Counter(next(iter(reason), "?") for reason in reasons), len(reasons) == REJECTS_LOOKED_AT
