"""A page shown: a load, a step of a single-page app, a return from the browser's cache."""

from __future__ import annotations

from sqlalchemy import Double, Text
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions import base
from analytics_app.config import Limits
from analytics_app.models import ActionTable, pixels


class Schema(base.Schema):
    nav = base.Word(Limits.LABEL)
    referrer = base.Word(Limits.URL)
    host = base.Word(Limits.LABEL)
    path = base.Word(Limits.URL)
    page_w, page_h = base.px(), base.px()
    dpr = base.Number(0, 1_000)


class Table(ActionTable):
    __tablename__ = "page_views"

    host: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    referrer: Mapped[str | None] = mapped_column(Text)
    nav: Mapped[str | None] = mapped_column(Text)
    viewport_w: Mapped[float | None] = pixels()
    viewport_h: Mapped[float | None] = pixels()
    page_w: Mapped[float | None] = pixels()
    page_h: Mapped[float | None] = pixels()
    dpr: Mapped[float | None] = mapped_column(Double)


def rows(values: base.Json) -> list[base.Json]:
    return [base.row(Table, values)]
