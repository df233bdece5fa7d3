"""A body that is taken apart without decoding its actions gives what a decoded one gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_app.actions import ACTIONS
from analytics_app.actions.type import ActionType
from analytics_app.processing.prepare import Prepared
from analytics_app.processing.rejection import reject_row
from analytics_app.processing.validation import ValidAction
from analytics_app.storage.write import raw_row
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import from_decoded
from analytics_app.wire.json_bytes import cut_plain
from tests.support.fuzzing import batches, encode, values
from tests.support.sending import envelope, flat_action
from tests.support.storing import prepare_all

RECEIPT = "0198c2f1-0000-7000-8000-000000000001"


def described(prepared: Prepared) -> Any:
    """All that is written of it; JSON as its values."""
    return (
        [
            (valid.type.name, *raw_row(valid)[:-1], json.loads(valid.data), valid.context, rows_of(valid))
            for valid in valid_of(prepared)
        ],
        [reject_row(reject) for reject in prepared.rejects],
        prepared.batches,
        prepared.pages,
    )


def valid_of(prepared: Prepared) -> list[ValidAction]:
    return list(prepared.valid(prepared.actions))


def rows_of(valid: ValidAction) -> list[Any]:
    """Of positions_screen and of the type's own table."""
    own = [valid.type.own_values(valid.loaded)] if valid.type.table else []
    return [*valid.type.positions(valid.key, valid.loaded), *own]


def delivery(body: bytes) -> Delivery:
    return Delivery(RECEIPT, 1_767_225_661_234, "analytics", body)


odd_items = st.dictionaries(
    st.sampled_from(["name", "seq", "t", "view", "user", "url", "x", "task", "timestamp", "trial", "fixed"]),
    values,
    max_size=3,
)
odd_batches = st.tuples(st.lists(odd_items, max_size=3), odd_items).map(
    lambda parts: encode(envelope([{"name": "click", **item} for item in parts[0]], "p", const=parts[1]))
)


@settings(max_examples=300)
@given(batches().map(lambda case: case.body) | odd_batches | values.map(encode))
def test_both_ways_give_the_same(body: bytes) -> None:
    assert repr(described(prepare_all([delivery(body)]))) == repr(
        described(prepare_all([from_decoded(delivery(body))]))
    )


def test_what_the_logger_sends_is_not_decoded() -> None:
    path = {"name": "mousemove", "n": 2, "dt": [0, 50], "x": [1, 2], "y": [3, 4], "sx": 0, "sy": 0, "off": [0, 0]}
    actions = [flat_action(), path, {"name": "pageview", "nav": "load"}, {"name": "own", "note": "ä 👍"}]
    body = json.dumps(envelope(actions, "p"), ensure_ascii=False).encode()
    prepared = prepare_all([delivery(body)])
    assert [valid.type.name for valid in valid_of(prepared)] == ["click", "mousemove", "pageview", ""]
    assert [action.own for action in prepared.actions] == [None] * 4


def test_a_type_gets_what_the_batch_says_for_its_columns_and_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIONS, "scaled", ActionType("scaled", positions=lambda _, action: [(action.viewport_w,)]))
    actions = [{"name": "scaled"}, {"name": "pageview", "title": "Own"}, {"name": "pageview"}]
    prepared = prepare_all([delivery(encode(envelope(actions, "p")))])
    scaled, own, other = map(rows_of, valid_of(prepared))
    assert [action.own for action in prepared.actions] == [None] * 3
    assert scaled == [(1440.0,)]
    assert own[-1][:2] == ("https://shop.example/cart?x=1", "Own")
    assert other[-1][:2] == ("https://shop.example/cart?x=1", "Cart")


@pytest.mark.parametrize(
    "item", [r'{"a":"\ud800"}', r'{"a":"\uDC00"}', r'{"a":"\u0000"}', '{"a":1e400}', '{"a":[-1E-400]}', '{"a":"\xff"}']
)
def test_what_postgresql_may_not_store_is_decoded(item: str) -> None:
    assert cut_plain(f"[{item}]".encode("latin-1")) is None
    assert cut_plain(b'{"actions":[{"a":1e30,"b":"\\\\u00e9"}]}') is not None
