"""Everything that happens to a group before it is written: flatten, validate, and describe its rows. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics_app.processing.envelope import header_rows
from analytics_app.processing.validation import ValidAction, validate_all
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import flatten
from analytics_app.wire.types import FlatDelivery, Json, Reject


@dataclass
class Prepared:
    """What is to be written.

    The rows of an action are built while they are written: those of a full body of mouse paths do not fit into memory
    at once.
    """

    actions: list[ValidAction] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    batches: list[Json] = field(default_factory=list)
    """Rows of `batches`, one per request body."""
    pages: list[Json] = field(default_factory=list)
    """Rows of `pages`, one per request body: several may be of one page."""


def prepare(bodies: Iterable[Delivery | FlatDelivery], clock_skew_s: int) -> Prepared:
    """Prepare deliveries, or what is already flat because it was read from the database.

    `clock_skew_s` is how many seconds after its receipt the timestamp of a single event may be.
    """
    prepared = Prepared()
    for body in bodies:
        flat = flatten(body) if isinstance(body, Delivery) else body
        prepared.rejects += flat.rejects
        for result in validate_all(flat.actions, clock_skew_s):
            if isinstance(result, ValidAction):
                prepared.actions.append(result)
            else:
                prepared.rejects.append(result)
        if flat.is_body:
            batch, page = header_rows(flat.header)
            prepared.batches.append(batch)
            prepared.pages.append(page)
    return prepared
