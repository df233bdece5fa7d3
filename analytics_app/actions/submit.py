"""A form submit: the names of its fields. Values only if the study logs them itself, or in single events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions.fields import Flag, ListOf, Object, Word
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.database.tables import ActionTable


class Schema(ActionSchema):
    host = Word(Limits.LABEL)
    form_id = Word(Limits.LABEL)
    fields = ListOf(Word(Limits.LABEL), allow_none=True)  # type: ignore[assignment]
    valid = Flag(allow_none=True)
    form = Object(allow_none=True)


class Table(ActionTable):
    __tablename__ = "submits"

    element_id: Mapped[str | None] = mapped_column(Text)
    form_id: Mapped[str | None] = mapped_column(Text)
    fields: Mapped[list[Any] | None] = mapped_column(JSONB)
    form: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    valid: Mapped[bool | None] = mapped_column(Boolean)


SUBMIT = ActionType("submit", Schema, Table)
