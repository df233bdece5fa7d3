"""From an action's loaded fields to rows of the tables: tuples, in the order of the table's columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from analytics_app.actions.fast_load import Loaded
from analytics_app.config.limits import Limits

Row = tuple[Any, ...]
Position = tuple[Any, ...]
"""What a row of `positions_screen` has after its key: sample, t, and page, client, screen, scroll x and y."""
PositionMaker = Callable[[Loaded], Iterable[Position]]

COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")
coordinates_of = attrgetter(*COORDINATES)


def is_px(value: Any) -> bool:
    """Whether a value that no schema has checked is a number of CSS px."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= Limits.COORDINATE


def one_position(action: Loaded) -> list[Position]:
    """One position if the action has coordinates. The scroll offset is document minus viewport position, in CSS px."""
    page_x, page_y, client_x, client_y, screen_x, screen_y = coordinates = coordinates_of(action)
    if coordinates == (None,) * 6:
        return []
    scroll_x = page_x - client_x if page_x is not None and client_x is not None else px_or_none(action.scroll_x)
    scroll_y = page_y - client_y if page_y is not None and client_y is not None else px_or_none(action.scroll_y)
    return [(0, action.t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y)]


def px_or_none(value: Any) -> float | None:
    return value if is_px(value) else None
