"""Single actions: what is good, what is not and why, and the rows they give."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_app.actions import ACTIONS
from analytics_app.config.limits import Limits
from analytics_app.processing.validation import ValidAction
from analytics_app.wire.types import Action, Reject
from tests.support.storing import validate

PAGE = "0198c2f1-0000-7000-8000-000000000002"


def verdict(**data: Any) -> ValidAction | Reject:
    return validate(Action(PAGE, 0, 1_767_225_661_234, "v2", data, b"{}", {}))


def good(**data: Any) -> ValidAction:
    judged = verdict(**data)
    assert isinstance(judged, ValidAction), judged
    return judged


def faults(**data: Any) -> dict[str, Any]:
    rejected = verdict(**data)
    assert isinstance(rejected, Reject), rejected
    return rejected.reasons


def test_a_missing_field_is_null_and_an_unknown_one_is_kept() -> None:
    judged = good(**{"data-species": "setosa"})
    assert judged.values["user_id"] is None
    assert judged.values["occurred_at"] is None
    assert json.loads(judged.data) == {"data-species": "setosa"}


def test_numbers_are_good_names_of_people() -> None:
    assert good(user=17, condition_1=True).values["user_id"] == "17"
    assert good(condition_1=True).values["condition_1"] == "true"


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
def test_a_text_is_good_up_to_its_limit_and_rejected_one_beyond(field: str, limit: int) -> None:
    good(**{field: "x" * limit})
    assert list(faults(**{field: "x" * (limit + 1)})) == [field]


@pytest.mark.parametrize("field", ["page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y"])
def test_a_coordinate_is_a_finite_number_within_its_limit(field: str) -> None:
    good(**{field: Limits.COORDINATE})
    good(**{field: -0.5})
    good(**{field: None})
    bad: Any
    for bad in (Limits.COORDINATE * 2, "12", True, [], float("inf"), float("nan")):
        assert list(faults(**{field: bad})) == [field]


@pytest.mark.parametrize("bad", [-1, Limits.TIMESTAMP_MS + 1, "now", float("inf")])
def test_a_timestamp_is_ms_of_this_century(bad: Any) -> None:
    assert list(faults(timestamp=bad)) == ["timestamp"]
    occurred_at = good(timestamp=1_767_225_660_391).values["occurred_at"]
    assert occurred_at.isoformat() == "2026-01-01T00:01:00.391000+00:00"


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
def test_what_postgres_cannot_keep_is_rejected_by_name(data: dict[str, Any], at_fault: str) -> None:
    assert list(faults(**data)) == [at_fault]


def test_emoji_and_escaped_backslashes_are_no_such_thing() -> None:
    good(text="👍 \\u0000 \\ud800")


def test_every_fault_of_an_action_is_named() -> None:
    assert set(faults(name="click", page_x="a", user=[], button="left")) == {"page_x", "user", "button"}


def test_the_path_is_made_of_the_url() -> None:
    assert good(url="https://a.example/b/c?d=e#f").values["path"] == "/b/c"
    assert good(url="https://a.example").values["path"] == "/"
    assert good(url="http://[").values["path"] is None


def rows_of(table: str, **data: Any) -> list[dict[str, Any]]:
    judged = good(name=table, **data)
    assert judged.type.table is not None
    return [row for kind, row in judged.rows() if kind is judged.type.table]


def test_a_click_gives_one_row_with_its_element() -> None:
    (row,) = rows_of("click", page_x=1, tag="button", rel_x=0.5, user="p")
    assert (row["page_id"], row["seq"], row["tag"], row["rel_x"], row["user_id"]) == (PAGE, 0, "button", 0.5, "p")


def test_a_page_view_says_its_host() -> None:
    (row,) = rows_of("pageview", url="https://shop.example:8443/cart")
    assert (row["host"], row["path"]) == ("shop.example:8443", "/cart")


def test_a_submit_keeps_the_names_of_its_fields() -> None:
    (row,) = rows_of("submit", form_id="f", fields=["age", "mood"], valid=True)
    assert (row["fields"], row["valid"]) == (["age", "mood"], True)
    assert list(faults(name="submit", fields="age")) == ["fields"]


def path_of(n: int) -> dict[str, Any]:
    return {"name": "mousemove", "n": n, "dt": [0] + [50] * (n - 1), "x": [10] * n, "y": [-1] * n}


def test_a_mouse_path_gives_a_position_a_sample_rebuilt() -> None:
    judged = good(
        name="mousemove", n=3, dt=[0, 51, 49], x=[640, 12, -9], y=[300, -4, 0], sx=5, sy=600, off=[10, 120],
        timestamp=1_000, t=7.5,
    )  # fmt: skip
    rows = judged.type.positions(judged.values)
    assert [(row["sample"], row["client_x"], row["client_y"]) for row in rows] == [
        (0, 640, 300),
        (1, 652, 296),
        (2, 643, 296),
    ]
    assert [(row["page_x"], row["page_y"], row["screen_x"], row["screen_y"]) for row in rows][2] == (648, 896, 653, 416)
    assert [row["t"] for row in rows] == [7.5, 58.5, 107.5]
    assert [row["occurred_at"].timestamp() for row in rows] == pytest.approx([1.0, 1.051, 1.1])


def test_a_mouse_path_has_as_many_samples_as_its_limit() -> None:
    judged = good(**path_of(Limits.SAMPLES))
    assert len(judged.type.positions(judged.values)) == Limits.SAMPLES
    assert faults(**path_of(Limits.SAMPLES + 1))


@pytest.mark.parametrize(
    "bad", [{"x": [1]}, {"dt": [0, None, 1]}, {"dt": [0, -5, 1]}, {"n": 4}, {"y": "abc"}, {"off": [1]}]
)
def test_a_mouse_path_whose_columns_disagree_is_rejected(bad: dict[str, Any]) -> None:
    assert faults(**{**path_of(3), **bad})


def test_a_mousemove_of_the_original_logger_is_one_position() -> None:
    judged = good(name="mousemove", page_x=3, client_x=1)
    (row,) = judged.type.positions(judged.values)
    assert (row["sample"], row["page_x"], row["scroll_x"]) == (0, 3, 2)


@pytest.mark.parametrize("scroll", [True, 10**399, "far", None, []])
def test_a_scroll_that_is_none_is_not_for_the_database_to_find(scroll: Any) -> None:
    judged = good(name="anything", client_x=1, scroll_x=scroll)
    (row,) = judged.type.positions(judged.values)
    assert (row["client_x"], row["scroll_x"]) == (1, None)


FIELDS = ["name", "user", "page_x", "timestamp", "x", "dt", "n", "url", "form", "granted"]
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.floats())


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=8), st.sampled_from(sorted(ACTIONS)))
def test_judging_never_raises_and_never_stumbles(data: dict[str, Any], name: str) -> None:
    judged = verdict(**{**data, "name": name})
    assert isinstance(judged, ValidAction) or "server" not in judged.reasons
    if isinstance(judged, ValidAction):
        assert UUID(judged.values["page_id"])
