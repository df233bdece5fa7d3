"""Single events: the required fields, the class by category and name, and every key of `data`."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics_app.actions import CLICK, PAGEVIEW, SUBMIT
from analytics_app.config.limits import Limits
from analytics_app.processing.validation import ValidAction
from analytics_app.wire.times import instant
from analytics_app.wire.types import Action, Reject
from tests.support.storing import validate

RECEIPT = "0198c2f1-0000-7000-8000-000000000002"
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
EXAMPLE: dict[str, Any] = {
    "session_id": "d66ac88b-f801-4984-953f-5c6b266494a0",
    "category": "page interaction",
    "name": "link click",
    "data": {"host": "www.cwtech.dev", "path": "/", "element": "register"},
    "timestamp": "2022-04-01 09:15:27.243860",
}
PLACE = {"host": "www.cwtech.dev", "path": "/"}


def validated(event: dict[str, Any], clock_skew_s: int = 300) -> ValidAction | Reject:
    received_at = int(RECEIVED.timestamp() * 1000)
    return validate(Action((RECEIPT, 0), received_at, "event", event, json.dumps(event).encode(), {}), clock_skew_s)


def valid(**fields: Any) -> ValidAction:
    result = validated({**EXAMPLE, **fields})
    assert isinstance(result, ValidAction), result
    return result


def reasons(**fields: Any) -> dict[str, Any]:
    result = validated({**EXAMPLE, **fields})
    assert isinstance(result, Reject), result
    return result.reasons


def test_the_event_aggregators_example_is_a_click() -> None:
    action = valid()
    assert action.type is CLICK
    context = action.context
    assert (context.source, context.session_id, context.study) == ("event", EXAMPLE["session_id"], "")
    assert (context.host, context.path) == ("www.cwtech.dev", "/")
    assert (action.key, action.loaded.name, action.loaded.element_id) == ((RECEIPT, 0), "link click", "register")
    assert instant(action.loaded.timestamp) == datetime(2022, 4, 1, 9, 15, 27, 243860, UTC)
    assert json.loads(action.data) == EXAMPLE


@pytest.mark.parametrize(
    ("category", "name", "data", "kind"),
    [
        ("page interaction", "pageview", PLACE, PAGEVIEW),
        ("page interaction", "click", {**PLACE, "element": "a"}, CLICK),
        ("page interaction", "double clicked", {**PLACE, "element": "a"}, CLICK),
        ("form interaction", "submit", {**PLACE, "form": {"age": 30, "tags": ["a"]}}, SUBMIT),
    ],
)
def test_category_and_name_select_the_class(category: str, name: str, data: dict[str, Any], kind: Any) -> None:
    assert valid(category=category, name=name, data=data).type is kind


@pytest.mark.parametrize(
    ("category", "name", "field"),
    [
        ("form interaction", "pageview", "name"),
        ("form interaction", "link click", "name"),
        ("page interaction", "submit", "name"),
        ("page interaction", "Pageview", "name"),
        ("weather", "rain", "category"),
        ("Page interaction", "pageview", "category"),
    ],
)
def test_any_other_category_and_name_is_rejected_with_a_list_of_the_known_ones(
    category: str, name: str, field: str
) -> None:
    ((at_fault, (reason,)),) = reasons(category=category, name=name).items()
    assert at_fault == field
    assert "page interaction: pageview" in reason


@pytest.mark.parametrize("field", ["name", "category", "session_id", "timestamp", "data"])
def test_each_required_field_must_be_given(field: str) -> None:
    rejected = validated({key: value for key, value in EXAMPLE.items() if key != field})
    assert isinstance(rejected, Reject)
    assert rejected.reasons == {field: ["Missing data for required field."]}
    assert reasons(**{field: None}) == {field: ["Field may not be null."]}


@pytest.mark.parametrize(
    ("field", "invalid"),
    [
        ("name", ""),
        ("name", 17),
        ("name", "x" * (Limits.NAME + 1)),
        ("category", ""),
        ("category", ["page interaction"]),
        ("session_id", "d66ac88b"),
        ("session_id", 17),
        ("timestamp", 1648804527243),
        ("timestamp", "yesterday"),
        ("timestamp", "2022-04-01"),
        ("timestamp", "2022-13-01 09:15:27"),
        ("timestamp", {"$date": 0}),
        ("data", []),
        ("data", "host"),
    ],
)
def test_an_invalid_required_field_is_named(field: str, invalid: Any) -> None:
    assert list(reasons(**{field: invalid})) == [field]


def test_the_required_fields_are_validated_before_data() -> None:
    assert list(reasons(session_id="no", data={})) == ["session_id"]


def test_several_invalid_fields_are_named_together() -> None:
    assert set(reasons(session_id="no", timestamp="no", category="")) == {"session_id", "timestamp", "category"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-04-01 09:15:27.243860", datetime(2022, 4, 1, 9, 15, 27, 243860, UTC)),
        ("2022-04-01T09:15:27Z", datetime(2022, 4, 1, 9, 15, 27, 0, UTC)),
        ("2022-04-01 09:15:27.5+02:00", datetime(2022, 4, 1, 7, 15, 27, 500000, UTC)),
        ("2022-04-01 09:15:27-05:30", datetime(2022, 4, 1, 14, 45, 27, 0, UTC)),
        ("1969-12-31 23:59:59.999999", datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)),
    ],
)
def test_a_time_without_an_offset_is_utc(text: str, expected: datetime) -> None:
    assert instant(valid(timestamp=text).loaded.timestamp) == expected


@pytest.mark.parametrize("timestamp", ["9999-12-31 23:59:59-12:00", "0001-01-01 00:00:00+12:00"])
def test_a_time_outside_the_calendar_is_invalid(timestamp: str) -> None:
    assert list(reasons(timestamp=timestamp)) == ["timestamp"]


def test_a_time_may_be_later_than_its_receipt_by_the_clock_skew() -> None:
    assert isinstance(validated({**EXAMPLE, "timestamp": "2026-01-01 00:01:00"}, 60), ValidAction)
    rejected = validated({**EXAMPLE, "timestamp": "2026-01-01 00:01:00.001"}, 60)
    assert isinstance(rejected, Reject)
    assert rejected.reasons == {"timestamp": ["Later than its receipt."]}


@pytest.mark.parametrize(
    ("category", "name", "data", "keys"),
    [
        ("page interaction", "pageview", {}, {"host", "path"}),
        ("page interaction", "pageview", {**PLACE, "element": "a"}, {"element"}),
        ("page interaction", "link click", PLACE, {"element"}),
        ("page interaction", "link click", {**PLACE, "element_id": "a"}, {"element", "element_id"}),
        ("page interaction", "link click", {**PLACE, "element": None}, {"element"}),
        ("form interaction", "submit", {**PLACE, "form": []}, {"form"}),
        ("form interaction", "submit", {**PLACE, "form": {}, "extra": 1}, {"extra"}),
    ],
)
def test_every_key_of_data_is_validated(category: str, name: str, data: dict[str, Any], keys: set[str]) -> None:
    found = reasons(category=category, name=name, data=data)
    assert list(found) == ["data"]
    assert set(found["data"]) == keys


def test_user_study_and_condition_may_be_added_to_the_required_fields() -> None:
    action = valid(user="p017", study="shop", condition_1="A", app_version="1.4")
    assert (action.context.user_id, action.context.study, action.context.condition_1) == ("p017", "shop", "A")
    assert json.loads(action.data)["app_version"] == "1.4"


def test_what_postgresql_cannot_store_is_rejected() -> None:
    assert reasons(data={**PLACE, "element": "a\0b"}) == {"data": ["Contains a NUL character."]}
