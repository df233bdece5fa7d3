"""What PostgreSQL can store: text without NUL and lone surrogates, finite numbers, index rows of limited size."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import marshmallow

from analytics_app.wire.reasons import Code, Reason

SINGLE_MIN = 1.1754943508222875e-38  # the smallest number of type real: PostgreSQL refuses a smaller one that is not 0
INDEXED_BYTES = 2_600  # of a text: an index row holds 2,704 bytes, a time and a key included
SHOWN_CHARS = 1_000
SUSPICIOUS = re.compile(r"\\u0000|\\ud[89a-f]")

NUL = Reason(Code.NOT_STORABLE, "Contains a NUL character.")
LONE_SURROGATE = Reason(Code.NOT_STORABLE, "Contains a lone surrogate.")
INFINITE = Reason(Code.NOT_STORABLE, "Number out of range.")


def to_json(data: dict[str, Any]) -> str:
    """The text of an action for a jsonb column.

    Raises:
        marshmallow.ValidationError: a NUL, a lone surrogate or a number out of range, with the field it is in.
    """
    try:
        text = json.dumps(data, allow_nan=False)
    except ValueError:
        text = ""
    if not text or SUSPICIOUS.search(text):
        faults = {
            str(field).encode("ascii", "backslashreplace").decode().replace("\0", "\\0"): [reason]
            for field, value in data.items()
            if (reason := unstorable(field) or unstorable(value))
        }
        if faults:
            raise marshmallow.ValidationError(faults)
    return text


def unstorable(value: Any) -> Reason | None:
    """Why PostgreSQL cannot store this value; None if it can."""
    if isinstance(value, str):
        if "\0" in value:
            return NUL
        if any("\ud800" <= character <= "\udfff" for character in value):
            return LONE_SURROGATE
    elif isinstance(value, float) and not math.isfinite(value):
        return INFINITE
    elif isinstance(value, dict):
        return next((why for pair in value.items() for item in pair if (why := unstorable(item))), None)
    elif isinstance(value, list):
        return next((why for item in value if (why := unstorable(item))), None)
    return None


def single(number: float) -> float:
    """0 in place of a number that is too small for PostgreSQL's type real."""
    return 0.0 if abs(number) < SINGLE_MIN else number


def shown(value: Any) -> str | None:
    """A text to find a reject by: cut to what an index holds, unstorable characters escaped. The bytes are kept too."""
    if value is None:
        return None
    text = str(value)[:SHOWN_CHARS].replace("\0", "\\0").encode("utf-8", "backslashreplace")
    return text[:INDEXED_BYTES].decode("utf-8", "ignore")


def storable(value: Any) -> Any:
    """A nested value with every text made storable: reasons may quote what was sent."""
    if isinstance(value, dict):
        return {shown(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return shown(value)
