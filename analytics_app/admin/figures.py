"""Where it happened, as numbers for a small SVG: an action on its viewport, and the actions of an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from analytics_app.actions.rows import is_px

PHONE_PX = 600  # narrower viewports are drawn as phones
BAR, GAP, HIGH = 8, 2, 64


@dataclass
class Figure:
    """All in CSS px of the viewport, which is also the drawing's coordinate system."""

    width: float
    height: float
    known: bool
    """The viewport was sent; otherwise the frame is as large as what is in it needs."""
    dot: tuple[float, float] | None
    path: list[tuple[float, float]] = field(default_factory=list)
    element: tuple[float, float, float, float] | None = None
    label: str = ""

    @property
    def points(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.path)

    @property
    def unit(self) -> float:
        """What looks like one px when the drawing is shown 560 px wide, whatever the viewport."""
        return max(self.width, self.height * 1.2) / 560


def figure(data: Mapping[str, Any], samples: Sequence[Any]) -> Figure | None:
    """Of an action and its rows of `positions_screen`; None where it has no place."""
    path = [(row.client_x, row.client_y) for row in samples if row.client_x is not None and row.client_y is not None]
    element = rectangle(data)
    if not path and not element:
        return None
    width, height = length(data.get("viewport_w")), length(data.get("viewport_h"))
    known = width is not None and height is not None
    corners = [*path, *([(element[0] + element[2], element[1] + element[3])] if element else [])]
    if width is None or height is None:
        width, height = (
            max(least, *(1.1 * corner[axis] for corner in corners)) for axis, least in ((0, 320), (1, 240))
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
    x: int
    y: float
    height: float
    count: int
    at: datetime


@dataclass
class Chart:
    bars: list[Bar]
    most: int

    @property
    def width(self) -> int:
        return len(self.bars) * BAR

    height = HIGH
    bar_width = BAR - GAP


def chart(counts: Mapping[datetime, int], now: datetime) -> Chart:
    """Sixty minutes, the running one last."""
    running = now.replace(second=0, microsecond=0)
    minutes = [running - timedelta(minutes=back) for back in range(59, -1, -1)]
    most = max([1, *(counts.get(minute, 0) for minute in minutes)])
    bars = []
    for place, minute in enumerate(minutes):
        count = counts.get(minute, 0)
        high = max(2.0, HIGH * count / most) if count else 0.0
        bars.append(Bar(place * BAR, HIGH - high, high, count, minute))
    return Chart(bars, most if any(counts.values()) else 0)
