"""Why something is rejected: a closed set of codes, and sentences that carry theirs.

`rejected_actions` stores the code and the field of an action's first reason as columns; counters, pages and commands
use these and never parse a sentence.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

LIST_INDEX = re.compile(r"\.\d+(?=\.|$)")


class Code(StrEnum):
    """The value is what `rejected_actions.code` contains; `text` says it without quoting anything that was sent."""

    text: str

    def __new__(cls, value: str, text: str = "") -> Code:  # the default is for mypy: a look-up passes the value alone
        code = str.__new__(cls, value)
        code._value_ = value
        code.text = text
        return code

    @classmethod
    def _missing_(cls, value: object) -> Code:
        """A code that a newer version stored."""
        return cls.INVALID

    NOT_JSON = "not_json", "the request body is not JSON"
    WRONG_FORM = "wrong_form", "the request body is not an array of actions, an envelope or an event"
    TOO_LARGE = "too_large", "the texts of the batch, repeated for each action or position, are too large"
    WRONG_VERSION = "wrong_version", "this server does not read this version of the envelope"
    NOT_AN_OBJECT = "not_an_object", "not an object"
    NOT_A_LIST = "not_a_list", "not a list"
    NOT_A_TEXT = "not_a_text", "not a text"
    NOT_A_NUMBER = "not_a_number", "not a valid number"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number", "not a whole number"
    NOT_A_BOOLEAN = "not_a_boolean", "not true or false"
    NOT_A_UUID = "not_a_uuid", "not a valid UUID"
    NOT_A_TIME = "not_a_time", "not a valid time"
    OUT_OF_RANGE = "out_of_range", "number out of range"
    TOO_LONG = "too_long", "longer than allowed"
    WRONG_LENGTH = "wrong_length", "wrong length"
    MISSING = "missing", "missing data for required field"
    NULL = "null", "null where a value is required"
    UNKNOWN_FIELD = "unknown_field", "unknown field"
    UNKNOWN_EVENT = "unknown_event", "no class of events has this category and name"
    IN_THE_FUTURE = "in_the_future", "later than the time of receipt"
    NOT_STORABLE = "not_storable", "contains a character or number that PostgreSQL cannot store"
    INVALID = "invalid", "invalid value"
    DATABASE = "database", "PostgreSQL refused it"
    SERVER = "server", "the server's own code failed on it"


class Reason(str):
    """A sentence with its code. It passes through marshmallow, because it is a str and `format` keeps the code."""

    code: Code

    def __new__(cls, code: Code, sentence: str) -> Reason:
        reason = super().__new__(cls, sentence)
        reason.code = code
        return reason

    def __getnewargs__(self) -> tuple[Code, str]:  # type: ignore[override]  # it has an argument more than str
        """For copy and pickle."""
        return self.code, str(self)

    def format(self, *args: object, **values: object) -> Reason:
        """As str.format; marshmallow's fields and validators fill in their limits with it."""
        return Reason(self.code, super().format(*args, **values))


def code_of(sentence: str) -> Code:
    """The code of a sentence; INVALID for one that an action type's own schema wrote as plain text."""
    return sentence.code if isinstance(sentence, Reason) else Code.INVALID


def flat(reasons: Any, path: str = "") -> list[tuple[str, str]]:
    """(path, sentence) pairs: marshmallow nests its messages as the data are nested. Paths are joined by dots."""
    if isinstance(reasons, dict):
        parts = ((f"{path}.{key}" if path else str(key), value) for key, value in reasons.items())
        return [pair for inner, value in parts for pair in flat(value, inner)]
    if isinstance(reasons, list):
        return [pair for value in reasons for pair in flat(value, path)]
    return [(path, reasons if isinstance(reasons, str) else str(reasons))]


def by_path(reasons: Any) -> dict[str, str]:
    """The first sentence on each path. A list counts as one field, whichever of its items is at fault."""
    sentences: dict[str, str] = {}
    for path, sentence in flat(reasons):
        sentences.setdefault(LIST_INDEX.sub("", path), sentence)
    return sentences


def in_one_line(reasons: Any) -> str:
    """`field: sentence; field: sentence`."""
    return "; ".join(f"{path}: {sentence}" for path, sentence in by_path(reasons).items())


def first(reasons: Any) -> tuple[str, Code]:
    """The top-level field and the code of the first reason."""
    path, sentence = next(iter(flat(reasons)), ("", ""))
    return next(iter(reasons), "") if isinstance(reasons, dict) else path, code_of(sentence)
