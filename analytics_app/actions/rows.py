"""From an action's loaded fields to rows of the tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from analytics_app.config.limits import Limits
from analytics_app.database.tables import ActionTable, PositionScreen
from analytics_app.wire.times import instant
from analytics_app.wire.types import Json, Key

Row = Json
"""A row by the names of its columns."""
RowMaker = Callable[[Json], list[Row]]

COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")


def values_of(loaded: Json, key: Key) -> Json:
    """The loaded fields under the names of the columns, with key, time, owner and place."""
    url = loaded.get("url")
    page_id, seq = key
    return {
        **loaded,
        "page_id": page_id,
        "seq": seq,
        "occurred_at": instant(loaded.get("timestamp")),
        "study": loaded.get("study") or "",
        "user_id": loaded.get("user"),
        "host": loaded.get("host") or host_of(url),
        "path": path_of(url) if url is not None else loaded.get("path"),
    }


def host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").netloc or None
    except ValueError:
        return None


def path_of(url: str) -> str | None:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return None  # such as an unclosed IPv6 bracket; the url itself is kept


def is_px(value: Any) -> bool:
    """Whether a value that no schema has checked is a number of CSS px."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= Limits.COORDINATE


def row(table: type[ActionTable], values: Json) -> Row:
    """The values that the table has columns for."""
    return {name: values.get(name) for name in column_names(table)}


@cache
def column_names(table: type[ActionTable]) -> tuple[str, ...]:
    return tuple(table.__table__.columns.keys())


def one_position(values: Json) -> list[Row]:
    """One position if the action has coordinates. The scroll offset is document minus viewport position, in CSS px."""
    if all(values.get(name) is None for name in COORDINATES):
        return []
    position = {**values, "sample": 0}
    for axis in "xy":
        page, client = values.get(f"page_{axis}"), values.get(f"client_{axis}")
        if page is not None and client is not None:
            position[f"scroll_{axis}"] = page - client
        elif not is_px(values.get(f"scroll_{axis}")):
            position[f"scroll_{axis}"] = None
    return [row(PositionScreen, position)]
