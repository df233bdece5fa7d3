"""Request bodies are flattened into actions; what is not an action becomes a reject."""

import json
import tracemalloc
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import flatten
from analytics_app.wire.json_bytes import cut, cut_slowly, parse
from analytics_app.wire.reasons import Code
from analytics_app.wire.types import FlatDelivery
from tests.support.sending import envelope, flat_action

RECEIPT = "0198c2f1-0000-7000-8000-000000000001"
PAGE = "0198c2f1-0000-7000-8000-000000000002"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)


def flat(value: Any, kind: str = "analytics") -> FlatDelivery:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return flatten(Delivery(RECEIPT, 1_767_225_661_234, kind, body))


def test_actions_of_an_array_are_identified_by_receipt_and_position() -> None:
    result = flat([flat_action("a"), flat_action("b")])
    assert [(action.page_id, action.seq, action.data["name"]) for action in result.actions] == [
        (RECEIPT, 0, "a"),
        (RECEIPT, 1, "b"),
    ]
    assert result.header.source == "v1"


def test_fields_of_an_array_are_unchanged_even_if_an_envelope_would_interpret_them() -> None:
    action = {"name": "x", "view": "mine", "seq": "mine", "data-species": "setosa", "t0": [1]}
    assert flat([action]).actions[0].data == action


def test_constants_and_view_of_an_envelope_are_defaults_of_each_action() -> None:
    body = envelope([{"name": "click", "user": "own"}, {"name": "click", "view": 7}], user="p1")
    first, second = flat(body).actions
    assert first.data["user"] == "own"
    assert first.data["title"] == "Cart"
    assert "view" not in first.data
    assert second.data["user"] == "p1"
    assert "title" not in second.data
    assert (first.page_id, first.seq) == (body["page_id"], 0)
    assert first.data["timestamp"] == body["t0"]


def test_an_actions_own_timestamp_takes_precedence_over_t0_plus_t() -> None:
    (action,) = flat(envelope([{"name": "x", "timestamp": 5}], user="p")).actions
    assert action.data["timestamp"] == 5


@pytest.mark.parametrize(
    ("fields", "at_fault", "page_id"),
    [
        ({"page_id": "nonsense"}, "page_id", RECEIPT),
        ({"page_id": 7}, "page_id", RECEIPT),
        ({"page_id": PAGE, "const": "nonsense"}, "const", PAGE),
        ({"page_id": PAGE, "v": 3}, "v", PAGE),
    ],
)
def test_an_envelope_of_unknown_owner_gives_rejects_and_no_anonymous_actions(
    fields: dict[str, Any], at_fault: str, page_id: str
) -> None:
    result = flat(envelope([{"name": "a"}, {"name": "b"}], user="p", **fields))
    assert result.actions == []
    assert [list(reject.reasons) for reject in result.rejects] == [[at_fault], [at_fault]]
    assert [(reject.action.page_id, reject.action.seq) for reject in result.rejects] == [(page_id, 0), (page_id, 1)]


@pytest.mark.parametrize("seq", [-1, 2_147_483_647, "1", 1.5, True, [], {}])
def test_an_invalid_seq_rejects_only_its_action(seq: Any) -> None:
    result = flat(envelope([{"name": "valid"}, {"name": "invalid", "seq": seq}], user="p"))
    assert [action.data["name"] for action in result.actions] == ["valid"]
    (reject,) = result.rejects
    assert list(reject.reasons) == ["seq"]
    assert (reject.action.page_id, reject.action.seq) == (RECEIPT, 1)


def test_actions_without_a_page_id_are_identified_by_the_receipt() -> None:
    (action,) = flat(envelope([{"name": "a"}], user="p", page_id=None)).actions
    assert (action.page_id, action.seq) == (RECEIPT, 0)


@pytest.mark.parametrize("item", [5, None, "click", [], True])
def test_an_action_that_is_not_an_object_is_rejected_with_its_bytes(item: Any) -> None:
    result = flat([flat_action(), item])
    assert len(result.actions) == 1
    (reject,) = result.rejects
    assert reject.action.body == json.dumps(item).encode()
    assert reject.reasons == {"action": ["Not an object."]}


@pytest.mark.parametrize("body", [{}, {"v": 2}, {"actions": 5}, {"actions": {}}])
def test_an_object_without_actions_is_one_reject_with_the_whole_body(body: Any) -> None:
    result = flat(body)
    assert result.actions == []
    (reject,) = result.rejects
    assert list(reject.reasons) == ["body"]
    assert reject.action.body == json.dumps(body).encode()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"[NaN]"])
def test_it_rejects_what_is_not_json_and_never_raises(body: bytes) -> None:
    result = flat(body)
    assert result.actions == []
    (reject,) = result.rejects
    assert reject.reasons["body"][0].startswith("Not JSON: ")
    assert reject.action.body == body


@pytest.mark.parametrize("number", ["1e400", "1e308", "-1e400", "9" * 399])
def test_clock_readings_out_of_range_reject_no_action(number: str) -> None:
    actions = ",".join(f'{{"name":"{t}","t":{t}}}' for t in (number, "-1e400", "1.5", "7"))
    body = f'{{"t0":{number},"actions":[{actions}]}}'
    result = flat(body.encode())
    assert [action.data["name"] for action in result.actions] == [number, "-1e400", "1.5", "7"]
    assert result.rejects == []


@pytest.mark.parametrize("where", ["const", "views", "study"])
def test_a_large_value_given_once_is_not_repeated_for_many_actions(where: str) -> None:
    large = "x" * 100_000
    given: dict[str, Any] = {"const": {"user": large}, "views": [{"title": large}], "study": large}
    body = {**envelope([{"name": "a"}] * 200, user="p"), where: given[where]}
    result = flat(body)
    assert (result.actions, result.header.actions) == ([], 200)
    (reject,) = result.rejects
    assert (reject.action.page_id, reject.action.body) == (RECEIPT, json.dumps(body).encode())
    assert len(flat({**body, "actions": body["actions"][:100]}).actions) == 100


def test_a_lone_surrogate_or_a_huge_number_does_not_invalidate_the_body() -> None:
    body = b'[{"name":"a"}, {"name":"\\ud800"}, {"n":1e400}, {"n":' + b"9" * 5_000 + b"}]"
    actions = flat(body).actions
    assert [action.body for action in actions[:3]] == [b'{"name":"a"}', b'{"name":"\\ud800"}', b'{"n":1e400}']
    assert actions[1].data["name"] == "\ufffd"
    assert len(actions) == 4


@pytest.mark.parametrize(
    "number", [b"1e-20000", b"0e-20000", b"0E+99999", b"-1.5e0123456", b"0." + b"0" * 20_000 + b"1"]
)
def test_a_number_that_numeric_cannot_hold_is_not_stored_as_it_is_written(number: bytes) -> None:
    """The view "rawActions" converts the bytes to jsonb: one such number would make each query of it fail."""
    for body in (
        b'[{"n":' + number + b"}]",
        b'[{"list":[1,' + number + b"]}]",
        b'{"actions":[{"n": ' + number + b"}]}",
    ):
        (action,) = flat(body).actions
        assert not action.strict


def test_usual_numbers_and_ids_are_stored_as_they_are_written() -> None:
    body = envelope([{"name": "a", "x": 1e-7, "y": 123456.789, "id": "3e12345-e1234", "big": 10**150}], user="3e1234")
    assert all(action.strict for action in flat(body).actions)


def test_views_that_no_action_refers_to_cost_nothing() -> None:
    """Merging the constants into each of them would take memory by the product of both."""
    constants = {f"key-{number}": number for number in range(1_000)}
    body = {"v": 2, "const": constants, "views": [{}] * 5_000, "actions": [{"name": "a", "view": 4_999}, {"name": "b"}]}
    tracemalloc.start()
    actions = flat(body).actions
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [action.data["key-7"] for action in actions] == [7, 7]
    assert peak < 5_000_000


def test_constants_that_make_each_action_a_mouse_path_count_with_their_positions() -> None:
    path = {"name": "mousemove", "n": 200, **{name: [0] * 200 for name in ("dt", "x", "y")}}
    body = {"v": 2, "const": path, "actions": [{}] * 1_000}
    (reject,) = flat(body).rejects
    assert reject.reasons["body"][0].code is Code.TOO_LARGE


def test_integers_beyond_64_bits_are_exact() -> None:
    assert flat(b'[{"n":123456789012345678901234567890}]').actions[0].data["n"] == 123456789012345678901234567890


@given(st.lists(values, min_size=1, max_size=5), st.sampled_from([None, 1, " \n"]))
def test_the_bytes_of_each_action_are_cut_out_unchanged(items: list[Any], indent: Any) -> None:
    """Both implementations agree with the json module."""
    array = json.dumps(items, indent=indent)
    assert [json.loads(piece) for piece in cut_slowly(array, None)] == items
    wrapped = json.dumps({"a": [1], "actions": items, "z": {"actions": 1}}, indent=indent)
    assert [json.loads(piece) for piece in cut_slowly(wrapped, "actions")] == items
    assert [json.loads(piece) for piece in cut(wrapped.encode(), "actions", items)] == items


@given(values)
def test_parse_agrees_with_the_json_module(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value


def test_an_event_is_one_action_identified_by_its_receipt() -> None:
    result = flat({"name": "link click", "session_id": str(uuid4())}, kind="event")
    (action,) = result.actions
    assert (action.page_id, action.seq, result.header.source) == (RECEIPT, 0, "event")
