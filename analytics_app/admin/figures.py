"""Geometry for the SVG drawings: an action in its viewport, and the bar chart of an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from analytics_app.actions.rows import is_px

BAR_WIDTH, BAR_GAP, CHART_HEIGHT = 6, 2, 64  # user units of the SVG


@dataclass
class Figure:
    """An action in its viewport. All lengths are CSS px of the viewport, the coordinate system of the drawing."""

    width: float
    height: float
    known: bool
    """Whether the viewport's size was sent. If not, width and height are chosen so that everything fits in."""
    dot: tuple[float, float] | None
    """The position, or the last one of a path."""
    path: list[tuple[float, float]] = field(default_factory=list)
    """The positions of a mouse path; empty for a single position."""
    element: tuple[float, float, float, float] | None = None
    """Of the element: x, y, width, height."""
    label: str = ""

    @property
    def points(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.path)

    @property
    def unit(self) -> float:
        """The length that is one px on the screen if the drawing is shown 560 px wide."""
        return max(self.width, self.height * 1.2) / 560


def figure(data: Mapping[str, Any], samples: Sequence[Any]) -> Figure | None:
    """The drawing of an action from its data and its rows of `positions_screen`; None if it has no position."""
    path = [(row.client_x, row.client_y) for row in samples if row.client_x is not None and row.client_y is not None]
    element = rectangle(data)
    if not path and not element:
        return None
    width, height = length(data.get("viewport_w")), length(data.get("viewport_h"))
    known = width is not None and height is not None
    corners = [*path, *([(element[0] + element[2], element[1] + element[3])] if element else [])]
    if width is None or height is None:
        width, height = (
            max(minimum, *(1.1 * corner[axis] for corner in corners)) for axis, minimum in ((0, 320), (1, 240))
        )
    label = next((str(data[name]) for name in ("element_id", "selector", "tag") if data.get(name)), "")
    return Figure(width, height, known, path[-1] if path else None, path if len(path) > 1 else [], element, label[:60])


def rectangle(data: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    sides = [data.get(name) for name in ("el_x", "el_y", "el_w", "el_h")]
    if not all(map(is_px, sides)):
        return None
    x, y, width, height = (float(side) for side in sides if side is not None)
    return x, y, max(width, 0), max(height, 0)


def length(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


@dataclass
class Bar:
    """One minute. y and height are in user units of the SVG."""

    x: int
    y: float
    height: float
    count: int
    at: datetime
    """The start of the minute."""


@dataclass
class Chart:
    bars: list[Bar]
    most: int
    """The highest count; 0 if there are no actions."""

    @property
    def width(self) -> int:
        return len(self.bars) * (BAR_WIDTH + BAR_GAP)

    height = CHART_HEIGHT
    bar_width = BAR_WIDTH


def chart(counts: Mapping[datetime, int], now: datetime) -> Chart:
    """The sixty minutes up to and including the current one, from the counts by start of minute."""
    current = now.replace(second=0, microsecond=0)
    minutes = [current - timedelta(minutes=ago) for ago in range(59, -1, -1)]
    most = max([1, *(counts.get(minute, 0) for minute in minutes)])
    bars = []
    for index, minute in enumerate(minutes):
        count = counts.get(minute, 0)
        height = max(2.0, CHART_HEIGHT * count / most) if count else 0.0
        bars.append(Bar(index * (BAR_WIDTH + BAR_GAP), CHART_HEIGHT - height, height, count, minute))
    return Chart(bars, most if any(counts.values()) else 0)
