"""What a request body is taken apart into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

Json = dict[str, Any]
Source = Literal["v1", "v2", "event"]
Key = tuple[str, int]
"""(`page_id`, `seq`): what identifies an action everywhere."""


@dataclass
class Header:
    """What one body says once for all its actions."""

    receipt: str
    received_at: int
    """Epoch ms."""
    source: Source
    page_id: str
    envelope: Json = field(default_factory=dict)
    """The envelope without its actions and views."""
    actions: int = 0
    strict: bool = False
    """Whether PostgreSQL can store every text and number in the body; False if that was not checked."""
    faults: Json = field(default_factory=dict)
    """What of the envelope could not be read, by field."""


class Item(msgspec.Struct, gc=False):
    """What is read of an action before its type is known."""

    name: Any = None
    seq: Any = None
    t: Any = None
    view: Any = None


class Action(msgspec.Struct, gc=False):
    """One action: its own fields, and what its batch says for it."""

    key: Key
    received_at: int
    """Epoch ms."""
    source: Source
    own: Json | None
    """Its own fields; None if they have not been decoded: then `strict` is true, and `name` is the name among them."""
    body: bytes
    """The action's own bytes as they were received."""
    context: Json | None
    """What the batch says for this action and others, unchanged; None if `body` is a whole request body that no action
    could be read from. Actions of one view share it: it must not be changed."""
    timestamp: float | None = None
    """Epoch ms, computed from the batch's `t0` and the action's `t`; None if either is missing."""
    index: int = 0
    """Its position in the body."""
    strict: bool = False
    """Whether jsonb can hold every text and number of `body` just as it is written; False if that was not checked."""

    name: Any = None

    @property
    def data(self) -> Json:
        """Its own fields over what its batch says for it. An action's own timestamp takes precedence."""
        if self.own is None:
            self.own = msgspec.json.decode(self.body)
        context = self.context or {}
        given = context if self.timestamp is None else {**context, "timestamp": self.timestamp}
        data = {**given, **self.own}
        if self.source == "v2":
            data.pop("view", None)  # an index into the batch; the view itself is in the context
        return data

    @property
    def page_id(self) -> str:
        return self.key[0]

    @property
    def seq(self) -> int:
        return self.key[1]


@dataclass
class Reject:
    """An invalid action, with the reasons by field."""

    action: Action
    reasons: Json


@dataclass
class FlatDelivery:
    """A delivery taken apart: valid so far, and what is already known to be invalid."""

    header: Header
    actions: list[Action] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    is_body: bool = True
    """False for actions that were read from the database: their batch is stored already."""
