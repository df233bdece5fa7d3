"""Single actions: which are valid, why others are rejected, and the rows of the valid ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_app.actions import ACTIONS
from analytics_app.config.limits import Limits
from analytics_app.database.tables import PositionScreen
from analytics_app.processing.validation import ValidAction
from analytics_app.wire.types import Action, Reject
from tests.support.storing import validate

PAGE = "0198c2f1-0000-7000-8000-000000000002"


def validated(**data: Any) -> ValidAction | Reject:
    return validate(Action((PAGE, 0), 1_767_225_661_234, "v2", data, json.dumps(data).encode(), {}))


def valid(**data: Any) -> ValidAction:
    result = validated(**data)
    assert isinstance(result, ValidAction), result
    return result


def reasons(**data: Any) -> dict[str, Any]:
    result = validated(**data)
    assert isinstance(result, Reject), result
    return result.reasons


def test_a_missing_field_is_null_and_an_unknown_field_is_kept() -> None:
    action = valid(**{"data-species": "setosa"})
    assert action.context.user_id is None
    assert action.loaded.timestamp is None
    assert json.loads(action.data) == {"data-species": "setosa"}


def test_user_and_condition_may_be_numbers_or_booleans() -> None:
    assert valid(user=17, condition_1=True).context.user_id == "17"
    assert valid(condition_1=True).context.condition_1 == "true"


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("name", Limits.NAME),
        ("study", Limits.STUDY),
        ("user", Limits.USER),
        ("condition_1", Limits.CONDITION),
        ("session_id", Limits.SESSION),
        ("task", Limits.LABEL),
        ("element_id", Limits.LABEL),
        ("url", Limits.URL),
        ("title", Limits.TITLE),
    ],
)
def test_a_text_is_valid_up_to_its_limit_and_rejected_above(field: str, limit: int) -> None:
    valid(**{field: "x" * limit})
    assert list(reasons(**{field: "x" * (limit + 1)})) == [field]


@pytest.mark.parametrize("field", ["page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y"])
def test_a_coordinate_is_a_finite_number_within_its_limit(field: str) -> None:
    valid(**{field: Limits.COORDINATE})
    valid(**{field: -0.5})
    valid(**{field: None})
    invalid: Any
    for invalid in (Limits.COORDINATE * 2, "12", True, [], float("inf"), float("nan")):
        assert list(reasons(**{field: invalid})) == [field]


@pytest.mark.parametrize("invalid", [-1, Limits.TIMESTAMP_MS + 1, "now", float("inf")])
def test_a_timestamp_is_ms_since_1970_up_to_its_limit(invalid: Any) -> None:
    assert list(reasons(timestamp=invalid)) == ["timestamp"]
    valid(timestamp=0)
    valid(timestamp=Limits.TIMESTAMP_MS)
    assert valid(timestamp=1_767_225_660_391).loaded.timestamp == 1_767_225_660_391


@pytest.mark.parametrize(
    ("data", "at_fault"),
    [
        ({"any": "a\0b"}, "any"),
        ({"a\0b": 1}, "a\\0b"),
        ({"any": {"deep": ["\ud800"]}}, "any"),
        ({"\udfff": 1}, "\\udfff"),
        ({"any": [1.0, float("inf")]}, "any"),
    ],
)
def test_what_postgresql_cannot_store_is_rejected_with_its_field(data: dict[str, Any], at_fault: str) -> None:
    assert list(reasons(**data)) == [at_fault]


def test_emoji_and_escaped_backslashes_can_be_stored() -> None:
    valid(text="👍 \\u0000 \\ud800")


def test_every_invalid_field_of_an_action_is_named() -> None:
    assert set(reasons(name="click", page_x="a", user=[], button="left")) == {"page_x", "user", "button"}


def test_the_path_is_taken_from_the_url() -> None:
    assert valid(url="https://a.example/b/c?d=e#f").context.path == "/b/c"
    assert valid(url="https://a.example").context.path == "/"
    assert valid(url="https://a.example/app#/cart/7?x=1").context.path == "/app#/cart/7"
    assert valid(url="https://a.example#!cart").context.path == "/#!cart"
    assert valid(url="http://[").context.path is None


def test_host_and_path_of_another_kind_are_no_place() -> None:
    """Such as the path of a drawing; the action keeps them in its data."""
    for path in ([1, 2], {"a": 1}, 5, "x" * (Limits.URL + 1)):
        context = valid(name="draw", path=path, host=path).context
        assert (context.host, context.path) == (None, None)
    assert valid(name="draw", path="/a").context.path == "/a"


def test_equal_contexts_have_the_same_id_and_others_have_not() -> None:
    place: dict[str, Any] = {"user": "p1", "task": "buy", "url": "https://a.example/b"}
    same = {valid(name=name, t=t, **place).context_id for name in "ab" for t in (1, 2)}
    assert len(same) == 1
    others: list[dict[str, Any]] = [
        {"user": "p2"},
        {"task": "sell"},
        {"url": "https://a.example/c"},
        {"study": "s"},
        {"viewport_w": 5},
    ]
    assert len({valid(**{**place, **other}).context_id for other in others} - same) == len(others)


def row_of(name: str, **data: Any) -> dict[str, Any]:
    """The row of its type's own table, without the key."""
    action = valid(name=name, **data)
    assert action.type.table is not None
    names = action.type.table.own_columns()
    return dict(zip(names, action.type.own_values(action.loaded), strict=True))


def positions_of(action: ValidAction) -> list[dict[str, Any]]:
    names = ["page_id", "seq", *PositionScreen.own_columns()]
    return [dict(zip(names, position, strict=True)) for position in action.type.positions(action.key, action.loaded)]


def test_a_click_gives_one_row_with_its_element() -> None:
    row = row_of("click", page_x=1, tag="button", rel_x=0.5, user="p")
    assert (row["page_x"], row["tag"], row["rel_x"], row["selector"]) == (1, "button", 0.5, None)


def test_a_page_view_has_host_and_path() -> None:
    action = valid(name="pageview", url="https://shop.example:8443/cart")
    assert (action.context.host, action.context.path) == ("shop.example:8443", "/cart")
    assert row_of("pageview", url="https://shop.example:8443/cart")["url"] == "https://shop.example:8443/cart"


def test_a_submit_keeps_its_field_names_which_must_be_a_list() -> None:
    row = row_of("submit", form_id="f", fields=["age", "mood"], valid=True)
    assert (row["fields"], row["valid"]) == (["age", "mood"], True)
    assert list(reasons(name="submit", fields="age")) == ["fields"]


def path_of(n: int) -> dict[str, Any]:
    return {"name": "mousemove", "n": n, "dt": [0] + [50] * (n - 1), "x": [10] * n, "y": [-1] * n}


def test_a_mouse_path_gives_one_position_per_sample_with_all_coordinates() -> None:
    action = valid(
        name="mousemove", n=3, dt=[0, 51, 49], x=[640, 12, -9], y=[300, -4, 0], sx=5, sy=600, off=[10, 120],
        timestamp=1_000, t=7.5,
    )  # fmt: skip
    rows = positions_of(action)
    assert [(row["sample"], row["client_x"], row["client_y"]) for row in rows] == [
        (0, 640, 300),
        (1, 652, 296),
        (2, 643, 296),
    ]
    assert [(row["page_x"], row["page_y"], row["screen_x"], row["screen_y"]) for row in rows][2] == (648, 896, 653, 416)
    assert [row["t"] for row in rows] == [7.5, 58.5, 107.5]


def test_a_mouse_path_is_valid_up_to_its_limit_of_samples() -> None:
    action = valid(**path_of(Limits.SAMPLES))
    assert len(positions_of(action)) == Limits.SAMPLES
    assert set(reasons(**path_of(Limits.SAMPLES + 1))) == {"n", "dt", "x", "y"}


@pytest.mark.parametrize(
    ("changed", "at_fault"),
    [
        ({"x": [1]}, "n"),
        ({"dt": [0, None, 1]}, "dt"),
        ({"dt": [0, -5, 1]}, "dt"),
        ({"n": 4}, "n"),
        ({"y": "abc"}, "y"),
        ({"off": [1]}, "off"),
    ],
)
def test_a_mouse_path_with_invalid_or_unequal_columns_is_rejected(changed: dict[str, Any], at_fault: str) -> None:
    assert list(reasons(**{**path_of(3), **changed})) == [at_fault]


def test_a_mousemove_of_the_original_logger_is_one_position() -> None:
    action = valid(name="mousemove", page_x=3, client_x=1)
    (row,) = positions_of(action)
    assert (row["sample"], row["page_x"], row["scroll_x"]) == (0, 3, 2)


@pytest.mark.parametrize("scroll", [True, 10**399, "far", None, []])
def test_an_invalid_scroll_position_is_null(scroll: Any) -> None:
    action = valid(name="anything", client_x=1, scroll_x=scroll)
    (row,) = positions_of(action)
    assert (row["client_x"], row["scroll_x"]) == (1, None)


FIELDS = ["name", "user", "page_x", "timestamp", "x", "dt", "n", "url", "form", "granted"]
VALID = st.integers(0, 3) | st.lists(st.integers(0, 3), min_size=1, max_size=3) | st.just("page")
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.floats())


@given(st.dictionaries(st.sampled_from(FIELDS), VALID | ANYTHING, max_size=8), st.sampled_from(sorted(ACTIONS)))
def test_no_data_makes_validation_or_building_rows_fail(data: dict[str, Any], name: str) -> None:
    result = validated(**{**data, "name": name})
    if isinstance(result, ValidAction):
        assert all(len(row) == 12 for row in positions_of(result))
        assert result.type.table is None or row_of(**{**data, "name": name})
    else:
        assert "server" not in result.reasons
