"""Groups: decoding gives what was encoded, also across an upgrade."""

import msgspec
import pytest

from analytics_app.wire.delivery import Delivery, decode_group, encode_group

GROUP = [
    Delivery("0198c2f0-0000-7000-8000-000000000000", 1_767_225_600_000, "analytics", b'[{"a": "\\ud800"}]\x00\xff')
]


def test_decoding_gives_the_deliveries_that_were_encoded() -> None:
    assert decode_group(encode_group(GROUP * 3)) == GROUP * 3


def test_a_group_of_a_newer_version_can_be_decoded() -> None:
    """New fields go to the end; a worker that does not know them ignores them."""
    newer = [[*msgspec.to_builtins(GROUP[0], builtin_types=(bytes,)), "a new field"]]
    assert decode_group(msgspec.msgpack.encode(newer)) == GROUP


@pytest.mark.parametrize("group", [b"", b"\xc1", b"[]", encode_group(GROUP)[:-1], msgspec.msgpack.encode([["x", "y"]])])
def test_bytes_that_are_not_a_group_are_an_error(group: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_group(group)
