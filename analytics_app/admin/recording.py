"""What only those who signed in may see of the recording: whose actions come, and what was rejected.

Whether it records at all is status.py's verdict, the same for everybody.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from analytics_app.actions.base import by_field
from analytics_app.models import Participant, RawAction, RejectedAction

RAW: Any = RawAction.__table__
REJECTED: Any = RejectedAction.__table__
PEOPLE: Any = Participant.__table__

ACTIVE = timedelta(minutes=5)
LAST = 50
REJECTS_LOOKED_AT = 10_000


def last_actions(connection: Connection) -> list[Row[Any]]:
    """The newest first."""
    newest = (RAW.c.received_at.desc(), RAW.c.page_id.desc(), RAW.c.seq.desc())
    return list(connection.execute(select(RAW).order_by(*newest).limit(LAST)))


def active_now(connection: Connection, now: datetime) -> int:
    """Participants of whom something came lately."""
    people = select(func.count()).select_from(PEOPLE).where(PEOPLE.c.last_seen > now - ACTIVE)
    return connection.scalar(people) or 0


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
    return Counter(next(iter(by_field(reason)), "?") for reason in reasons), len(reasons) == REJECTS_LOOKED_AT
