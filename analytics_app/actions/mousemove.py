"""A piece of a mouse path: up to 200 samples in columns, one row of positions_screen each."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import marshmallow
from marshmallow import fields, validate, validates_schema
from sqlalchemy import Text

from analytics_app.actions import base
from analytics_app.config import Limits
from analytics_app.models import PositionScreen

TEXTS = [column.name for column in PositionScreen.__table__.columns if isinstance(column.type, Text)]


def column(least: float = -Limits.COORDINATE) -> fields.List[Any]:
    number = base.Number(least, Limits.COORDINATE)
    number.allow_none = False
    return fields.List(number, validate=validate.Length(max=Limits.SAMPLES))


class Schema(base.Schema):
    """`x` and `y` are client px, the first absolute, then deltas; `dt` is ms since the sample before.

    The action's own `timestamp` and `t` are those of the first sample, its six coordinates those of the last.
    The original logger knew no paths: without columns a mousemove is one position.
    """

    n = base.Number(1, Limits.SAMPLES, whole=True)
    dt = column(0)
    x, y = column(), column()
    sx, sy = base.px(), base.px()
    off = fields.List(base.px(), allow_none=True, validate=validate.Length(equal=2))
    pointer = base.Word(Limits.LABEL)

    @validates_schema
    def columns_agree(self, data: base.Json, **_: Any) -> None:
        given = [name for name in ("dt", "x", "y") if name in data]
        if given and any(len(data.get(name, ())) != data.get("n") for name in ("dt", "x", "y")):
            raise marshmallow.ValidationError({"n": ["dt, x and y must hold n samples each."]})


def positions(values: base.Json) -> list[base.Json]:
    if "x" not in values:
        return base.positions(values)
    return [base.row(PositionScreen, {**values, **sample}) for sample in samples(values)]


def texts(values: base.Json) -> int:
    """Characters that come to the database with its positions: path, task and the like stand beside each."""
    return len(values.get("x", ())) * sum(len(values.get(name) or "") for name in TEXTS)


def samples(values: base.Json) -> list[base.Json]:
    """The path's points, with viewport, document and monitor coordinates rebuilt."""
    scroll_x, scroll_y = values.get("sx"), values.get("sy")
    off_x, off_y = values.get("off") or (None, None)
    columns = [accumulate(values[name]) for name in ("dt", "x", "y")]
    return [
        {
            "sample": number,
            "occurred_at": None if values.get("timestamp") is None else base.instant(values["timestamp"] + later),
            "t": None if values.get("t") is None else values["t"] + later,
            "client_x": x,
            "client_y": y,
            "page_x": shifted(x, scroll_x),
            "page_y": shifted(y, scroll_y),
            "screen_x": shifted(x, off_x),
            "screen_y": shifted(y, off_y),
            "scroll_x": scroll_x,
            "scroll_y": scroll_y,
        }
        for number, (later, x, y) in enumerate(zip(*columns, strict=True))
    ]


def shifted(position: float, by: float | None) -> float | None:
    return None if by is None else position + by
