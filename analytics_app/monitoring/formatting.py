"""Durations, sizes and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

UNITS = ((100, 1, "second"), (5_400, 60, "minute"), (172_800, 3_600, "hour"), (float("inf"), 86_400, "day"))
"""(seconds below which the unit is used, seconds of the unit, its name)"""


def duration(seconds: float) -> str:
    """In milliseconds below a second, else rounded to one unit: `90 seconds`, `2 minutes`."""
    if seconds < 1:
        return f"{1000 * max(seconds, 0.001):.0f} ms"
    unit, name = next((unit, name) for limit, unit, name in UNITS if seconds < limit)
    number = round(seconds / unit)
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def size(count: int) -> str:
    """Bytes in kB or MB (powers of ten)."""
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1_000:.1f} kB"


def utc(moment: float) -> str:
    """Epoch seconds as date and time, UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
