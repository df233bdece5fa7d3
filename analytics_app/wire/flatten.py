"""A request body into flat actions. It checks what identifies an action; the fields are checked in `processing`.

Three bodies are read: the original logger's array (v1), the envelope (v2) and the single event. docs/protocol.md
describes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from analytics_app.config.limits import Limits
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.json_bytes import cut, cut_plain, parse_storable
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import Action, FlatDelivery, Header, Item, Json, Key, Reject

INVALID_UUID = Reason(Code.NOT_A_UUID, "Not a valid UUID.")
INVALID_OBJECT = Reason(Code.NOT_AN_OBJECT, "Not an object.")
INVALID_VERSION = Reason(Code.WRONG_VERSION, "This server reads envelopes with v = 2.")
INVALID_SEQ = Reason(Code.NOT_A_WHOLE_NUMBER, f"Not a whole number from 0 to {Limits.SEQ}.")
INVALID_VIEWS = Reason(Code.NOT_A_LIST, "Not a list of objects.")
INVALID_EVENT = Reason(Code.WRONG_FORM, "Not one event object.")
INVALID_BODY = Reason(Code.WRONG_FORM, "Neither an array of actions nor an envelope with a list of actions.")

decode_item = msgspec.json.Decoder(Item).decode
encode = msgspec.json.Encoder().encode

POSITION_BYTES = 140  # on disk

HEADER_FAULTS = {"page_id": INVALID_UUID, "const": INVALID_OBJECT, "v": INVALID_VERSION, "seq": INVALID_SEQ}
"""Fields of the envelope whose faults reject its actions: it is unknown then to whom the actions belong."""


def flatten(delivery: Delivery) -> FlatDelivery:
    """Take a delivery apart. What is not an action becomes a reject; it raises nothing that a client can cause."""
    return from_plain(delivery) or from_decoded(delivery)


def from_decoded(delivery: Delivery) -> FlatDelivery:
    """Take any delivery apart."""
    header = Header(delivery.receipt, delivery.received_at, "v1", delivery.receipt)
    try:
        value, header.strict = parse_storable(delivery.body)
    except (ValueError, RecursionError) as error:
        return reject_body(header, delivery, Reason(Code.NOT_JSON, f"Not JSON: {error}."))
    if delivery.kind == "event":
        header.source, header.actions = "event", 1
        if not isinstance(value, dict):
            return reject_body(header, delivery, INVALID_EVENT)
        key = header.page_id, 0
        action = Action(key, header.received_at, "event", value, delivery.body, {}, strict=header.strict)
        return FlatDelivery(header, [action])
    if isinstance(value, list):
        return from_array(header, map(item_of, value), value, cut(delivery.body, None, value))
    if isinstance(value, dict) and isinstance(value.get("actions"), list):
        owns = value.pop("actions")
        return from_envelope(
            header, value, list(map(item_of, owns)), owns, cut(delivery.body, "actions", owns), delivery
        )
    return reject_body(header, delivery, INVALID_BODY)


def from_plain(delivery: Delivery) -> FlatDelivery | None:
    """Take a batch apart without decoding its actions; None if anything is in doubt."""
    if delivery.kind == "event":
        return None
    try:
        if (plain := cut_plain(delivery.body)) is None:
            return None
        envelope, pieces = plain
        items = list(map(decode_item, pieces))
    except (msgspec.MsgspecError, RecursionError):  # such as an action that is not an object
        return None
    header = Header(delivery.receipt, delivery.received_at, "v1", delivery.receipt, strict=True)
    undecoded = repeat(UNSET, len(pieces))
    if envelope is None:
        return from_array(header, items, undecoded, pieces)
    return from_envelope(header, envelope, items, undecoded, pieces, delivery)


def reject_body(header: Header, delivery: Delivery, reason: Reason, field: str = "body") -> FlatDelivery:
    """The whole body as one reject."""
    action = Action((header.receipt, 0), header.received_at, header.source, {}, delivery.body, None)
    return FlatDelivery(header, rejects=[Reject(action, {field: [reason]})])


def reject_unread(delivery: Delivery, reason: Reason) -> FlatDelivery:
    """The whole body as one reject, without parsing it: the server's own code failed on it."""
    header = Header(
        delivery.receipt, delivery.received_at, "event" if delivery.kind == "event" else "v1", delivery.receipt
    )
    return reject_body(header, delivery, reason, "server")


def from_array(header: Header, items: Iterable[Item], owns: Iterable[Any], pieces: list[bytes]) -> FlatDelivery:
    """v1: the receipt serves as page_id, the position in the array as seq."""
    flat = FlatDelivery(header)
    context: Json = {}
    header.actions = len(pieces)
    for seq, (item, own, piece) in enumerate(zip(items, owns, pieces, strict=True)):
        add(flat, (header.page_id, seq), item, own, piece, context)
    return flat


def from_envelope(
    header: Header, value: Json, items: list[Item], owns: Iterable[Any], pieces: list[bytes], delivery: Delivery
) -> FlatDelivery:
    """v2: identity, constants and views are given once and apply to each action. `value` is the rest of the envelope;
    `owns` are the actions, decoded or UNSET."""
    header.source, header.actions = "v2", len(items)
    most = POSITION_BYTES // 2 * len(delivery.body)  # that may be repeated: an element of a list takes two bytes
    if len(items) * most > Limits.SPREAD and len(items) * repeated_bytes(value) > Limits.SPREAD:
        sentence = f"Repeated for {len(items)} actions, constants and views exceed {Limits.SPREAD} bytes."
        return reject_body(header, delivery, Reason(Code.TOO_LARGE, sentence))
    if not are_views(value.get("views")):
        header.faults["views"] = [INVALID_VIEWS]
    header.envelope = {key: item for key, item in value.items() if key != "views"}
    if is_uuid(value.get("page_id")):
        header.page_id = str(UUID(value["page_id"]))
    flat, faults, context_of = FlatDelivery(header), envelope_faults(value), contexts_of(value)
    t0 = value.get("t0")
    t0 = t0 if isinstance(t0, int | float) else None
    for index, (item, own, piece) in enumerate(zip(items, owns, pieces, strict=True)):
        key, reasons = identity(header, index, item)
        if faults:
            reasons = {**faults, **(reasons or {})}
        add(flat, key, item, own, piece, context_of(item), timestamp_of(t0, item), reasons)
    return flat


def repeated_bytes(value: Json) -> int:
    """At most the bytes that the envelope adds to each action. 4 MiB of constants for 20,000 actions need 80 GB."""
    views = value.get("views")
    largest = max((len(encode(view)) for view in views), default=0) if isinstance(views, list) else 0
    constants = {key: value.get(key) for key in ("const", "study", "session_id")}
    return len(encode(constants)) + largest + POSITION_BYTES * (samples_in(value.get("const")) + samples_in(views))


def samples_in(value: Any) -> int:
    """Elements of the lists in constants or views: they could be the samples of a mouse path."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return sum(len(item) + samples_in(item) if isinstance(item, list) else samples_in(item) for item in items)


def identity(header: Header, index: int, item: Item) -> tuple[Key, Json | None]:
    """The action's key and faults: (`page_id`, `seq`) as sent, or the receipt and the index if either is invalid."""
    seq = item.seq
    if header.page_id == header.receipt or seq is None:
        return (header.receipt, index), None
    if is_seq(seq):
        return (header.page_id, seq), None
    return (header.receipt, index), {"seq": [INVALID_SEQ]}


def contexts_of(value: Json) -> Callable[[Item], Json]:
    """A function that returns what the envelope says for an action: one object for all actions of a view."""
    const, views = value.get("const"), value.get("views")
    shared = dict(const) if isinstance(const, dict) else {}
    shared |= {key: value[key] for key in ("study", "session_id") if value.get(key) is not None}
    views = views if isinstance(views, list) else []
    by_view: dict[int, Json] = {}  # of the views that actions refer to: a body may have many that none does

    def context_of(item: Item) -> Json:
        index = item.view
        if type(index) is int and index in by_view:
            return by_view[index]
        if not isinstance(index, int) or not 0 <= index < len(views) or not isinstance(views[index], dict):
            return shared
        return by_view.setdefault(index, {**views[index], **shared})

    return context_of


def timestamp_of(t0: float | None, item: Item) -> float | None:
    """Epoch ms by the batch's `t0` and the action's `t`; None if either is not a finite number."""
    if t0 is None or item.t is None:
        return None
    try:
        at: float = round(t0 + item.t)
        return at
    except (TypeError, OverflowError, ValueError):  # a text, 1e400, or a number of hundreds of digits
        return None


def are_views(views: Any) -> bool:
    return views is None or (isinstance(views, list) and all(isinstance(view, dict) for view in views))


def envelope_faults(value: Json) -> Json:
    """Faults that leave unknown to whom the actions belong: then none of them may be stored."""
    faults: Json = {}
    if value.get("page_id") is not None and not is_uuid(value["page_id"]):
        faults["page_id"] = [INVALID_UUID]
    if value.get("const") is not None and not isinstance(value["const"], dict):
        faults["const"] = [INVALID_OBJECT]
    if value.get("v") is not None and value["v"] != 2:
        faults["v"] = [INVALID_VERSION]
    return faults


def add(
    flat: FlatDelivery,
    key: Key,
    item: Item,
    own: Any,
    body: bytes,
    context: Json,
    timestamp: float | None = None,
    reasons: Json | None = None,
) -> None:
    """Append one action, or a reject if it is not an object or there are reasons.

    `own` are its fields; UNSET if they have not been decoded, in a strict body.
    """
    header = flat.header
    if own is UNSET:
        own = None
    elif not isinstance(own, dict):
        own, reasons = {}, {**(reasons or {}), "action": [INVALID_OBJECT]}
    index = len(flat.actions) + len(flat.rejects)
    action = Action(
        key, header.received_at, header.source, own, body, context, timestamp, index, header.strict, item.name
    )
    if reasons:
        flat.rejects.append(Reject(action, reasons))
    else:
        flat.actions.append(action)


def item_of(own: Any) -> Item:
    """What is read of an action that has been decoded."""
    return Item(own.get("name"), own.get("seq"), own.get("t"), own.get("view")) if isinstance(own, dict) else Item()


def is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def is_seq(value: Any) -> bool:
    return type(value) is int and 0 <= value <= Limits.SEQ  # a bool is an int too, but not of that type
