"""Times: epoch milliseconds on the wire, datetimes with time zone in the tables."""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(timestamp: float | None) -> datetime | None:
    """Epoch ms as a datetime in UTC."""
    return None if timestamp is None else datetime.fromtimestamp(timestamp / 1000, UTC)
