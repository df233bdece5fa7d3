"""A form sent: the names of its fields; values only where a study or an event says them itself."""

from __future__ import annotations

from typing import Any

import marshmallow
from sqlalchemy import Boolean, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions import base
from analytics_app.config import Limits
from analytics_app.models import ActionTable


class Schema(base.Schema):
    host = base.Word(Limits.LABEL)
    form_id = base.Word(Limits.LABEL)
    fields = marshmallow.fields.List(base.Word(Limits.LABEL), allow_none=True)  # type: ignore[assignment]
    valid = base.Flag(allow_none=True)
    form = marshmallow.fields.Dict(allow_none=True)


class Table(ActionTable):
    __tablename__ = "submits"

    host: Mapped[str | None] = mapped_column(Text)
    element_id: Mapped[str | None] = mapped_column(Text)
    form_id: Mapped[str | None] = mapped_column(Text)
    fields: Mapped[list[Any] | None] = mapped_column(JSONB)
    form: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    valid: Mapped[bool | None] = mapped_column(Boolean)


def rows(values: base.Json) -> list[base.Json]:
    return [base.row(Table, values)]
