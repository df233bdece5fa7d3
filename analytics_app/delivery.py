"""What travels from the door to the store: request bodies as they came, in groups."""

from __future__ import annotations

import msgspec


class Delivery(msgspec.Struct, array_like=True, frozen=True):
    """One accepted request body. New fields go to the end with a default: groups outlive an upgrade."""

    receipt: str
    """UUIDv7 given at the door; the identity of actions that bring none."""
    received_at: int
    """Epoch ms."""
    kind: str
    """`analytics` or `event`: the path that the body was posted to."""
    body: bytes
    """JSON, decompressed, otherwise byte for byte as it came."""


def encode_group(deliveries: list[Delivery]) -> bytes:
    return msgspec.msgpack.encode(deliveries)


def decode_group(group: bytes) -> list[Delivery]:
    """The deliveries of a group. Raises msgspec.DecodeError where the bytes are no group."""
    return msgspec.msgpack.decode(group, type=list[Delivery])
