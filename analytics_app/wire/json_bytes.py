"""JSON text: parse it, bound its depth, count its actions, and cut out each action's own bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from analytics_app.wire.types import Json

UNUSUAL_DIGITS = 200  # as many, and an exponent of two digits, are a number that a float holds
UNUSUAL_NUMBER = re.compile(rb"[:,\[\s]-?\d[\d.]*[eE][-+]?\d{3}|(?<!\d)\d{%d}" % UNUSUAL_DIGITS)
"""A number that a float or PostgreSQL's numeric may not hold."""
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
NUL = b"\\u0000"  # the only one of the texts that msgspec reads and jsonb cannot hold
ODD_ESCAPES = (NUL, b"\\ud", b"\\uD")  # a NUL, or half of a surrogate pair: browsers write a whole one as UTF-8
DIGITS_MAX = 400  # longer integers are read as floats: converting them takes time quadratic in their length
KINDS = {"0": "0123456789.", ",": ":,[ \t\r\n", "e": "eE", "-": "+-"}
SHAPE = bytes(next((ord(kind) for kind in KINDS if chr(byte) in KINDS[kind]), ord("x")) for byte in range(256))
"""Each byte's kind: of the characters that numbers consist of, that are before a number, or `x`."""


def parse(body: bytes) -> Any:
    """JSON into Python values.

    msgspec refuses the whole body for one lone surrogate or one 1e400. The standard library reads those.

    Raises:
        ValueError: the body is not JSON.
        RecursionError: the body is nested too deeply to be parsed.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return parse_slowly(body)


def parse_slowly(body: bytes) -> Any:
    """As `parse`, for bodies that msgspec refuses."""
    return json.loads(body.decode("utf-8"), parse_constant=refuse_constant, parse_int=to_number)


def parse_storable(body: bytes) -> tuple[Any, bool]:
    """JSON into values whose texts PostgreSQL can store, and whether jsonb can hold the body just as it is written.

    Raises as `parse` does. An unstorable number costs the action that contains it; of a text only the characters.
    """
    try:
        value = msgspec.json.decode(body)
        if NUL not in body:
            return value, not has_unusual_number(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        value = parse_slowly(body)
    return well_formed(value), False


def cut_plain(body: bytes) -> tuple[Json | None, list[bytes]] | None:
    """An envelope without its actions, and each action's own bytes; None in place of the envelope for an array.

    The actions are not decoded. None if the body may contain a text or a number that PostgreSQL cannot store, or has no
    actions: `parse_storable` and `cut` read any body.
    """
    if (b"\\" in body and any(escape in body for escape in ODD_ESCAPES)) or has_unusual_number(body):
        return None
    try:
        body.decode()  # msgspec does not check the UTF-8 of what it skips
        if body.lstrip()[:1] == b"[":
            return None, list(map(bytes, decode_items(body)))
        envelope = decode_members(body)
        pieces = list(map(bytes, decode_items(envelope.pop("actions", b""))))
        return {name: msgspec.json.decode(value) for name, value in envelope.items()}, pieces
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def has_unusual_number(body: bytes) -> bool:
    """Whether UNUSUAL_NUMBER finds one. It takes ten times longer than to see that nothing resembles one."""
    shape = body.translate(SHAPE)
    is_possible = b"0" * UNUSUAL_DIGITS in shape or b",e" in shape.translate(None, b"0-")
    return is_possible and UNUSUAL_NUMBER.search(body) is not None


def well_formed(value: Any) -> Any:
    """A copy with U+FFFD in place of each NUL and each half of a surrogate pair: PostgreSQL cannot store them.

    JavaScript's `toWellFormed` does the same with surrogates.
    """
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {well_formed(name): well_formed(item) for name, item in value.items()}
    return [well_formed(item) for item in value] if isinstance(value, list) else value


def refuse_constant(name: str) -> None:
    """NaN and Infinity, which the standard library would accept. Raises ValueError."""
    raise ValueError(f"{name} is not a JSON number")


def to_number(digits: str) -> float:
    return int(digits) if len(digits) <= DIGITS_MAX else float(digits)


decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Skipped(msgspec.Struct):
    """An object of which nothing is decoded; msgspec still checks its syntax."""


class SkippedEnvelope(msgspec.Struct):
    actions: list[Skipped]


decode_array = msgspec.json.Decoder(list[Skipped]).decode
decode_envelope = msgspec.json.Decoder(SkippedEnvelope).decode


TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
BRACKETS = bytes.maketrans(b"{}", b"[]")
NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def brackets(body: bytes) -> bytes:
    """The brackets of arrays and objects, without those in texts; each `{` as `[`."""
    return TEXT.sub(b"", body).translate(BRACKETS, NOT_A_BRACKET)


def has_more_containers(body: bytes, most: int) -> bool:
    """Whether JSON has more arrays and objects, without building them."""
    return body.count(b"[") + body.count(b"{") > most and len(brackets(body)) // 2 > most


def is_deeper(body: bytes, levels: int) -> bool:
    """Whether JSON has more levels of arrays and objects, without building them."""
    if body.count(b"[") + body.count(b"{") <= levels:  # also those in texts
        return False
    left = brackets(body)
    if left.count(b"[") != left.count(b"]"):
        return False  # it is not JSON
    for _ in range(levels):
        if not left:
            return False
        left = left.replace(b"[]", b"")  # the innermost level
    return bool(left)


def count_plain_actions(body: bytes, deepest: int) -> int:
    """The number of objects in an array or in the array `actions` of an object, without building their values.

    0 if it is not certain that the body is JSON of at most `deepest` levels.
    """
    try:
        body.decode()  # msgspec does not check the UTF-8 of what it skips
        actions = decode_array(body) if body.lstrip()[:1] == b"[" else decode_envelope(body).actions
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0
    # The path to the deepest value goes through one of the actions; each of the others opens a bracket beside it.
    # Brackets in texts are counted too, so there are at most so many levels.
    levels = body.count(b"[") + body.count(b"{") - len(actions) + 1
    return len(actions) if levels <= deepest or not is_deeper(body, deepest) else 0


class ActionPieces(msgspec.Struct):
    """An envelope of which only the actions are of interest, undecoded."""

    actions: list[msgspec.Raw]


def cut(body: bytes, key: str | None, items: list[Any]) -> list[bytes]:
    """Each item's own bytes as received, from an array or from the array under `key`."""
    try:
        if key is None:
            raw = msgspec.json.decode(body, type=list[msgspec.Raw])
        else:
            raw = msgspec.json.decode(body, type=ActionPieces).actions
        pieces = [bytes(piece) for piece in raw]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pieces = cut_slowly(body.decode(), key)
    return pieces if len(pieces) == len(items) else [json.dumps(item).encode() for item in items]


def cut_slowly(text: str, key: str | None) -> list[bytes]:
    """As `cut`, for bodies that msgspec refuses: lone surrogates, numbers out of range."""
    scan = json.JSONDecoder(parse_int=to_number).raw_decode
    if key is None:
        return [text[start:end].encode() for start, end in array_items(text, text.index("[") + 1, scan)]
    position, array_start = text.index("{") + 1, None
    while (position := skip_space(text, position)) < len(text) and text[position] == '"':
        name, position = scan(text, position)
        position = skip_space(text, skip_space(text, position) + 1)  # past the colon
        array_start = position if name == key else array_start
        position = skip_space(text, scan(text, position)[1]) + 1  # past the comma
    if array_start is None:
        return []
    return [text[start:end].encode() for start, end in array_items(text, array_start + 1, scan)]


def array_items(text: str, position: int, scan: Callable[[str, int], tuple[Any, int]]) -> Iterator[tuple[int, int]]:
    """Start and end of each item of an array. `position` is just after its opening bracket."""
    while (position := skip_space(text, position)) < len(text) and text[position] != "]":
        end = scan(text, position)[1]
        yield position, end
        position = skip_space(text, end)
        if text[position] == ",":
            position += 1


def skip_space(text: str, position: int) -> int:
    """The position of the next character that is not white space."""
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
