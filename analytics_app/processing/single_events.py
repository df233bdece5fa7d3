"""Validate single events (`POST /event/`): first the required fields, then `data` by category and name.

The interface is that of the event aggregator, the second project that this one continues. Unlike an action, an event
has five fields, and a key of `data` that its class does not know is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import marshmallow

from analytics_app.actions import CLICK, PAGEVIEW, SUBMIT
from analytics_app.actions.fast_load import Loaded
from analytics_app.actions.fields import UNKNOWN_FIELD, Coded, Object, RequiredText, Uuid
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.times import EPOCH
from analytics_app.wire.types import Action

INVALID_TIME = Reason(Code.NOT_A_TIME, "Not a time such as 2022-04-01 09:15:27.243860.")
IN_THE_FUTURE = Reason(Code.IN_THE_FUTURE, "Later than its receipt.")


class Moment(Coded):
    """`2022-04-01 09:15:27.243860`, UTC unless it has an offset; loaded as epoch ms."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> float:
        try:
            moment = datetime.fromisoformat(value)
            if ":" not in value:
                raise ValueError("a date without a time")
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            raise marshmallow.ValidationError(INVALID_TIME) from None
        return (moment - EPOCH).total_seconds() * 1000


class EventSchema(ActionSchema):
    """The required fields. User, study and conditions may be added, under the names that actions use."""

    name = RequiredText(Limits.NAME)  # type: ignore[assignment]
    category = RequiredText(Limits.NAME)
    session_id = Uuid(required=True)  # type: ignore[assignment]
    timestamp = Moment(required=True)  # type: ignore[assignment]
    data = Object(required=True)


class PlaceData(marshmallow.Schema):
    """The keys of `data` in every class."""

    class Meta:
        unknown = marshmallow.RAISE

    error_messages = {"unknown": UNKNOWN_FIELD}  # noqa: RUF012 (as marshmallow declares it)

    host = RequiredText(Limits.LABEL)
    path = RequiredText(Limits.URL)


class ClickData(PlaceData):
    element_id = RequiredText(Limits.LABEL, data_key="element")


class SubmitData(PlaceData):
    form = Object(required=True)


@dataclass(frozen=True)
class EventClass:
    """Which events it validates, by which schema, and the action type whose table gets the row."""

    category: str
    names: str
    matches: Callable[[str], bool]
    schema: marshmallow.Schema
    type: ActionType


CLASSES = (
    EventClass("page interaction", "pageview", "pageview".__eq__, PlaceData(), PAGEVIEW),
    EventClass("page interaction", "any name with click in it", lambda name: "click" in name, ClickData(), CLICK),
    EventClass("form interaction", "submit", "submit".__eq__, SubmitData(), SUBMIT),
)
EVENT = EventSchema()
KNOWN = "; ".join(f"{known.category}: {known.names}" for known in CLASSES)
UNKNOWN_EVENT = Reason(Code.UNKNOWN_EVENT, f"No class of events has this category and name ({KNOWN}).")


def load(action: Action, clock_skew_s: int) -> tuple[ActionType, Loaded]:
    """The action type of an event, and its loaded fields, with those of `data` under the names that actions use.

    Raises:
        marshmallow.ValidationError: the reasons by field.
    """
    event = EVENT.load(action.data)
    if event["timestamp"] > action.received_at + 1000 * clock_skew_s:
        raise marshmallow.ValidationError({"timestamp": [IN_THE_FUTURE]})
    known = class_of(event["category"], event["name"])
    if known is None:
        field = "name" if any(event["category"] == other.category for other in CLASSES) else "category"
        raise marshmallow.ValidationError({field: [UNKNOWN_EVENT]})
    try:
        data = known.schema.load(event["data"])
    except marshmallow.ValidationError as error:
        raise marshmallow.ValidationError({"data": error.messages}) from None
    return known.type, known.type.loader.of({**event, "session_id": str(event["session_id"]), **data})


def class_of(category: str, name: str) -> EventClass | None:
    return next((known for known in CLASSES if known.category == category and known.matches(name)), None)
