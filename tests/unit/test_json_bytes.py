"""Counting actions without building their values: only what is certainly valid JSON is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics_app.wire.json_bytes import (
    UNUSUAL_DIGITS,
    UNUSUAL_NUMBER,
    count_plain_actions,
    has_more_containers,
    has_unusual_number,
    is_deeper,
    parse,
)
from tests.support.sending import envelope, flat_action

LEVELS = 6

names = st.text(max_size=3) | st.just("actions")
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from("[]{}"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("actions"), inner, max_size=3)
    ),
    max_leaves=20,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """JSON of any shape, often a batch, sometimes damaged by one byte."""
    value: Any = draw(values)
    shape = draw(st.integers(0, 3))
    if shape:
        actions = [
            {"name": "x", "data": item} if draw(st.booleans()) else item for item in draw(st.lists(values, max_size=4))
        ]
        value = actions if shape == 1 else {"v": 2, "actions": actions, "more": value}
    body = bytearray(json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass"))
    if draw(st.integers(0, 3)) == 0:
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


def depth(value: Any) -> int:
    """Levels of arrays and objects."""
    if not isinstance(value, dict | list):
        return 0
    return 1 + max((depth(item) for item in (value.values() if isinstance(value, dict) else value)), default=0)


def containers(value: Any) -> int:
    """Number of arrays and objects."""
    if not isinstance(value, dict | list):
        return 0
    return 1 + sum(containers(item) for item in (value.values() if isinstance(value, dict) else value))


@given(values, st.integers(0, 8))
@example({"]": ["[", '\\"[']}, 2)
@example([{"a": [1]}], 3)
@example([[[[1]]], []], 3)
def test_depth_and_number_of_arrays_and_objects_are_known_from_the_bytes(value: Any, levels: int) -> None:
    body = json.dumps(value).encode()
    assert is_deeper(body, levels) == (depth(value) > levels)
    assert has_more_containers(body, levels) == (containers(value) > levels)


@given(bodies())
@example(b'[{"a":"\xff"}]')
@example(b'[{"a":"\\q"}]')
@example(b'[{"a":01}]')
@example(b"[{},1,{}]")
@example(b"[1,1,1,1,1,1,[[[[[[[[]]]]]]]]]")
@example(b'{"actions":[{}],"\\u0061ctions":[{},{},{}]}')
@example(b'{"actions":[{"a":[[[[]]]]}],"actions":[{},{}]}')
@example(b"[{}] []")
def test_what_is_counted_is_json_with_so_many_actions_and_not_too_deep(body: bytes) -> None:
    if count := count_plain_actions(body, LEVELS):
        value = parse(body)
        actions = value if isinstance(value, list) else value["actions"]
        assert len(actions) == count
        assert depth(value) <= LEVELS


@pytest.mark.parametrize("number", [1, 20, 20_000])
def test_a_batch_of_the_logger_is_counted(number: int) -> None:
    actions = [flat_action() for _ in range(number)]
    assert count_plain_actions(json.dumps(envelope(actions, "u")).encode(), 32) == number
    assert count_plain_actions(json.dumps(actions).encode(), 32) == number


@pytest.mark.parametrize(
    "body", [b"", b" ", b"[]", b"{}", b"5", b"[5]", b'{"actions":5}', b'{"actions":[]}', b"[" * 100_000]
)
def test_what_has_no_plain_actions_is_not_counted(body: bytes) -> None:
    assert count_plain_actions(body, 32) == 0


NUMBERS = st.from_regex(rb"[:,\[ \n]-?[0-9]{1,3}(\.[0-9]{1,3})?[eE][-+]?[0-9]{1,5}[,}]", fullmatch=True)
DIGITS = st.integers(UNUSUAL_DIGITS - 5, UNUSUAL_DIGITS + 5).map(lambda length: b"[" + b"7" * length + b"]")
TEXTS = st.sampled_from([b'"1e1234"', b'"3e-12345", ', b", e1234", b'{"e":', b"-", b"e", b"0.0", b'"a":'])


@given(st.lists(NUMBERS | DIGITS | TEXTS | st.binary(max_size=4), max_size=5).map(b"".join))
@example(b'{"n":1e-20000}')
@example(b"[" + b"9" * UNUSUAL_DIGITS + b"]")
def test_an_unusual_number_is_found_where_the_expression_finds_it(body: bytes) -> None:
    assert has_unusual_number(body) == bool(UNUSUAL_NUMBER.search(body))
