"""A piece of a mouse path: up to 200 samples in columns, each becomes one row of `positions_screen`."""

from __future__ import annotations

from itertools import accumulate

import marshmallow
from marshmallow import validate
from sqlalchemy import Text

from analytics_app.actions.fields import EXACT_LENGTH, LONGEST, ListOf, Number, Word, px
from analytics_app.actions.rows import Row, one_position, row
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.database.tables import PositionScreen
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.times import instant
from analytics_app.wire.types import Json

TEXT_COLUMNS = [column.name for column in PositionScreen.__table__.columns if isinstance(column.type, Text)]
UNEQUAL = Reason(Code.WRONG_LENGTH, "dt, x and y must hold n samples each.")


def samples_of(least: float = -Limits.COORDINATE) -> ListOf:
    """A column of samples."""
    number = Number(least, Limits.COORDINATE)
    number.allow_none = False
    return ListOf(number, validate=validate.Length(max=Limits.SAMPLES, error=LONGEST))


class Schema(ActionSchema):
    """`x` and `y` are client px, the first absolute, the others deltas; `dt` is the ms since the previous sample.

    The action's own `timestamp` and `t` are those of the first sample, its six coordinates those of the last one.
    The original logger has no paths: a mousemove without columns is one position.
    """

    n = Number(1, Limits.SAMPLES, whole=True)
    dt = samples_of(0)
    x, y = samples_of(), samples_of()
    sx, sy = px(), px()
    off = ListOf(px(), allow_none=True, validate=validate.Length(equal=2, error=EXACT_LENGTH))
    pointer = Word(Limits.LABEL)

    def check(self, data: Json) -> None:
        """The columns have equal lengths."""
        given = [name for name in ("dt", "x", "y") if name in data]
        if given and any(len(data.get(name, ())) != data.get("n") for name in ("dt", "x", "y")):
            raise marshmallow.ValidationError({"n": [UNEQUAL]})


def positions(values: Json) -> list[Row]:
    if "x" not in values:
        return one_position(values)
    shared = row(PositionScreen, values)
    return [{**shared, **sample} for sample in samples(values)]


def repeated_texts(values: Json) -> int:
    """Characters of path, task and the like, which each position repeats."""
    return len(values.get("x", ())) * sum(len(values.get(name) or "") for name in TEXT_COLUMNS)


def samples(values: Json) -> list[Json]:
    """The points of the path, with viewport, document and monitor coordinates reconstructed."""
    scroll_x, scroll_y = values.get("sx"), values.get("sy")
    offset_x, offset_y = values.get("off") or (None, None)
    columns = [accumulate(values[name]) for name in ("dt", "x", "y")]
    return [
        {
            "sample": number,
            "occurred_at": None if values.get("timestamp") is None else instant(values["timestamp"] + later),
            "t": None if values.get("t") is None else values["t"] + later,
            "client_x": x,
            "client_y": y,
            "page_x": shifted(x, scroll_x),
            "page_y": shifted(y, scroll_y),
            "screen_x": shifted(x, offset_x),
            "screen_y": shifted(y, offset_y),
            "scroll_x": scroll_x,
            "scroll_y": scroll_y,
        }
        for number, (later, x, y) in enumerate(zip(*columns, strict=True))
    ]


def shifted(position: float, by: float | None) -> float | None:
    return None if by is None else position + by


MOUSEMOVE = ActionType("mousemove", Schema, positions=positions, repeated_texts=repeated_texts)
