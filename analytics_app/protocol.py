"""A request body into flat actions. No I/O, no judgement of single fields: that is the actions' affair.

Three bodies are read for ever: the original logger's array (v1), the envelope (v2), and the single event.
docs/protocol.md describes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from analytics_app.config import Limits
from analytics_app.delivery import Delivery

Json = dict[str, Any]


@dataclass
class Batch:
    """One body: what is said once for all its actions."""

    receipt: str
    received_at: int
    source: str
    page_id: str
    envelope: Json = field(default_factory=dict)
    actions: int = 0


@dataclass
class Action:
    """One action, flat: `data` is the action as it came with the batch's constants and its view laid under it."""

    page_id: str
    seq: int
    received_at: int
    source: str
    data: Json
    body: bytes
    """The action's own bytes as they came."""
    context: Json | None
    """What the batch laid under it; None where the bytes are a whole body that no action could be read from."""
    index: int = 0
    """Its place in the body."""


@dataclass
class Reject:
    """What could not be judged good, with the reasons by field."""

    action: Action
    reasons: Json


@dataclass
class Flat:
    """A delivery taken apart."""

    batch: Batch
    actions: list[Action] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def parse(body: bytes) -> Any:
    """JSON into Python.

    msgspec refuses a whole body for one lone surrogate or one 1e400; the standard library reads those, so that
    the worker can reject just the action that holds them.

    Raises:
        ValueError: not JSON by the grammar. RecursionError: nested too deep to be read.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return json.loads(body.decode("utf-8"), parse_constant=no_constant, parse_int=whole_number)


def no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def whole_number(digits: str) -> float:
    return int(digits) if len(digits) <= 400 else float(digits)


def depth(value: Any, limit: int) -> int:
    """Levels of arrays and objects in a value; stops counting at the limit."""
    level, depth_found = [value], 0
    while depth_found < limit:
        level = [item for item in level if isinstance(item, dict | list)]
        if not level:
            break
        depth_found += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth_found


def flatten(delivery: Delivery) -> Flat:
    """The actions of a delivery. What is no action becomes a reject; never raises for what a client can send."""
    batch = Batch(delivery.receipt, delivery.received_at, "v1", delivery.receipt)
    try:
        value = parse(delivery.body)
    except (ValueError, RecursionError) as error:
        return Flat(batch, rejects=[whole_body(batch, delivery, {"body": [f"Not JSON: {error}."]})])
    if delivery.kind == "event":
        batch.source, batch.actions = "event", 1
        if not isinstance(value, dict):
            return Flat(batch, rejects=[whole_body(batch, delivery, {"body": ["Not one event object."]})])
        return Flat(batch, [Action(batch.page_id, 0, batch.received_at, "event", value, delivery.body, {})])
    if isinstance(value, list):
        return from_array(batch, value, delivery.body)
    if isinstance(value, dict) and isinstance(value.get("actions"), list):
        return from_envelope(batch, value, delivery)
    reason = "Neither an array of actions nor an envelope with a list of actions."
    return Flat(batch, rejects=[whole_body(batch, delivery, {"body": [reason]})])


def whole_body(batch: Batch, delivery: Delivery, reasons: Json) -> Reject:
    return Reject(Action(batch.page_id, 0, batch.received_at, batch.source, {}, delivery.body, None), reasons)


def from_array(batch: Batch, items: list[Any], body: bytes) -> Flat:
    """v1: the receipt stands for the page, the place in the array for the seq."""
    flat = Flat(batch)
    batch.actions = len(items)
    for seq, (item, piece) in enumerate(zip(items, pieces(body, None, items), strict=True)):
        add(flat, batch.page_id, seq, item, piece, {}, {})
    return flat


def from_envelope(batch: Batch, value: Json, delivery: Delivery) -> Flat:
    """v2: identity, constants and views are said once and laid under each action."""
    items: list[Any] = value["actions"]
    batch.source, batch.actions = "v2", len(items)
    if len(items) * len(delivery.body) > Limits.SPREAD and len(items) * spread(value) > Limits.SPREAD:
        reason = f"Under {len(items)} actions, constants and views come to more than {Limits.SPREAD} bytes."
        return Flat(batch, rejects=[whole_body(batch, delivery, {"body": [reason]})])
    batch.envelope = {key: item for key, item in value.items() if key not in ("actions", "views")}
    if is_uuid(value.get("page_id")):
        batch.page_id = str(UUID(value["page_id"]))
    flat = Flat(batch)
    faults = envelope_faults(value)
    for index, (item, piece) in enumerate(zip(items, pieces(delivery.body, "actions", items), strict=True)):
        page_id, seq, reasons = identity(batch, index, item)
        add(flat, page_id, seq, item, piece, context_of(value, item), {**faults, **reasons})
    return flat


def spread(value: Json) -> int:
    """Bytes that come under each action, at most. 4 MiB of constants under 20,000 actions would end any worker."""
    views = value.get("views")
    largest = max((len(json.dumps(view)) for view in views), default=0) if isinstance(views, list) else 0
    said = {key: value.get(key) for key in ("const", "study", "session_id")}
    return len(json.dumps(said)) + largest


def identity(batch: Batch, index: int, item: Any) -> tuple[str, int, Json]:
    """(`page_id`, `seq`) as sent; the receipt and the place in the batch where either is missing or no good."""
    seq = item.get("seq") if isinstance(item, dict) else None
    if batch.page_id == batch.receipt or seq is None:
        return batch.receipt, index, {}
    if is_seq(seq):
        return batch.page_id, seq, {}
    return batch.receipt, index, {"seq": [f"Not a whole number from 0 to {Limits.SEQ}."]}


def context_of(value: Json, item: Any) -> Json:
    """What is said once for the batch and holds for this action."""
    const = value.get("const")
    context = {**view_of(value, item), **(const if isinstance(const, dict) else {})}
    context |= {key: value[key] for key in ("study", "session_id") if value.get(key) is not None}
    t0, t = value.get("t0"), item.get("t") if isinstance(item, dict) else None
    if isinstance(t0, int | float) and isinstance(t, int | float):
        with suppress(OverflowError, ValueError):  # 1e400, or a number of hundreds of digits, is no time
            context["timestamp"] = round(t0 + t)  # lies under the action's own
    return context


def envelope_faults(value: Json) -> Json:
    """What makes it unknown whose actions these are: then none of them may be stored as if it were known."""
    faults: Json = {}
    if value.get("page_id") is not None and not is_uuid(value["page_id"]):
        faults["page_id"] = ["Not a valid UUID."]
    if value.get("const") is not None and not isinstance(value["const"], dict):
        faults["const"] = ["Not an object."]
    if value.get("v") is not None and value["v"] != 2:
        faults["v"] = ["This server reads envelopes with v = 2."]
    return faults


def view_of(value: Json, item: Any) -> Json:
    """The view that an action refers to by index; empty where there is none."""
    views = value.get("views")
    index = item.get("view") if isinstance(item, dict) else None
    if (
        isinstance(views, list)
        and isinstance(index, int)
        and 0 <= index < len(views)
        and isinstance(views[index], dict)
    ):
        return dict(views[index])
    return {}


def add(flat: Flat, page_id: str, seq: int, item: Any, piece: bytes, context: Json, reasons: Json) -> None:
    batch = flat.batch
    if not isinstance(item, dict):
        item, reasons = {}, {**reasons, "action": ["Not an object."]}
    data = {**context, **item}
    if batch.source == "v2":
        data.pop("view", None)  # an index into the batch; what it refers to has been laid under the action
    index = len(flat.actions) + len(flat.rejects)
    action = Action(page_id, seq, batch.received_at, batch.source, data, piece, context, index)
    if reasons:
        flat.rejects.append(Reject(action, reasons))
    else:
        flat.actions.append(action)


def is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def is_seq(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= Limits.SEQ


class Actions(msgspec.Struct):
    actions: list[msgspec.Raw]


def pieces(body: bytes, key: str | None, items: list[Any]) -> list[bytes]:
    """Each action's own bytes as they came, from an array or from the array under `key`."""
    try:
        if key is None:
            raw = msgspec.json.decode(body, type=list[msgspec.Raw])
        else:
            raw = msgspec.json.decode(body, type=Actions).actions
        cut = [bytes(piece) for piece in raw]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        cut = cut_slowly(body.decode(), key)
    return cut if len(cut) == len(items) else [json.dumps(item).encode() for item in items]


def cut_slowly(text: str, key: str | None) -> list[bytes]:
    """As `pieces`, for bodies that msgspec refuses: lone surrogates, numbers out of range."""
    scan = json.JSONDecoder(parse_int=whole_number).raw_decode
    if key is None:
        return [text[start:end].encode() for start, end in members(text, text.index("[") + 1, scan)]
    position, start = text.index("{") + 1, None
    while (position := skip(text, position)) < len(text) and text[position] == '"':
        name, position = scan(text, position)
        position = skip(text, skip(text, position) + 1)
        start = position if name == key else start
        position = skip(text, scan(text, position)[1]) + 1
    return [text[a:b].encode() for a, b in members(text, start + 1, scan)] if start is not None else []


def members(text: str, position: int, scan: Callable[[str, int], tuple[Any, int]]) -> Iterator[tuple[int, int]]:
    """Start and end of each value of the array whose `[` stands before the position."""
    while (position := skip(text, position)) < len(text) and text[position] != "]":
        end = scan(text, position)[1]
        yield position, end
        position = skip(text, end) + (text[skip(text, end)] == ",")


def skip(text: str, position: int) -> int:
    """Past white space."""
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
