"""A delivery: one accepted request body with its receipt. A group: deliveries that are committed together."""

from __future__ import annotations

import msgspec


class Delivery(msgspec.Struct, array_like=True, frozen=True):
    """One accepted request body. New fields go to the end with a default: groups survive an upgrade."""

    receipt: str
    """UUIDv7 given by the API; it identifies actions that have no identity of their own."""
    received_at: int
    """Epoch ms."""
    kind: str
    """`analytics` or `event`: the path that the body was posted to."""
    body: bytes
    """JSON, decompressed, otherwise byte for byte as received."""


def encode_group(deliveries: list[Delivery]) -> bytes:
    """The group as it is kept in the buffer: MessagePack."""
    return msgspec.msgpack.encode(deliveries)


def decode_group(group: bytes) -> list[Delivery]:
    """The deliveries of a group. Raises msgspec.MsgspecError if the bytes are not a group."""
    return msgspec.msgpack.decode(group, type=list[Delivery])
