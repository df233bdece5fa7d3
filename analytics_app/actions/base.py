"""The schema that every action shares, and how its values become rows."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import marshmallow
from marshmallow import fields, validate

from analytics_app.config import Limits
from analytics_app.models import ActionTable, PositionScreen

Json = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")
INDEXED = 2_600  # bytes of a text that an index row of 2,704 takes beside a time and a key
SUSPICIOUS = re.compile(r"\\u0000|\\ud[89a-f]")
PLACE_IN_LIST = re.compile(r"\.\d+(?=\.|$)")


class Word(fields.Field[str]):
    """Text of a limited length. Numbers and booleans are taken as their text: `user: 17` is a good participant."""

    def __init__(self, longest: int, **options: Any) -> None:
        super().__init__(allow_none=True, validate=validate.Length(max=longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
        raise marshmallow.ValidationError("Not a text.")


class Number(fields.Float):
    """A finite number in a range; a whole one where `whole` says so."""

    def __init__(self, least: float, most: float, whole: bool = False, **options: Any) -> None:
        super().__init__(allow_none=True, allow_nan=False, validate=validate.Range(least, most), **options)
        self.whole = whole

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, str | bool):  # the browser sends numbers; text in their place is somebody's mistake
            raise self.make_error("invalid")
        number = super()._deserialize(value, attr, data, **options)
        if not self.whole or number is None:
            return number
        if number != int(number):
            raise marshmallow.ValidationError("Not a whole number.")
        return int(number)


class Flag(fields.Field[bool]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise marshmallow.ValidationError("Not true or false.")


def px() -> Number:
    """CSS px."""
    return Number(-Limits.COORDINATE, Limits.COORDINATE)


def count() -> Number:
    return Number(0, Limits.SEQ, whole=True)


class Schema(marshmallow.Schema):
    """What any action may carry. A missing field is NULL; an unknown one is kept in `raw_actions.data`."""

    class Meta:
        unknown = marshmallow.INCLUDE

    name = Word(Limits.NAME)
    timestamp = Number(0, Limits.TIMESTAMP_MS)
    t = Number(0, Limits.TIMESTAMP_MS)
    study = Word(Limits.STUDY)
    user = Word(Limits.USER)
    session_id = Word(Limits.SESSION)
    condition_1 = Word(Limits.CONDITION)
    condition_2 = Word(Limits.CONDITION)
    task = Word(Limits.LABEL)
    element_id = Word(Limits.LABEL)
    url = Word(Limits.URL)
    title = Word(Limits.TITLE)
    page_x, page_y = px(), px()
    client_x, client_y = px(), px()
    screen_x, screen_y = px(), px()
    viewport_w, viewport_h = px(), px()


def messages_of(error: marshmallow.ValidationError) -> Json:
    """The reasons by field."""
    return error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}


def values_of(loaded: Json, page_id: str, seq: int) -> Json:
    """The loaded fields under the names of the columns: key, time, who and where beside the action's own."""
    url = loaded.get("url")
    return {
        **loaded,
        "page_id": page_id,
        "seq": seq,
        "occurred_at": instant(loaded.get("timestamp")),
        "study": loaded.get("study") or "",
        "user_id": loaded.get("user"),
        "host": loaded.get("host") or host_of(url),
        "path": path_of(url) if url is not None else loaded.get("path"),
    }


def instant(timestamp: float | None) -> datetime | None:
    """Epoch ms as a time."""
    return None if timestamp is None else EPOCH + timedelta(milliseconds=timestamp)


def host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").netloc or None
    except ValueError:
        return None


def path_of(url: str) -> str | None:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return None  # such as an unclosed IPv6 bracket; the url itself is kept


def is_px(value: Any) -> bool:
    """Whether a value that no schema knows may be one in CSS px."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= Limits.COORDINATE


def row(table: type[ActionTable], values: Json) -> Json:
    """The values that the table has columns for."""
    return {column.name: values.get(column.name) for column in table.__table__.columns}


def positions(values: Json) -> list[Json]:
    """One row where the action has coordinates. The scroll is what lies between document and viewport."""
    if all(values.get(name) is None for name in COORDINATES):
        return []
    place = {**values, "sample": 0}
    for axis in "xy":
        page, client = values.get(f"page_{axis}"), values.get(f"client_{axis}")
        if page is not None and client is not None:
            place[f"scroll_{axis}"] = page - client
        elif not is_px(values.get(f"scroll_{axis}")):
            place[f"scroll_{axis}"] = None
    return [row(PositionScreen, place)]


def to_json(data: Json) -> str:
    """The action as PostgreSQL's jsonb takes it.

    Raises:
        marshmallow.ValidationError: a NUL, a lone surrogate or a number out of range, with the field that holds it.
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


def unstorable(value: Any) -> str | None:
    """Why PostgreSQL cannot keep this value."""
    if isinstance(value, str):
        if "\0" in value:
            return "Holds a NUL character."
        if any("\ud800" <= character <= "\udfff" for character in value):
            return "Holds a lone surrogate."
    elif isinstance(value, float) and not math.isfinite(value):
        return "Number out of range."
    elif isinstance(value, dict):
        return next((why for pair in value.items() for item in pair if (why := unstorable(item))), None)
    elif isinstance(value, list):
        return next((why for item in value if (why := unstorable(item))), None)
    return None


def shown(value: Any) -> str | None:
    """A text that PostgreSQL takes and an index holds, for finding a row by; the original is in its bytes."""
    if value is None:
        return None
    text = str(value)[:1_000].replace("\0", "\\0").encode("utf-8", "backslashreplace")
    return text[:INDEXED].decode("utf-8", "ignore")


def fit(value: Any) -> Any:
    """Reasons as jsonb takes them: they may quote what was sent."""
    if isinstance(value, dict):
        return {shown(key): fit(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fit(item) for item in value]
    return shown(value)


def flat(reasons: Any, where: str = "") -> list[tuple[str, str]]:
    """Field by field: marshmallow nests its reasons as the data are nested."""
    if isinstance(reasons, dict):
        parts = ((f"{where}.{key}" if where else str(key), value) for key, value in reasons.items())
        return [pair for path, value in parts for pair in flat(value, path)]
    if isinstance(reasons, list):
        return [pair for value in reasons for pair in flat(value, where)]
    return [(where, str(reasons))]


def by_field(reasons: Any) -> dict[str, str]:
    """The first sentence on each field; a list is one field, wherever in it the fault lies."""
    sentences: dict[str, str] = {}
    for path, why in flat(reasons):
        sentences.setdefault(PLACE_IN_LIST.sub("", path), why)
    return sentences


def in_one_line(reasons: Any) -> str:
    return shown("; ".join(f"{field}: {why}" for field, why in by_field(reasons).items())) or ""
