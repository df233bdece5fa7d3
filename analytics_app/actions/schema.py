"""The schema that every action shares."""

from __future__ import annotations

from typing import Any

import marshmallow
from marshmallow import validates_schema

from analytics_app.actions.fields import Anything, IfValid, Number, Word, count, px
from analytics_app.config.limits import Limits
from analytics_app.wire.types import Json


class ActionSchema(marshmallow.Schema):
    """What any action may contain. A missing field is NULL; an unknown one is kept in `raw_actions.data`.

    Pages use `host`, `path`, `scroll_x` and `trial` for things of their own: what is not a text or a number there is
    ignored.
    """

    class Meta:
        unknown = marshmallow.INCLUDE

    name = Word(Limits.NAME)
    timestamp = Number(0, Limits.TIMESTAMP_MS)
    t = Number(0, Limits.TIMESTAMP_MS)
    study = Word(Limits.STUDY)
    user = Word(Limits.USER)
    session_id = Word(Limits.SESSION)
    condition_1 = Word(Limits.CONDITION)
    condition_2 = Word(Limits.CONDITION)
    task = Word(Limits.LABEL)
    trial = IfValid(count())
    element_id = Word(Limits.LABEL)
    url = Word(Limits.URL)
    title = Word(Limits.TITLE)
    host: marshmallow.fields.Field[Any] = Anything()
    path: marshmallow.fields.Field[Any] = Anything()
    page_x, page_y = px(), px()
    client_x, client_y = px(), px()
    screen_x, screen_y = px(), px()
    scroll_x, scroll_y = Anything(), Anything()
    viewport_w, viewport_h = px(), px()

    @validates_schema
    def run_check(self, data: Json, **_: Any) -> None:
        self.check(data)

    def check(self, data: Json) -> None:
        """Override it for conditions on several fields. A field that is missing may be None, or absent.

        It is called if each field is valid. Raises marshmallow.ValidationError.
        """
