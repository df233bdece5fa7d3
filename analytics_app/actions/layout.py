"""The layout of a page view: the boxes of its visible elements, in columns. `"LayoutBoxes"` has one row per box."""

from __future__ import annotations

from typing import Any

import marshmallow
from marshmallow import validate
from sqlalchemy import SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions.fields import LONGEST, ListOf, Number, Object, Word, px
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.database.tables import ActionTable, pixels
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import Json

UNEQUAL = Reason(Code.WRONG_LENGTH, "kind, x, y, w and h must hold n boxes each.")
COLUMNS = ("kind", "x", "y", "w", "h")


def column(item: marshmallow.fields.Field[Any]) -> ListOf:
    """One value a box."""
    item.allow_none = False
    return ListOf(item, allow_none=True, validate=validate.Length(max=Limits.BOXES, error=LONGEST))


class Schema(ActionSchema):
    """`x`, `y`, `w` and `h` are CSS px of the document; `fixed` has indices; `ids` and `texts` have them as keys."""

    n = Number(0, Limits.BOXES, whole=True)
    page_w, page_h = px(), px()
    kind = column(Word(Limits.NAME))
    x, y, w, h = column(px()), column(px()), column(px()), column(px())
    fixed = column(Number(0, Limits.BOXES - 1, whole=True))
    ids, texts = Object(allow_none=True), Object(allow_none=True)

    def check(self, data: Json) -> None:
        """The columns have equal lengths."""
        columns = [data.get(name) for name in COLUMNS]
        if columns != [None] * len(COLUMNS) and any(len(column or ()) != data.get("n") for column in columns):
            raise marshmallow.ValidationError({"n": [UNEQUAL]})


class Table(ActionTable):
    __tablename__ = "layouts"

    n: Mapped[int | None] = mapped_column(SmallInteger)
    page_w: Mapped[float | None] = pixels()
    page_h: Mapped[float | None] = pixels()
    kind: Mapped[list[str] | None] = mapped_column(JSONB)
    x: Mapped[list[float] | None] = mapped_column(JSONB)
    y: Mapped[list[float] | None] = mapped_column(JSONB)
    w: Mapped[list[float] | None] = mapped_column(JSONB)
    h: Mapped[list[float] | None] = mapped_column(JSONB)
    fixed: Mapped[list[int] | None] = mapped_column(JSONB)
    ids: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    texts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


LAYOUT = ActionType("layout", Schema, Table)
