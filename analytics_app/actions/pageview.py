"""A page view: a page load, a route change of a single-page app, or a return from the back-forward cache."""

from __future__ import annotations

from sqlalchemy import REAL, Text
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions.fields import Number, Word, px
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.database.tables import ActionTable, pixels


class Schema(ActionSchema):
    nav = Word(Limits.LABEL)
    referrer = Word(Limits.URL)
    host = Word(Limits.LABEL)
    path = Word(Limits.URL)
    page_w, page_h = px(), px()
    dpr = Number(0, 1_000)


class Table(ActionTable):
    __tablename__ = "page_views"

    url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    referrer: Mapped[str | None] = mapped_column(Text)
    nav: Mapped[str | None] = mapped_column(Text)
    viewport_w: Mapped[float | None] = pixels()
    viewport_h: Mapped[float | None] = pixels()
    page_w: Mapped[float | None] = pixels()
    page_h: Mapped[float | None] = pixels()
    dpr: Mapped[float | None] = mapped_column(REAL)


PAGEVIEW = ActionType("pageview", Schema, Table)
