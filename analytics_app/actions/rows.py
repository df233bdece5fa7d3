"""From an action's loaded fields to rows of the tables: tuples, in the order of the table's columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from analytics_app.actions.fast_load import Loaded
from analytics_app.config.limits import Limits
from analytics_app.wire.types import Key

Row = tuple[Any, ...]
PositionMaker = Callable[[Key, Loaded], Iterable[Row]]
"""From an action's key and loaded fields to its rows of `positions_screen`: the key, sample, t, and page, client,
screen, scroll x and y."""

COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")
coordinates_of = attrgetter(*COORDINATES)
NO_COORDINATES = (None,) * len(COORDINATES)


def is_px(value: Any) -> bool:
    """Whether a value that no schema has checked is a number of CSS px."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= Limits.COORDINATE


def one_position(key: Key, action: Loaded) -> list[Row]:
    """One position if the action has coordinates. The scroll offset is document minus viewport position, in CSS px."""
    coordinates = coordinates_of(action)
    if coordinates == NO_COORDINATES:
        return []
    page_x, page_y, client_x, client_y, _, _ = coordinates
    scroll_x = page_x - client_x if page_x is not None and client_x is not None else px_or_none(action.scroll_x)
    scroll_y = page_y - client_y if page_y is not None and client_y is not None else px_or_none(action.scroll_y)
    return [(*key, 0, action.t, *coordinates, scroll_x, scroll_y)]


def px_or_none(value: Any) -> float | None:
    return value if is_px(value) else None
