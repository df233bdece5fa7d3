"""Whether an action is good: its schema, and whether PostgreSQL can keep it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import marshmallow

from analytics_app import events
from analytics_app.actions import base, type_of
from analytics_app.config import Limits
from analytics_app.protocol import Action, Json, Reject

log = logging.getLogger(__name__)


@dataclass
class Judged:
    """A good action: its type, its values under the names of columns, its data as jsonb takes it."""

    action: Action
    type: ModuleType
    values: Json
    data: str

    @property
    def key(self) -> tuple[str, int]:
        return self.action.page_id, self.action.seq


@cache
def schema_of(module: ModuleType) -> marshmallow.Schema:
    return module.Schema()  # type: ignore[no-any-return]


def load(action: Action) -> tuple[ModuleType, Json]:
    """The type that keeps this action, and its values under the names of columns."""
    module = type_of(action.data.get("name"))
    return module, base.values_of(schema_of(module).load(action.data), action.page_id, action.seq)


def judge_all(actions: list[Action]) -> Iterator[Judged | Reject]:
    """Those of one body. What it comes to must fit: 4 MB of mouse paths under one long path would be gigabytes."""
    room = Limits.PATHS
    for action in actions:
        verdict = judge(action)
        if isinstance(verdict, Judged) and hasattr(verdict.type, "texts"):
            room -= verdict.type.texts(verdict.values)
            if room < 0:
                why = f"The texts beside a body's positions come to more than {Limits.PATHS} characters."
                verdict = Reject(action, {"x": [why]})
        yield verdict


def judge(action: Action) -> Judged | Reject:
    """Never raises: what the code itself stumbles over is rejected with its bytes, and can be replayed."""
    try:
        data = base.to_json(action.data)
        module, values = events.load(action) if action.source == "event" else load(action)
        return Judged(action, module, values, data)
    except marshmallow.ValidationError as error:
        return Reject(action, base.messages_of(error))
    except Exception as error:
        log.exception("judging an action failed: it is rejected and can be replayed")
        return Reject(action, {"server": [f"{type(error).__name__}: {error}"]})
