"""A reject as a row of `rejected_actions`."""

from __future__ import annotations

import json

from analytics_app.actions import ACTIONS, UNKNOWN
from analytics_app.actions.schema import ActionSchema
from analytics_app.database.storable import shown, storable
from analytics_app.processing.single_events import EventSchema
from analytics_app.wire.flatten import HEADER_FAULTS
from analytics_app.wire.reasons import first, in_one_line
from analytics_app.wire.times import instant
from analytics_app.wire.types import Action, Json, Reject

SCHEMAS: tuple[type[ActionSchema], ...] = (UNKNOWN.schema, EventSchema, *(kind.schema for kind in ACTIONS.values()))
FIELDS = frozenset(HEADER_FAULTS).union(*(schema().fields for schema in SCHEMAS))
"""The fields that we define. Only these become a value of `rejected_actions.field`: pages and metrics that are public
show it, and a client chooses the other names."""


def reject_row(reject: Reject) -> Json:
    """The bytes are kept whatever they are; what is shown beside them is made storable."""
    action = reject.action
    field, code = first(reject.reasons)
    return {
        "page_id": action.page_id,
        "seq": action.seq,
        "received_at": instant(action.received_at),
        "source": action.source,
        "name": shown(action.data.get("name")),
        "study": shown(action.data.get("study")) or "",
        "user_id": shown(action.data.get("user")),
        "code": code.value,
        "field": field if field in FIELDS else None,
        "message": shown(in_one_line(reject.reasons)) or "",
        "reasons": storable(reject.reasons),
        "body": action.body,
        "context": json.dumps(context_of(action)),
    }


def context_of(action: Action) -> Json | None:
    """What the batch says for this action, its time included."""
    if action.context is None or action.timestamp is None:
        return action.context
    return {**action.context, "timestamp": action.timestamp}
