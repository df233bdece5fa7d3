"""What a batch says about itself and its page, as rows of `batches` and `pages`.

An invalid value here costs no action: it becomes NULL and is named in `batches.faults`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

import marshmallow
import msgspec
from marshmallow import fields

from analytics_app.actions.fast_load import TYPES, struct_of, text
from analytics_app.actions.fields import Number, Word, count
from analytics_app.config.limits import Limits
from analytics_app.database.storable import shown, storable, unstorable
from analytics_app.wire.flatten import is_seq
from analytics_app.wire.times import instant
from analytics_app.wire.types import Header, Json


class Storable(fields.Field[Any]):
    """A value that jsonb can store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return check_storable(value)


class StorableWord(Word):
    """A text that PostgreSQL can store. The texts of actions are checked as a whole, before their schema."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        return super()._deserialize(check_storable(value), attr, data)


def check_storable(value: Any) -> Any:
    """The value itself. Raises marshmallow.ValidationError if PostgreSQL cannot store it."""
    if why := unstorable(value):
        raise marshmallow.ValidationError(why)
    return value


class LostRange(fields.Field[list[Any]]):
    """`[seq_from, seq_to, reason]`: actions that the logger declares lost."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> list[Any]:
        valid = isinstance(value, list) and len(value) == 3 and is_seq(value[0]) and is_seq(value[1])
        if not valid or value[0] > value[1] or not isinstance(value[2], str):
            raise marshmallow.ValidationError("Not [seq_from, seq_to, reason].")
        return [value[0], value[1], shown(value[2])]


class EnvelopeSchema(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.EXCLUDE

    lib = StorableWord(Limits.LABEL)
    study = StorableWord(Limits.STUDY)
    config = StorableWord(Limits.STUDY)
    session_id = StorableWord(Limits.SESSION)
    const = fields.Dict(allow_none=True)
    prev_page = fields.Dict(allow_none=True)
    page_no, batch_seq, attempt = count(), count(), count()
    batch_id = fields.UUID(allow_none=True)
    t0 = Number(0, Limits.TIMESTAMP_MS)
    sent_at = Number(0, Limits.TIMESTAMP_MS)
    clock = fields.Dict(allow_none=True)
    reason = StorableWord(Limits.LABEL)
    lost = fields.List(LostRange(), allow_none=True)
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

    user = StorableWord(Limits.USER)
    session_id = StorableWord(Limits.SESSION)


ENVELOPE, PREV_PAGE, CLOCK, CONST = EnvelopeSchema(), PrevPageSchema(), ClockSchema(), ConstSchema()
STORABLE_TYPES = TYPES | {
    StorableWord: text,
    fields.UUID: lambda _: UUID,
    fields.Dict: lambda _: dict[str, Any],
    fields.List: lambda _: Annotated[list[Any], msgspec.Meta(max_length=0)],  # losses are rare
}
PLAIN: dict[marshmallow.Schema, Any] = {
    schema: struct_of(schema, STORABLE_TYPES) for schema in (ENVELOPE, PREV_PAGE, CLOCK, CONST)
}
"""Types of what is plainly valid, if every text is storable (see `actions.fast_load`)."""


def load(schema: marshmallow.Schema, value: Any, faults: Json, strict: bool, of: str = "") -> Json:
    """The valid fields; the others are added to `faults`, with the name of the object that they are `of`.

    With `strict`, PostgreSQL can store every text in `value`.
    """
    if strict:
        with suppress(msgspec.ValidationError):
            return msgspec.structs.asdict(msgspec.convert(value or {}, PLAIN[schema]))
    try:
        return dict(schema.load(value or {}))
    except marshmallow.ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
        faults.update({f"{of}.{name}" if of else name: message for name, message in messages.items()})
        return dict(error.valid_data) if isinstance(error.valid_data, dict) else {}


def header_rows(header: Header) -> tuple[Json, Json]:
    """The row of `batches` and the row of `pages`. Without an envelope, both are identified by the receipt."""
    faults: Json = dict(header.faults)
    envelope = load(ENVELOPE, header.envelope, faults, header.strict)
    previous = load(PREV_PAGE, envelope.get("prev_page"), faults, header.strict, "prev_page")
    clock = load(CLOCK, envelope.get("clock"), faults, header.strict, "clock")
    const = load(CONST, envelope.get("const"), faults, header.strict, "const")
    batch_row = {
        "batch_id": str(envelope.get("batch_id") or header.receipt),
        "page_id": header.page_id,
        "source": header.source,
        "sent_at": instant(envelope.get("sent_at")),
        "received_at": instant(header.received_at),
        "actions": header.actions,
        "faults": storable(faults) or None,
        **{name: envelope.get(name) for name in ("batch_seq", "attempt", "reason", "lost")},
    }
    page_row = {
        "page_id": header.page_id,
        "study": envelope.get("study") or "",
        "user_id": const.get("user"),
        "session_id": envelope.get("session_id") or const.get("session_id"),
        "prev_page_id": None if previous.get("id") is None else str(UUID(str(previous["id"]))),
        "prev_page_seq": previous.get("seq"),
        "t0": instant(envelope.get("t0")),
        "clock_offset": clock.get("offset"),
        "clock_rtt": clock.get("rtt"),
        **{name: envelope.get(name) for name in ("page_no", "env", "config", "lib")},
    }
    return batch_row, page_row
