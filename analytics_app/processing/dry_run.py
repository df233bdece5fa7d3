"""`?validate=1`: would this body be accepted? Prepares it as the worker would, and writes nothing."""

from __future__ import annotations

from analytics_app.database.storable import shown, storable
from analytics_app.database.tables import RawAction
from analytics_app.processing.prepare import prepare
from analytics_app.processing.validation import ValidAction
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.types import Json, Reject


def dry_run(delivery: Delivery, clock_skew_s: int) -> Json:
    """The answer, action by action, in the order of the body."""
    prepared = prepare([delivery], clock_skew_s)
    accepted = list(prepared.valid(prepared.actions))
    results: list[ValidAction | Reject] = [*accepted, *prepared.rejects]
    return {
        "success": True,
        "stored": False,
        "accepted": len(accepted),
        "rejected": len(prepared.rejects),
        "actions": [describe(result) for result in sorted(results, key=lambda result: result.action.index)],
        "batch": prepared.batches[0]["faults"] or {},
    }


def describe(result: ValidAction | Reject) -> Json:
    action = result.action
    answer: Json = {"index": action.index, "name": shown(action.data.get("name"))}
    if isinstance(result, Reject):
        return {**answer, "accepted": False, "errors": storable(result.reasons)}
    split_into = [table.__tablename__ for table in result.type.tables(result.key, result.loaded)]
    return {**answer, "accepted": True, "tables": [RawAction.__tablename__, *split_into]}
