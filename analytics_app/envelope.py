"""What a batch says of itself and of its page, as rows of `batches` and `pages`.

A wrong value here costs no action: it becomes NULL and is named in `batches.faults`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import marshmallow
from marshmallow import fields

from analytics_app.actions import base
from analytics_app.actions.base import Json, Number, Word, count, fit, instant, shown, unstorable
from analytics_app.config import Limits
from analytics_app.protocol import Batch, is_seq


class Storable(fields.Field[Any]):
    """A value that jsonb takes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return storable(value)


class Line(Word):
    """A text that PostgreSQL takes; of an action's own texts that is known before its schema sees them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        return super()._deserialize(storable(value), attr, data)


def storable(value: Any) -> Any:
    """The value. Raises marshmallow.ValidationError where PostgreSQL cannot keep it."""
    if why := unstorable(value):
        raise marshmallow.ValidationError(why)
    return value


class Gap(fields.Field[list[Any]]):
    """`[seq_from, seq_to, reason]`: drops that the logger declares."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> list[Any]:
        good = isinstance(value, list) and len(value) == 3 and is_seq(value[0]) and is_seq(value[1])
        if not good or value[0] > value[1] or not isinstance(value[2], str):
            raise marshmallow.ValidationError("Not [seq_from, seq_to, reason].")
        return [value[0], value[1], shown(value[2])]


class EnvelopeSchema(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.EXCLUDE

    lib = Line(Limits.LABEL)
    study = Line(Limits.STUDY)
    config = Line(Limits.STUDY)
    session_id = Line(Limits.SESSION)
    const = fields.Dict(allow_none=True)
    prev_page = fields.Dict(allow_none=True)
    page_no, batch_seq, attempt = count(), count(), count()
    batch_id = fields.UUID(allow_none=True)
    t0 = Number(0, Limits.TIMESTAMP_MS)
    sent_at = Number(0, Limits.TIMESTAMP_MS)
    clock = fields.Dict(allow_none=True)
    reason = Line(Limits.LABEL)
    lost = fields.List(Gap(), allow_none=True)
    env = fields.Dict(keys=Storable(), values=Storable(), allow_none=True)


class PrevPageSchema(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.EXCLUDE

    id = fields.UUID(allow_none=True)
    seq = count()


class ClockSchema(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.EXCLUDE

    offset = Number(-Limits.TIMESTAMP_MS, Limits.TIMESTAMP_MS)
    rtt = Number(0, Limits.TIMESTAMP_MS)


class ConstSchema(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.EXCLUDE

    user = Line(Limits.USER)
    session_id = Line(Limits.SESSION)


ENVELOPE, PREV_PAGE, CLOCK, CONST = EnvelopeSchema(), PrevPageSchema(), ClockSchema(), ConstSchema()


def load(schema: marshmallow.Schema, value: Any, faults: Json) -> Json:
    """The good fields; the others are named in `faults`."""
    try:
        return dict(schema.load(value or {}))
    except marshmallow.ValidationError as error:
        faults.update(base.messages_of(error))
        return dict(error.valid_data) if isinstance(error.valid_data, dict) else {}


def rows(batch: Batch) -> tuple[Json, Json]:
    """The row of `batches` and the row of `pages`. For bodies without an envelope the receipt names both."""
    faults: Json = {}
    said = load(ENVELOPE, batch.envelope, faults)
    previous = load(PREV_PAGE, said.get("prev_page"), faults)
    clock = load(CLOCK, said.get("clock"), faults)
    const = load(CONST, said.get("const"), faults)
    batch_row = {
        "batch_id": str(said.get("batch_id") or batch.receipt),
        "page_id": batch.page_id,
        "source": batch.source,
        "sent_at": instant(said.get("sent_at")),
        "received_at": instant(batch.received_at),
        "actions": batch.actions,
        "faults": fit(faults) or None,
        **{name: said.get(name) for name in ("batch_seq", "attempt", "reason", "lost")},
    }
    page_row = {
        "page_id": batch.page_id,
        "study": said.get("study") or "",
        "user_id": const.get("user"),
        "session_id": said.get("session_id") or const.get("session_id"),
        "prev_page_id": None if previous.get("id") is None else str(UUID(str(previous["id"]))),
        "prev_page_seq": previous.get("seq"),
        "t0": instant(said.get("t0")),
        "clock_offset": clock.get("offset"),
        "clock_rtt": clock.get("rtt"),
        **{name: said.get(name) for name in ("page_no", "env", "config", "lib")},
    }
    return batch_row, page_row
