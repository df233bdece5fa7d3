"""The derived loader accepts only what marshmallow accepts, with equal values, for every action type."""

from __future__ import annotations

import math
from typing import Any

import marshmallow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from analytics_app.actions import ACTIONS, CLICK, MOUSEMOVE, UNKNOWN
from analytics_app.actions.fast_load import FastLoader
from analytics_app.actions.fields import Number, Word
from analytics_app.actions.schema import ActionSchema
from analytics_app.config.limits import Limits

TYPES = [UNKNOWN, *ACTIONS.values()]
NUMBERS = st.one_of(
    st.integers(-3, 300),
    st.floats(),
    st.sampled_from([Limits.COORDINATE, Limits.TIMESTAMP_MS, Limits.SEQ, 2**53 + 1, 10**30, -0.0, 1e400, True]),
)
TEXTS = st.one_of(st.text(max_size=5), st.sampled_from(["x" * Limits.NAME, "x" * (Limits.NAME + 1), "x" * 2_001, "1"]))
VALUES = st.one_of(
    st.none(), st.booleans(), NUMBERS, TEXTS, st.lists(NUMBERS | TEXTS | st.none(), max_size=4),
    st.dictionaries(TEXTS, NUMBERS, max_size=2),
)  # fmt: skip


def actions(schema: ActionSchema) -> st.SearchStrategy[dict[str, Any]]:
    """Fields as the logger sends them, some replaced by others with values of any kind."""
    names = st.sampled_from([*schema.fields, "data-species", "view"])
    plausible: dict[str, Any] = {
        "user": "p1", "page_x": 3, "client_x": 4.5, "timestamp": 1_767_225_600_000, "granted": True, "trusted": False,
        "n": 2, "dt": [0, 50], "x": [1, 2], "y": [3, -4.5], "off": [0, 87], "button": 0, "fields": ["a"], "form": {},
        "kind": ["link", "text"], "w": [1, 2], "h": [1, 2], "fixed": [0], "ids": {}, "texts": {"0": "Home"},
    }  # fmt: skip
    usual = st.sets(st.sampled_from(sorted(plausible))).map(lambda chosen: {name: plausible[name] for name in chosen})
    odd = st.one_of(st.just({}), st.dictionaries(names, VALUES, max_size=3))
    return st.tuples(usual, odd).map(lambda parts: {**parts[0], **parts[1]})


def by_marshmallow(schema: ActionSchema, data: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return dict(schema.load(data))
    except marshmallow.ValidationError:
        return None


def same(one: Any, other: Any) -> bool:
    """Equal, of the same types, and NaN equal to itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name or "unknown")
def test_what_it_accepts_marshmallow_accepts_with_equal_values(kind: Any) -> None:
    schema, loader = kind.schema(), FastLoader(kind.schema())
    assert loader.is_derivable
    accepted = 0

    @given(actions(schema))
    def one(data: dict[str, Any]) -> None:
        nonlocal accepted
        fast = loader._load(data)
        if fast is not None:
            accepted += 1
            expected = by_marshmallow(schema, data)
            assert expected is not None, data
            assert same(asdict(fast), asdict(loader.of(expected))), data

    one()
    assert accepted > 5


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (
            CLICK,
            {"name": "click", "user": "p1", "page_x": 1, "client_x": 1.5, "button": 0, "trusted": True, "task": None},
        ),
        (MOUSEMOVE, {"name": "mousemove", "n": 2, "dt": [0, 50], "x": [1, 2], "y": [3, 4], "off": [0, 87]}),
        (UNKNOWN, {"name": "brush", "data-species": "setosa", "timestamp": 1_767_225_600_000}),
    ],
)
def test_what_the_logger_sends_is_not_in_doubt(kind: Any, data: dict[str, Any]) -> None:
    assert FastLoader(kind.schema())._load(data) is not None


@pytest.mark.parametrize(
    "data", [{"user": 17}, {"page_x": "1"}, {"page_x": 1e400}, {"name": "x" * 201}, {"n": 1.5}, {"n": 3, "x": [1]}]
)
def test_what_is_in_doubt_is_for_marshmallow(data: dict[str, Any]) -> None:
    assert FastLoader(MOUSEMOVE.schema())._load(data) is None


def test_a_schema_with_hooks_of_its_own_is_loaded_by_marshmallow() -> None:
    class Shouting(ActionSchema):
        note = Word(10)

        @marshmallow.post_load
        def shout(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
            return {**data, "note": data["note"].upper()}

    assert not FastLoader(Shouting()).is_derivable
    assert FastLoader(Shouting()).load({"note": "a"}).note == "A"


def test_a_field_with_a_default_or_a_type_of_its_own_is_loaded_by_marshmallow() -> None:
    class Doubled(Number):
        def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
            return 2 * super()._deserialize(value, attr, data, **options)

    class Own(ActionSchema):
        stars = Doubled(0, 5)

    class Default(ActionSchema):
        stars = Number(0, 5, load_default=3)

    assert FastLoader(Own()).load({"stars": 2}).stars == 4
    assert FastLoader(Default()).load({}).stars == 3
