"""Load an action several times faster than marshmallow does, with marshmallow's result.

The schema stays the only definition: for each field of a type that is known here, a plain function is derived from
it. It returns the loaded value, or DOUBT for anything that is not plainly valid. Then marshmallow loads the whole
action: it alone decides what is invalid, and why. `tests/unit/test_fast_load.py` compares both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import marshmallow
from marshmallow import fields, validate

from analytics_app.actions.fields import Flag, ListOf, Number, Object, Word
from analytics_app.actions.schema import ActionSchema
from analytics_app.wire.types import Json

DOUBT: Final = object()
Check = Callable[[Any], Any]


def doubt(_value: Any) -> Any:
    return DOUBT


class FastLoader:
    """Loads what a schema accepts. `load` is `schema.load`."""

    def __init__(self, schema: ActionSchema) -> None:
        self.schema = schema
        self.checks = {name: check_of(field) for name, field in schema.load_fields.items()}
        self.required = frozenset(name for name, field in schema.load_fields.items() if field.required)
        self.is_derivable = has_only_known_hooks(schema) and all(map(is_plain, schema.load_fields.values()))

    def load(self, data: Json) -> Json:
        """The loaded fields. Raises marshmallow.ValidationError."""
        loaded = self._load(data) if self.is_derivable else None
        return dict(self.schema.load(data)) if loaded is None else loaded

    def _load(self, data: Json) -> Json | None:
        """None if anything is in doubt."""
        if not self.required <= data.keys():
            return None
        loaded: Json = {}
        for name, value in data.items():
            check = self.checks.get(name)
            if check is not None and (value := check(value)) is DOUBT:
                return None
            loaded[name] = value
        try:
            self.schema.check(loaded)
        except marshmallow.ValidationError:
            return None
        return loaded


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


def check_of(field: fields.Field[Any]) -> Check:
    """`doubt` for a field of a type that is not known here, or with validators besides its type's own."""
    kind = type(field)
    if kind is Word:
        return optional(field, word_check(field))
    if kind is Number:
        return optional(field, number_check(field))
    if kind is ListOf:
        return optional(field, list_check(field))
    if kind is Flag and not field.validators:
        return optional(field, lambda value: value if type(value) is bool else DOUBT)
    if kind is Object and not field.validators:
        return optional(field, lambda value: dict(value) if type(value) is dict else DOUBT)
    return doubt


def optional(field: fields.Field[Any], check: Check) -> Check:
    if not field.allow_none:
        return check
    return lambda value: None if value is None else check(value)


def word_check(field: fields.Field[Any]) -> Check:
    (length,) = field.validators
    if not isinstance(length, validate.Length) or length.max is None or length.min is not None:
        return doubt
    most = length.max
    return lambda value: value if type(value) is str and len(value) <= most else DOUBT


def number_check(field: Any) -> Check:
    (within,) = field.validators
    if not isinstance(within, validate.Range) or within.min is None or within.max is None:
        return doubt
    least, most = within.min, within.max

    def number(value: Any) -> Any:
        """Also for NaN and infinity the comparison is false."""
        if (type(value) is int or type(value) is float) and least <= value <= most:
            return float(value)
        return DOUBT

    def whole_number(value: Any) -> Any:
        if (type(value) is int or type(value) is float) and least <= value <= most and value == int(value):
            return int(float(value))
        return DOUBT

    return whole_number if field.whole else number


def list_check(field: Any) -> Check:
    if len(field.validators) > 1 or not all(isinstance(check, validate.Length) for check in field.validators):
        return doubt
    item = check_of(field.inner)
    length = field.validators[0] if field.validators else validate.Length(min=0)
    least, most = (length.equal, length.equal) if length.equal is not None else (length.min or 0, length.max)

    def check(value: Any) -> Any:
        if type(value) is not list or len(value) < least or (most is not None and len(value) > most):
            return DOUBT
        loaded = [item(part) for part in value]
        return DOUBT if any(part is DOUBT for part in loaded) else loaded

    return check
