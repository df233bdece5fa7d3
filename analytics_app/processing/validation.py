"""Decide whether an action is valid: by its type's schema, and by what PostgreSQL can store."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import marshmallow

from analytics_app.actions import type_of
from analytics_app.actions.rows import values_of
from analytics_app.actions.type import ActionType, TableRow
from analytics_app.config.limits import Limits
from analytics_app.database.storable import to_json
from analytics_app.processing import single_events
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import Action, Json, Key, Reject

log = logging.getLogger(__name__)


@dataclass
class ValidAction:
    """A valid action: its type, its values under the names of the columns, its data as jsonb takes them."""

    action: Action
    type: ActionType
    values: Json
    data: str

    @property
    def key(self) -> Key:
        return self.action.key

    def rows(self) -> Iterator[TableRow]:
        """The rows that it is split into, each with its table. Built when asked for: a path has up to 200."""
        return self.type.rows(self.values)


def validate_all(actions: list[Action], clock_skew_s: int) -> Iterator[ValidAction | Reject]:
    """Validate the actions of one body, also together: 4 MB of mouse paths under one long path would be gigabytes."""
    budget = Limits.PATHS
    for action in actions:
        result = validate(action, clock_skew_s)
        if isinstance(result, ValidAction):
            cost = result.type.repeated_texts(result.values)
            budget -= cost
            if cost and budget < 0:
                sentence = f"The texts beside the positions of a body exceed {Limits.PATHS} characters."
                result = Reject(action, {"x": [Reason(Code.TOO_LARGE, sentence)]})
        yield result


def validate(action: Action, clock_skew_s: int) -> ValidAction | Reject:
    """Never raises: an action that the code itself fails on is rejected with its bytes, and can be replayed.

    `clock_skew_s` is how many seconds after its receipt the timestamp of a single event may be.
    """
    try:
        data = to_json(action.data)
        kind, values = single_events.load(action, clock_skew_s) if action.source == "event" else load(action)
        return ValidAction(action, kind, values, data)
    except marshmallow.ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
        return Reject(action, messages)
    except Exception as error:
        log.exception("validating an action failed: it is rejected and can be replayed")
        return Reject(action, {"server": [Reason(Code.SERVER, f"{type(error).__name__}: {error}")]})


def load(action: Action) -> tuple[ActionType, Json]:
    """The action's type, and its values under the names of the columns. Raises marshmallow.ValidationError."""
    kind = type_of(action.data.get("name"))
    return kind, values_of(kind.loader.load(action.data), action.key)
