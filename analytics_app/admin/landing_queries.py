"""The queries of the landing page for what /status, which is public, does not show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from analytics_app.database.tables import Participant, RawAction
from analytics_app.database.views import ACTIONS

RAW: Any = RawAction.__table__
PEOPLE: Any = Participant.__table__

ACTIVE = timedelta(minutes=5)  # a participant is active for so long after the last action
LAST_ACTIONS = 50


def last_actions(connection: Connection) -> list[Row[Any]]:
    """The last LAST_ACTIONS actions, newest first."""
    newest = (ACTIONS.c.received_at.desc(), ACTIONS.c.page_id.desc(), ACTIONS.c.seq.desc())
    return list(connection.execute(select(ACTIONS).order_by(*newest).limit(LAST_ACTIONS)))


def active_now(connection: Connection, now: datetime) -> int:
    """How many participants are active."""
    query = select(func.count()).select_from(PEOPLE).where(PEOPLE.c.last_seen > now - ACTIVE)
    return connection.scalar(query) or 0


def by_minute(connection: Connection, now: datetime) -> dict[datetime, int]:
    """Stored actions per minute of receipt (UTC), of the last hour; minutes without actions are left out."""
    minute = func.date_trunc("minute", RAW.c.received_at, "UTC").label("minute")
    query = select(minute, func.count()).where(RAW.c.received_at > now - timedelta(hours=1)).group_by(minute)
    return {row[0]: row[1] for row in connection.execute(query)}
