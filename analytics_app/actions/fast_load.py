"""Load an action many times faster than marshmallow does, with marshmallow's result.

The schema stays the only definition. A msgspec type is derived from it: its fields are the schema's, and it accepts
only what is plainly valid. Everything else is loaded by marshmallow: it alone decides what is invalid, and why.
`tests/unit/test_fast_load.py` compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import marshmallow
import msgspec
from marshmallow import fields, validate
from msgspec import Meta

from analytics_app.actions.fields import Anything, Flag, IfValid, ListOf, Number, Object, Word
from analytics_app.actions.schema import ActionSchema
from analytics_app.wire.types import Json

Loaded = Any
"""An action's loaded fields: an object with an attribute for each field of the schema, None if it is not given."""

Defaults = list[tuple[str, Any]]
"""Names and values."""

NOT_A_FIELD = "view"  # an index into the batch
NOTHING: Any = msgspec.UnsetType
"""A type that no value of a JSON document has: whatever is given is for marshmallow."""


class FastLoader:
    """Loads what a schema accepts."""

    def __init__(self, schema: ActionSchema) -> None:
        self.schema = schema
        self.is_derivable = has_only_known_hooks(schema) and all(map(is_plain, schema.load_fields.values()))
        self.has_check = type(schema).check is not ActionSchema.check
        self.names = frozenset(schema.load_fields)
        self.type = struct_of(schema)
        self._decode = msgspec.json.Decoder(self.type).decode
        self._timestamp: Any = type_of(schema.load_fields["timestamp"], TYPES)

    def decode(self, body: bytes, defaults: Defaults, timestamp: float | None) -> Loaded | None:
        """The loaded fields of an action that has not been decoded; None if anything is in doubt.

        Where it does not have the field, `timestamp` (epoch ms) applies, then `defaults`.
        """
        if b"null" in body:  # a field that is null has no default
            return None
        try:
            loaded = self._decode(body)
            if timestamp is not None and loaded.timestamp is None:
                loaded.timestamp = msgspec.convert(timestamp, self._timestamp)
            for name, value in defaults:
                if getattr(loaded, name) is None:
                    setattr(loaded, name, value)
            if self.has_check:
                self.schema.check(msgspec.structs.asdict(loaded))
        except (msgspec.MsgspecError, marshmallow.ValidationError):
            return None
        return loaded

    def defaults(self, context: Json) -> Defaults | None:
        """What a batch says for its actions, for `decode`; None if it is in doubt, or `decode` is not to be used."""
        if not self.is_derivable or NOT_A_FIELD in self.names:
            return None
        try:
            loaded = msgspec.structs.asdict(msgspec.convert(context, self.type))
        except msgspec.ValidationError:
            return None
        return [(name, value) for name, value in loaded.items() if value is not None]

    def load(self, data: Json) -> Loaded:
        """The loaded fields. Raises marshmallow.ValidationError."""
        loaded = self._load(data) if self.is_derivable else None
        return self.of(self.schema.load(data)) if loaded is None else loaded

    def of(self, fields: Mapping[str, Any]) -> Loaded:
        """Fields that have been validated. The schema's others are None."""
        return self.type(**dict.fromkeys(self.names) | {name: fields[name] for name in self.names & fields.keys()})

    def _load(self, data: Json) -> Loaded | None:
        """None if anything is in doubt."""
        try:
            loaded = msgspec.convert(data, self.type)
            if self.has_check:
                self.schema.check(msgspec.structs.asdict(loaded))
        except (msgspec.ValidationError, marshmallow.ValidationError):
            return None
        return loaded


def struct_of(schema: marshmallow.Schema, types: Mapping[type, Callable[[Any], Any]] | None = None) -> type[Any]:
    """The msgspec type of a schema. `types` derives the types of its fields, by their classes; TYPES if it is None."""
    fields: list[Any] = []
    for name, field in schema.load_fields.items():
        kind = type_of(field, types or TYPES)
        fields.append((name, kind) if field.required else (name, kind, None))
    return msgspec.defstruct(type(schema).__name__, fields, kw_only=True, gc=False)


def has_only_known_hooks(schema: ActionSchema) -> bool:
    """Besides `ActionSchema.check`, marshmallow may call functions of an action type's own."""
    own = {name for cls in type(schema).__mro__ for name, item in vars(cls).items() if is_hook(item)}
    return own == {ActionSchema.run_check.__name__} and schema.opts.unknown == marshmallow.INCLUDE


def is_hook(item: Any) -> bool:
    return getattr(item, "__marshmallow_hook__", None) is not None


def is_plain(field: fields.Field[Any]) -> bool:
    """Whether it is loaded from its own name and has no default."""
    named = field.data_key is None and field.attribute is None
    return named and field.load_default is marshmallow.missing and not field.dump_only


def type_of(field: fields.Field[Any], types: Mapping[type, Callable[[Any], Any]]) -> Any:
    """The msgspec type; NOTHING for a field of a class that is not known here, or with validators of its own."""
    derive = types.get(type(field))
    known = NOTHING if derive is None else derive(field)
    return known | None if field.allow_none and known is not NOTHING else known


def text(field: Any) -> Any:
    (length,) = field.validators
    if not isinstance(length, validate.Length) or length.max is None or length.min is not None:
        return NOTHING
    return Annotated[str, Meta(max_length=length.max)]


def number(field: Any) -> Any:
    """NaN and infinity are outside every range. A whole number with a decimal point is for marshmallow."""
    (within,) = field.validators
    if not isinstance(within, validate.Range) or within.min is None or within.max is None:
        return NOTHING
    return Annotated[int if field.whole else float, Meta(ge=within.min, le=within.max)]


def array(field: Any) -> Any:
    item: Any = type_of(field.inner, TYPES)
    lengths = [validator for validator in field.validators if isinstance(validator, validate.Length)]
    if item is NOTHING or len(field.validators) > 1 or len(lengths) < len(field.validators):
        return NOTHING
    length = lengths[0] if lengths else validate.Length(min=0)
    least, most = (length.equal, length.equal) if length.equal is not None else (length.min, length.max)
    return Annotated[list[item], Meta(min_length=least, max_length=most)]


TYPES: dict[type, Callable[[Any], Any]] = {
    Word: text,
    Number: number,
    ListOf: array,
    Flag: lambda field: NOTHING if field.validators else bool,
    Object: lambda field: NOTHING if field.validators else dict[str, Any],
    Anything: lambda field: NOTHING if field.validators else Any,
    IfValid: lambda field: NOTHING if field.validators else type_of(field.inner, TYPES),
}
