"""Field types for the schemas of actions. Each error message carries its reason code."""

from __future__ import annotations

from typing import Any

import marshmallow
from marshmallow import fields, validate

from analytics_app.config.limits import Limits
from analytics_app.wire.reasons import Code, Reason

RANGE = Reason(Code.OUT_OF_RANGE, "Must be greater than or equal to {min} and less than or equal to {max}.")
LONGEST = Reason(Code.TOO_LONG, "Longer than maximum length {max}.")
LENGTH = Reason(Code.WRONG_LENGTH, "Length must be between {min} and {max}.")
EXACT_LENGTH = Reason(Code.WRONG_LENGTH, "Length must be {equal}.")
UNKNOWN_FIELD = Reason(Code.UNKNOWN_FIELD, "Unknown field.")


class Coded(fields.Field[Any]):
    """marshmallow's own messages for any field, with codes."""

    default_error_messages = {  # noqa: RUF012 (as marshmallow declares it)
        "required": Reason(Code.MISSING, "Missing data for required field."),
        "null": Reason(Code.NULL, "Field may not be null."),
        "validator_failed": Reason(Code.INVALID, "Invalid value."),
    }


class RequiredText(Coded, fields.String):
    """A required text of 1 to `longest` characters."""

    default_error_messages = {"invalid": Reason(Code.NOT_A_TEXT, "Not a valid string.")}  # noqa: RUF012

    def __init__(self, longest: int, **options: Any) -> None:
        super().__init__(required=True, validate=validate.Length(1, longest, error=LENGTH), **options)


class Word(Coded, fields.Field[str]):
    """An optional text of at most `longest` characters. A number or boolean becomes its text: `user: 17` is valid."""

    def __init__(self, longest: int, **options: Any) -> None:
        super().__init__(allow_none=True, validate=validate.Length(max=longest, error=LONGEST), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
        raise marshmallow.ValidationError(Reason(Code.NOT_A_TEXT, "Not a text."))


class Number(Coded, fields.Float):
    """An optional finite number in a range; a whole one if `whole`."""

    default_error_messages = {  # noqa: RUF012
        "invalid": Reason(Code.NOT_A_NUMBER, "Not a valid number."),
        "too_large": Reason(Code.NOT_A_NUMBER, "Number too large."),
        "special": Reason(Code.NOT_A_NUMBER, "Special numeric values (nan or infinity) are not permitted."),
    }

    def __init__(self, least: float, most: float, whole: bool = False, **options: Any) -> None:
        within = validate.Range(least, most, error=RANGE)
        super().__init__(allow_none=True, allow_nan=False, validate=within, **options)
        self.whole = whole

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, str | bool):  # browsers send numbers; a text here is a mistake in the page
            raise self.make_error("invalid")
        number = super()._deserialize(value, attr, data, **options)
        if not self.whole or number is None:
            return number
        if number != int(number):
            raise marshmallow.ValidationError(Reason(Code.NOT_A_WHOLE_NUMBER, "Not a whole number."))
        return int(number)


class Anything(Coded):
    """A value of any kind, as it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, **options)


class Flag(Coded, fields.Field[bool]):
    """true or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise marshmallow.ValidationError(Reason(Code.NOT_A_BOOLEAN, "Not true or false."))


class IfValid(Coded):
    """A value that the inner field accepts; None for any other: pages use the name for things of their own."""

    def __init__(self, inner: fields.Field[Any]) -> None:
        super().__init__(allow_none=True)
        self.inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        try:
            return self.inner.deserialize(value, attr, data)
        except marshmallow.ValidationError:
            return None


class Uuid(Coded, fields.UUID):
    """A UUID as text."""

    default_error_messages = {"invalid_uuid": Reason(Code.NOT_A_UUID, "Not a valid UUID.")}  # noqa: RUF012


class Object(Coded, fields.Dict):
    """A JSON object."""

    default_error_messages = {"invalid": Reason(Code.NOT_AN_OBJECT, "Not a valid mapping type.")}  # noqa: RUF012


class ListOf(Coded, fields.List[Any]):
    """A JSON array of one kind of field."""

    default_error_messages = {"invalid": Reason(Code.NOT_A_LIST, "Not a valid list.")}  # noqa: RUF012


def px() -> Number:
    """CSS px."""
    return Number(-Limits.COORDINATE, Limits.COORDINATE)


def count() -> Number:
    """A whole number from 0."""
    return Number(0, Limits.SEQ, whole=True)
