"""Bodies into flat actions."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import flatten
from analytics_app.wire.json_bytes import cut, cut_slowly, depth, parse
from analytics_app.wire.types import FlatDelivery
from tests.support.sending import envelope, flat_action

RECEIPT = "0198c2f1-0000-7000-8000-000000000001"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)


def flat(value: Any, kind: str = "analytics") -> FlatDelivery:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return flatten(Delivery(RECEIPT, 1_767_225_661_234, kind, body))


def test_an_array_is_known_by_its_receipt_and_the_places_in_it() -> None:
    taken = flat([flat_action("a"), flat_action("b")])
    assert [(action.page_id, action.seq, action.data["name"]) for action in taken.actions] == [
        (RECEIPT, 0, "a"),
        (RECEIPT, 1, "b"),
    ]
    assert taken.header.source == "v1"


def test_an_array_s_fields_stay_as_they_came_whatever_they_are_called() -> None:
    action = {"name": "x", "view": "mine", "seq": "mine", "data-species": "setosa", "t0": [1]}
    assert flat([action]).actions[0].data == action


def test_an_envelope_lays_constants_and_view_under_each_action() -> None:
    body = envelope([{"name": "click", "user": "own"}, {"name": "click", "view": 7}], user="p1")
    first, second = flat(body).actions
    assert first.data["user"] == "own"
    assert first.data["title"] == "Cart"
    assert "view" not in first.data
    assert second.data["user"] == "p1"
    assert "title" not in second.data
    assert (first.page_id, first.seq) == (body["page_id"], 0)
    assert first.data["timestamp"] == body["t0"]


def test_an_action_s_own_timestamp_wins_over_the_one_made_of_t0_and_t() -> None:
    (action,) = flat(envelope([{"name": "x", "timestamp": 5}], user="p")).actions
    assert action.data["timestamp"] == 5


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"page_id": "nonsense"}, "page_id"),
        ({"const": "nonsense"}, "const"),
        ({"v": 3}, "v"),
        ({"page_id": 7}, "page_id"),
    ],
)
def test_an_envelope_of_unknown_origin_gives_rejects_never_anonymous_actions(
    fields: dict[str, Any], at_fault: str
) -> None:
    taken = flat(envelope([{"name": "a"}, {"name": "b"}], user="p", **fields))
    assert taken.actions == []
    assert [list(reject.reasons) for reject in taken.rejects] == [[at_fault], [at_fault]]
    assert {reject.action.page_id for reject in taken.rejects} <= {RECEIPT, taken.header.page_id}


@pytest.mark.parametrize("seq", [-1, 2_147_483_647, "1", 1.5, True, [], {}])
def test_a_seq_that_is_none_costs_only_its_action(seq: Any) -> None:
    taken = flat(envelope([{"name": "good"}, {"name": "bad", "seq": seq}], user="p"))
    assert [action.data["name"] for action in taken.actions] == ["good"]
    (reject,) = taken.rejects
    assert list(reject.reasons) == ["seq"]
    assert (reject.action.page_id, reject.action.seq) == (RECEIPT, 1)


def test_actions_without_identity_get_the_receipt() -> None:
    taken = flat(envelope([{"name": "a"}], user="p", page_id=None))
    assert (taken.actions[0].page_id, taken.actions[0].seq) == (RECEIPT, 0)


@pytest.mark.parametrize("bad", [5, None, "click", [], True])
def test_what_is_no_object_is_rejected_with_its_bytes(bad: Any) -> None:
    taken = flat([flat_action(), bad])
    assert len(taken.actions) == 1
    assert taken.rejects[0].action.body == json.dumps(bad).encode()
    assert taken.rejects[0].reasons == {"action": ["Not an object."]}


@pytest.mark.parametrize("body", [{}, {"v": 2}, {"actions": 5}, {"actions": {}}])
def test_an_object_without_actions_is_one_reject_with_the_whole_body(body: Any) -> None:
    taken = flat(body)
    assert taken.rejects[0].action.body == json.dumps(body).encode()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"[NaN]"])
def test_it_never_raises_for_what_is_not_json(body: bytes) -> None:
    assert flat(body).rejects[0].action.body == body


@pytest.mark.parametrize("number", ["1e400", "1e308", "-1e400", "9" * 399])
def test_a_clock_beyond_all_times_costs_no_neighbour(number: str) -> None:
    actions = ",".join(f'{{"name":"{t}","t":{t}}}' for t in (number, "-1e400", "1.5", "7"))
    body = f'{{"t0":{number},"actions":[{actions}]}}'
    assert [action.data["name"] for action in flat(body.encode()).actions] == [number, "-1e400", "1.5", "7"]


@pytest.mark.parametrize("where", ["const", "views", "study"])
def test_much_said_once_is_not_laid_under_many(where: str) -> None:
    much = "x" * 100_000
    said: dict[str, Any] = {"const": {"user": much}, "views": [{"title": much}], "study": much}
    many = {**envelope([{"name": "a"}] * 200, user="p"), where: said[where]}
    taken = flat(many)
    assert (taken.actions, taken.header.actions) == ([], 200)
    (reject,) = taken.rejects
    assert (reject.action.page_id, reject.action.body) == (RECEIPT, json.dumps(many).encode())
    assert len(flat({**many, "actions": many["actions"][:100]}).actions) == 100


def test_one_lone_surrogate_or_huge_number_does_not_spoil_a_body() -> None:
    body = b'[{"name":"a"}, {"name":"\\ud800"}, {"n":1e400}, {"n":' + b"9" * 5_000 + b"}]"
    actions = flat(body).actions
    assert [action.body for action in actions[:3]] == [b'{"name":"a"}', b'{"name":"\\ud800"}', b'{"n":1e400}']
    assert len(actions) == 4


def test_numbers_beyond_64_bits_stay_exact() -> None:
    assert flat(b'[{"n":123456789012345678901234567890}]').actions[0].data["n"] == 123456789012345678901234567890


@given(st.lists(values, min_size=1, max_size=5), st.sampled_from([None, 1, " \n"]))
def test_the_bytes_of_each_action_are_cut_out_as_they_came(items: list[Any], indent: Any) -> None:
    """Both ways of cutting agree with what json itself reads."""
    array = json.dumps(items, indent=indent)
    assert [json.loads(piece) for piece in cut_slowly(array, None)] == items
    wrapped = json.dumps({"a": [1], "actions": items, "z": {"actions": 1}}, indent=indent)
    assert [json.loads(piece) for piece in cut_slowly(wrapped, "actions")] == items
    assert [json.loads(piece) for piece in cut(wrapped.encode(), "actions", items)] == items


@given(values)
def test_parse_reads_what_json_reads(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value


def test_depth_counts_levels_and_stops_at_the_limit() -> None:
    assert depth([], 9) == 1
    assert depth([{"a": [1]}], 9) == 3
    assert depth([[[[1]]]], 2) == 2


def test_the_event_is_one_action_known_by_its_receipt() -> None:
    taken = flat({"name": "link click", "session_id": str(uuid4())}, kind="event")
    assert (taken.actions[0].page_id, taken.actions[0].seq, taken.header.source) == (RECEIPT, 0, "event")
