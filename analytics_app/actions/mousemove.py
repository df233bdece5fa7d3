"""A piece of a mouse path: up to 200 samples in columns, each becomes one row of `positions_screen`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, repeat
from operator import add

import marshmallow
from marshmallow import validate

from analytics_app.actions.fast_load import Loaded
from analytics_app.actions.fields import EXACT_LENGTH, LONGEST, ListOf, Number, Word, px
from analytics_app.actions.rows import Row, one_position
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import Json, Key

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
        columns = [data.get(name) for name in ("dt", "x", "y")]
        if columns != [None] * 3 and any(len(column or ()) != data.get("n") for column in columns):
            raise marshmallow.ValidationError({"n": [UNEQUAL]})


def positions(key: Key, action: Loaded) -> Iterable[Row]:
    """The points of the path, with viewport, document and monitor coordinates reconstructed."""
    if action.x is None:
        return one_position(key, action)
    scroll_x, scroll_y = action.sx, action.sy
    offset_x, offset_y = action.off or (None, None)
    x, y = list(accumulate(action.x)), list(accumulate(action.y))
    columns = (shifted(x, scroll_x), shifted(y, scroll_y), x, y, shifted(x, offset_x), shifted(y, offset_y))
    times = shifted(accumulate(action.dt), action.t)
    return zip(*map(repeat, key), range(len(x)), times, *columns, repeat(scroll_x), repeat(scroll_y), strict=False)


def shifted(numbers: Iterable[float], by: float | None) -> Iterable[float | None]:
    return repeat(None) if by is None else map(add, numbers, repeat(by)) if by else numbers


MOUSEMOVE = ActionType("mousemove", Schema, positions=positions)
