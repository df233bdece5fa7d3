"""A click, with the element that was clicked and the point inside it."""

from __future__ import annotations

from sqlalchemy import REAL, Boolean, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions.fields import Flag, IfValid, Number, Word, px
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.database.tables import ActionTable, pixels


class Schema(ActionSchema):
    host = Word(Limits.LABEL)
    tag = Word(Limits.LABEL)
    selector = Word(Limits.LABEL)
    text = Word(Limits.LABEL)
    pointer = Word(Limits.LABEL)
    button = Number(-1, 32, whole=True)
    mods = Word(Limits.LABEL)
    el_x, el_y, el_w, el_h = px(), px(), px(), px()
    rel_x, rel_y = px(), px()
    trusted = Flag(allow_none=True)
    activation, fixed = IfValid(Flag()), IfValid(Flag())


class Table(ActionTable):
    __tablename__ = "clicks"

    page_x: Mapped[float | None] = pixels()
    page_y: Mapped[float | None] = pixels()
    client_x: Mapped[float | None] = pixels()
    client_y: Mapped[float | None] = pixels()
    screen_x: Mapped[float | None] = pixels()
    screen_y: Mapped[float | None] = pixels()
    element_id: Mapped[str | None] = mapped_column(Text)
    tag: Mapped[str | None] = mapped_column(Text)
    selector: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    pointer: Mapped[str | None] = mapped_column(Text)
    button: Mapped[int | None] = mapped_column(SmallInteger)
    mods: Mapped[str | None] = mapped_column(Text)
    el_x: Mapped[float | None] = pixels()
    el_y: Mapped[float | None] = pixels()
    el_w: Mapped[float | None] = pixels()
    el_h: Mapped[float | None] = pixels()
    rel_x: Mapped[float | None] = mapped_column(REAL)
    rel_y: Mapped[float | None] = mapped_column(REAL)
    trusted: Mapped[bool | None] = mapped_column(Boolean)
    activation: Mapped[bool | None] = mapped_column(Boolean)
    fixed: Mapped[bool | None] = mapped_column(Boolean)


CLICK = ActionType("click", Schema, Table)
