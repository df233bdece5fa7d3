"""Jinja filters: values as text. Times are in UTC; None becomes an empty string."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from analytics_app.monitoring.formatting import duration

PLAIN_LIST = re.compile(r"\[\n\s+([^\[\]{}\"]*?)\n\s*\]")


def timestamp(value: datetime | None) -> str:
    """Date and time to the millisecond."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def minute(value: datetime | None) -> str:
    """Date and time to the minute."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def time_of_day(value: datetime | None) -> str:
    """Hours, minutes and seconds."""
    return "" if value is None else value.astimezone(UTC).strftime("%H:%M:%S")


def other_day(value: datetime | None) -> str:
    """The date, unless it is today: a time alone would be read as one of today."""
    day = minute(value)[:10]
    return "" if day == minute(datetime.now(UTC))[:10] else day


def ago(value: datetime | None) -> str:
    """How long ago, such as `2 minutes ago`."""
    if value is None:
        return "never"
    seconds = (datetime.now(UTC) - value).total_seconds()
    return "just now" if seconds < 1 else f"{duration(seconds)} ago"


def pretty(value: Any) -> str:
    """Indented JSON. A list of plain values is on one line, because a mouse path has hundreds of them.

    A lone surrogate, which UTF-8 cannot encode, is written as its JSON escape.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return PLAIN_LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", text)


def about(data: dict[str, Any]) -> str:
    """A short description of an action: its element, selector, form, path, message, title or URL."""
    inner = data.get("data")  # the fields of a single event
    event = inner if isinstance(inner, dict) else {}
    names = ("element_id", "element", "selector", "form_id", "path", "message")
    known = next((str(value) for name in names if (value := data.get(name) or event.get(name))), "")
    if not known and isinstance(data.get("x"), list):
        return f"{len(data['x'])} position{'s' if len(data['x']) != 1 else ''}"
    return known or str(data.get("title") or data.get("url") or "")


def number(value: float) -> str:
    """At most one decimal, narrow no-break spaces between thousands, and a minus sign instead of a hyphen."""
    return f"{value:,.1f}".removesuffix(".0").replace(",", "\u202f").replace("-", "\u2212")


FILTERS = {
    "about": about,
    "timestamp": timestamp,
    "minute": minute,
    "time_of_day": time_of_day,
    "other_day": other_day,
    "ago": ago,
    "duration": duration,
    "pretty": pretty,
    "number": number,
}
