"""Everything that happens to a group before it is written: flatten, validate, and describe its rows. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from analytics_app.config.limits import Limits
from analytics_app.processing.contexts import Contexts
from analytics_app.processing.envelope import header_rows
from analytics_app.processing.validation import ValidAction, validate
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import flatten
from analytics_app.wire.types import Action, FlatDelivery, Json, Reject


@dataclass
class Prepared:
    """What is to be written.

    An action is validated and its rows are built when they are asked for, while PostgreSQL stores the ones before. The
    rows of a full body of mouse paths do not fit into memory at once.
    """

    clock_skew_s: int
    actions: list[Action] = field(default_factory=list)
    """In the order of their keys, so that two workers with the same actions cannot deadlock."""
    rejects: list[Reject] = field(default_factory=list)
    """With those of `actions` that were asked for and are invalid."""
    batches: list[Json] = field(default_factory=list)
    """Rows of `batches`, one per request body."""
    pages: list[Json] = field(default_factory=list)
    """Rows of `pages`, one per request body: several may be of one page."""
    _contexts: Contexts = field(default_factory=Contexts)
    _results: dict[int, ValidAction | None] = field(default_factory=dict)
    """By the `id` of an action; None if it is a reject."""

    def valid(self, actions: Iterable[Action]) -> Iterator[ValidAction]:
        """The valid ones of these actions, in the same order; each is validated once."""
        for action in actions:
            try:
                valid = self._results[id(action)]
            except KeyError:
                result = validate(action, self._contexts, self.clock_skew_s)
                valid = result if isinstance(result, ValidAction) else None
                self._results[id(action)] = valid
                if isinstance(result, Reject):
                    self.rejects.append(result)
            if valid is not None:
                yield valid

    @property
    def valid_count(self) -> int:
        """Of those that were asked for."""
        return sum(valid is not None for valid in self._results.values())


def prepare(bodies: Iterable[Delivery | FlatDelivery], clock_skew_s: int) -> Prepared:
    """Prepare deliveries, or what is already flat because it was read from the database.

    `clock_skew_s` is how many seconds after its receipt the timestamp of a single event may be.
    """
    prepared = Prepared(clock_skew_s)
    for body in bodies:
        flat = flatten(body) if isinstance(body, Delivery) else body
        prepared.actions += flat.actions
        prepared.rejects += flat.rejects
        if flat.is_body:
            batch, page = header_rows(flat.header)
            prepared.batches.append(batch)
            prepared.pages.append(page)
    prepared.actions.sort(key=attrgetter("key"))
    if sum(len(action.body) for action in prepared.actions) > Limits.BYTES_STORED:
        for _ in prepared.valid(prepared.actions):  # while they are written it could take longer than a statement may
            pass
    return prepared
