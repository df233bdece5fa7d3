"""How values read on a page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from analytics_app.monitoring.formatting import duration

PLAIN_LIST = re.compile(r"\[\n\s+([^\[\]{}\"]*?)\n\s*\]")


def moment(value: datetime | None) -> str:
    """To the millisecond, UTC."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def minute(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def clock(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(UTC).strftime("%H:%M:%S")


def other_day(value: datetime | None) -> str:
    """The date, UTC, where it is not today's: a time alone would be taken for one of today."""
    day = minute(value)[:10]
    return "" if day == minute(datetime.now(UTC))[:10] else day


def ago(value: datetime | None) -> str:
    if value is None:
        return "never"
    seconds = (datetime.now(UTC) - value).total_seconds()
    return "just now" if seconds < 1 else f"{duration(seconds)} ago"


def pretty(value: Any) -> str:
    """JSON, one line a key; a list of plain values on one line, for a mouse path has hundreds.

    A lone surrogate, which no page can hold, stays the escape that it came as.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return PLAIN_LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", text)


def about(data: dict[str, Any]) -> str:
    """What an action was about, in a few words."""
    inner = data.get("data")
    event = inner if isinstance(inner, dict) else {}
    names = ("element_id", "element", "selector", "form_id", "path", "message")
    known = next((str(value) for name in names if (value := data.get(name) or event.get(name))), "")
    if not known and isinstance(data.get("x"), list):
        return f"{len(data['x'])} position{'s' if len(data['x']) != 1 else ''}"
    return known or str(data.get("title") or data.get("url") or "")


def number(value: float) -> str:
    """With thin spaces between thousands; no digits that say nothing."""
    return f"{value:,.1f}".removesuffix(".0").replace(",", "\u202f")


FILTERS = {
    "about": about,
    "moment": moment,
    "minute": minute,
    "clock": clock,
    "other_day": other_day,
    "ago": ago,
    "duration": duration,
    "pretty": pretty,
    "number": number,
}
