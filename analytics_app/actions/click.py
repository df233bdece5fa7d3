"""A click, with the element under it and the place inside that element."""

from __future__ import annotations

from sqlalchemy import Boolean, Double, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions import base
from analytics_app.config import Limits
from analytics_app.models import ActionTable, pixels


class Schema(base.Schema):
    host = base.Word(Limits.LABEL)
    tag = base.Word(Limits.LABEL)
    selector = base.Word(Limits.LABEL)
    text = base.Word(Limits.LABEL)
    pointer = base.Word(Limits.LABEL)
    button = base.Number(-1, 32, whole=True)
    mods = base.Word(Limits.LABEL)
    el_x, el_y, el_w, el_h = base.px(), base.px(), base.px(), base.px()
    rel_x, rel_y = base.px(), base.px()
    trusted = base.Flag(allow_none=True)


class Table(ActionTable):
    __tablename__ = "clicks"

    host: Mapped[str | None] = mapped_column(Text)
    element_id: Mapped[str | None] = mapped_column(Text)
    tag: Mapped[str | None] = mapped_column(Text)
    selector: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    pointer: Mapped[str | None] = mapped_column(Text)
    button: Mapped[int | None] = mapped_column(Integer)
    mods: Mapped[str | None] = mapped_column(Text)
    page_x: Mapped[float | None] = pixels()
    page_y: Mapped[float | None] = pixels()
    client_x: Mapped[float | None] = pixels()
    client_y: Mapped[float | None] = pixels()
    screen_x: Mapped[float | None] = pixels()
    screen_y: Mapped[float | None] = pixels()
    el_x: Mapped[float | None] = pixels()
    el_y: Mapped[float | None] = pixels()
    el_w: Mapped[float | None] = pixels()
    el_h: Mapped[float | None] = pixels()
    rel_x: Mapped[float | None] = mapped_column(Double)
    rel_y: Mapped[float | None] = mapped_column(Double)
    trusted: Mapped[bool | None] = mapped_column(Boolean)


def rows(values: base.Json) -> list[base.Json]:
    return [base.row(Table, values)]
