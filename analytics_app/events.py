"""The judge of single events (`POST /event/`): what is vital first, then `data`, by category and name.

Unlike an action of the logger, an event says all it knows in five fields, and a key in `data` that its class does
not know is an error: that is the contract of that service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import marshmallow
from marshmallow import fields, validate

from analytics_app.actions import base, click, pageview, submit
from analytics_app.config import Limits
from analytics_app.protocol import Action, Json

skew_ms = 300_000
"""How far in the future of its receipt a timestamp may lie; set from CLOCK_SKEW_S when Celery is set up."""


def allow_skew(seconds: int) -> None:
    global skew_ms
    skew_ms = seconds * 1000


def text(longest: int, **options: Any) -> fields.String:
    return fields.String(required=True, validate=validate.Length(1, longest), **options)


class Moment(fields.Field[float]):
    """`2022-04-01 09:15:27.243860`, with or without offset, UTC where none is given; loaded as epoch ms."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> float:
        try:
            moment = datetime.fromisoformat(value)
            if ":" not in value:
                raise ValueError("a date alone does not say when")
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            raise marshmallow.ValidationError("Not a time such as 2022-04-01 09:15:27.243860.") from None
        return (moment - base.EPOCH).total_seconds() * 1000


class EventSchema(base.Schema):
    """The vital fields. Who and which condition may stand beside them, under the names that actions use."""

    name = text(Limits.NAME)  # type: ignore[assignment]
    category = text(Limits.NAME)
    session_id = fields.UUID(required=True)  # type: ignore[assignment]
    timestamp = Moment(required=True)  # type: ignore[assignment]
    data = fields.Dict(required=True)


class Place(marshmallow.Schema):
    """What each class of `data` has."""

    class Meta:
        unknown = marshmallow.RAISE

    host = text(Limits.LABEL)
    path = text(Limits.URL)


class Click(Place):
    element_id = text(Limits.LABEL, data_key="element")


class Submit(Place):
    form = fields.Dict(required=True)


@dataclass(frozen=True)
class EventClass:
    """Which events it judges, by what schema, and the action type whose table takes the row."""

    category: str
    names: str
    judges: Callable[[str], bool]
    schema: marshmallow.Schema
    type: ModuleType


CLASSES = (
    EventClass("page interaction", "pageview", "pageview".__eq__, Place(), pageview),
    EventClass("page interaction", "any name with click in it", lambda name: "click" in name, Click(), click),
    EventClass("form interaction", "submit", "submit".__eq__, Submit(), submit),
)
EVENT = EventSchema()
KNOWN = "; ".join(f"{known.category}: {known.names}" for known in CLASSES)


def load(action: Action) -> tuple[ModuleType, Json]:
    """The type that keeps this event, and its values under the names of columns.

    Raises:
        marshmallow.ValidationError: what is wrong, by field.
    """
    event = EVENT.load(action.data)
    if event["timestamp"] > action.received_at + skew_ms:
        raise marshmallow.ValidationError({"timestamp": ["Lies in the future of its receipt."]})
    found = class_of(event["category"], event["name"])
    if found is None:
        field = "name" if any(known.category == event["category"] for known in CLASSES) else "category"
        raise marshmallow.ValidationError({field: [f"No class of events has this category and name ({KNOWN})."]})
    try:
        data = found.schema.load(event["data"])
    except marshmallow.ValidationError as error:
        raise marshmallow.ValidationError({"data": error.messages}) from None
    values = base.values_of(event, action.page_id, action.seq)
    return found.type, {**values, "session_id": str(event["session_id"]), **data}


def class_of(category: str, name: str) -> EventClass | None:
    return next((known for known in CLASSES if known.category == category and known.judges(name)), None)
