"""What only signed-in users see of the recording: the latest actions and how many there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from analytics_app.database.tables import Participant, RawAction

RAW: Any = RawAction.__table__
PEOPLE: Any = Participant.__table__

ACTIVE = timedelta(minutes=5)
LAST = 50


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
