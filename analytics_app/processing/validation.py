"""Decide whether an action is valid: by its type's schema, and by what PostgreSQL can store."""

from __future__ import annotations

import logging

import marshmallow
import msgspec

from analytics_app.actions import type_of
from analytics_app.actions.fast_load import Loaded
from analytics_app.actions.type import ActionType
from analytics_app.database.storable import to_json
from analytics_app.processing import single_events
from analytics_app.processing.contexts import Context, Contexts, Given
from analytics_app.wire.json_bytes import parse_storable
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import Action, Key, Reject

log = logging.getLogger(__name__)


class ValidAction(msgspec.Struct, gc=False):
    """A valid action: its type, its loaded fields, its context, and the JSON of its own fields.

    Of what its batch says, the loaded fields may be without those that only the row of its context has.
    """

    action: Action
    type: ActionType
    loaded: Loaded
    context_id: int
    context: Context
    data: str

    @property
    def key(self) -> Key:
        return self.action.key


def validate(action: Action, contexts: Contexts, clock_skew_s: int) -> ValidAction | Reject:
    """Never raises: an action that the code itself fails on is rejected with its bytes, and can be replayed.

    `clock_skew_s` is how many seconds after its receipt the timestamp of a single event may be.
    """
    try:
        data = action.body.decode() if action.strict else checked_json(action)
        if action.source == "event":
            kind, loaded, given = *single_events.load(action, clock_skew_s), None
        else:
            kind, loaded, given = load(action, contexts)
        return ValidAction(action, kind, loaded, *contexts.of(action, loaded, given), data)
    except marshmallow.ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
        return Reject(action, messages)
    except Exception as error:
        log.exception("validating an action failed: it is rejected and can be replayed")
        return Reject(action, {"server": [Reason(Code.SERVER, f"{type(error).__name__}: {error}")]})


def checked_json(action: Action) -> str:
    """The action's own fields as JSON, written again: its bytes may repeat a name, with a value that is not storable.

    Raises:
        marshmallow.ValidationError: PostgreSQL cannot store the action.
    """
    to_json(action.data)
    return to_json(parse_storable(action.body)[0])


def load(action: Action, contexts: Contexts) -> tuple[ActionType, Loaded, Given | None]:
    """The action's type, its loaded fields, and what its batch gives if they are without it.

    Raises marshmallow.ValidationError.
    """
    if action.own is None and action.name is not None:
        kind = type_of(action.name)
        given = contexts.given(action, kind)
        if given.defaults is not None:
            loaded = kind.loader.decode(action.body, given.defaults, action.timestamp)
            if loaded is not None:
                return kind, loaded, given
    data = action.data
    kind = type_of(data.get("name"))
    return kind, kind.loader.load(data), None
