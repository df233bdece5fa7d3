"""Single events: the vital fields, the class by category and name, and `data` to the last key."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics_app.actions import CLICK, PAGEVIEW, SUBMIT
from analytics_app.config.limits import Limits
from analytics_app.processing.validation import ValidAction, validate
from analytics_app.wire.types import Action, Reject

RECEIPT = "0198c2f1-0000-7000-8000-000000000002"
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
SEED: dict[str, Any] = {
    "session_id": "d66ac88b-f801-4984-953f-5c6b266494a0",
    "category": "page interaction",
    "name": "link click",
    "data": {"host": "www.cwtech.dev", "path": "/", "element": "register"},
    "timestamp": "2022-04-01 09:15:27.243860",
}
PLACE = {"host": "www.cwtech.dev", "path": "/"}


def verdict(event: dict[str, Any], clock_skew_s: int = 300) -> ValidAction | Reject:
    return validate(
        Action(RECEIPT, 0, int(RECEIVED.timestamp() * 1000), "event", event, json.dumps(event).encode(), {}),
        clock_skew_s,
    )


def good(**fields: Any) -> ValidAction:
    judged = verdict({**SEED, **fields})
    assert isinstance(judged, ValidAction), judged
    return judged


def faults(**fields: Any) -> dict[str, Any]:
    rejected = verdict({**SEED, **fields})
    assert isinstance(rejected, Reject), rejected
    return rejected.reasons


def test_the_seed_s_event_is_a_click() -> None:
    judged = good()
    assert judged.type is CLICK
    wanted = {"name": "link click", "session_id": SEED["session_id"], "page_id": RECEIPT, "seq": 0, "study": ""}
    wanted |= {"path": "/", "element_id": "register", "host": "www.cwtech.dev"}
    assert {name: judged.values[name] for name in wanted} == wanted
    assert judged.values["occurred_at"] == datetime(2022, 4, 1, 9, 15, 27, 243860, UTC)
    assert json.loads(judged.data) == SEED


@pytest.mark.parametrize(
    ("category", "name", "data", "kind"),
    [
        ("page interaction", "pageview", PLACE, PAGEVIEW),
        ("page interaction", "click", {**PLACE, "element": "a"}, CLICK),
        ("page interaction", "double clicked", {**PLACE, "element": "a"}, CLICK),
        ("form interaction", "submit", {**PLACE, "form": {"age": 30, "tags": ["a"]}}, SUBMIT),
    ],
)
def test_category_and_name_choose_the_class(category: str, name: str, data: dict[str, Any], kind: Any) -> None:
    assert good(category=category, name=name, data=data).type is kind


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
def test_any_other_pair_is_rejected_with_what_there_is(category: str, name: str, field: str) -> None:
    ((found, (reason,)),) = faults(category=category, name=name).items()
    assert found == field
    assert "page interaction: pageview" in reason


@pytest.mark.parametrize("field", ["name", "category", "session_id", "timestamp", "data"])
def test_each_vital_field_must_be_there(field: str) -> None:
    rejected = verdict({key: value for key, value in SEED.items() if key != field})
    assert isinstance(rejected, Reject)
    assert rejected.reasons == {field: ["Missing data for required field."]}
    assert faults(**{field: None}) == {field: ["Field may not be null."]}


@pytest.mark.parametrize(
    ("field", "wrong"),
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
def test_a_vital_field_of_another_kind_is_named(field: str, wrong: Any) -> None:
    assert list(faults(**{field: wrong})) == [field]


def test_the_vital_fields_are_judged_before_data() -> None:
    assert list(faults(session_id="no", data={})) == ["session_id"]


def test_several_faults_are_named_together() -> None:
    assert set(faults(session_id="no", timestamp="no", category="")) == {"session_id", "timestamp", "category"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2022-04-01 09:15:27.243860", datetime(2022, 4, 1, 9, 15, 27, 243860, UTC)),
        ("2022-04-01T09:15:27Z", datetime(2022, 4, 1, 9, 15, 27, 0, UTC)),
        ("2022-04-01 09:15:27.5+02:00", datetime(2022, 4, 1, 7, 15, 27, 500000, UTC)),
        ("2022-04-01 09:15:27-05:30", datetime(2022, 4, 1, 14, 45, 27, 0, UTC)),
        ("1969-12-31 23:59:59.999999", datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)),
    ],
)
def test_a_time_has_an_offset_or_is_utc(text: str, wanted: datetime) -> None:
    assert good(timestamp=text).values["occurred_at"] == wanted


@pytest.mark.parametrize("beyond", ["9999-12-31 23:59:59-12:00", "0001-01-01 00:00:00+12:00"])
def test_beyond_the_calendar_is_no_time(beyond: str) -> None:
    assert list(faults(timestamp=beyond)) == ["timestamp"]


def test_the_future_begins_after_the_allowance() -> None:
    assert isinstance(verdict({**SEED, "timestamp": "2026-01-01 00:01:00"}, 60), ValidAction)
    rejected = verdict({**SEED, "timestamp": "2026-01-01 00:01:00.001"}, 60)
    assert isinstance(rejected, Reject)
    assert rejected.reasons == {"timestamp": ["Later than its receipt."]}


@pytest.mark.parametrize(
    ("category", "name", "data", "wanted"),
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
def test_data_is_judged_to_the_last_key(category: str, name: str, data: dict[str, Any], wanted: set[str]) -> None:
    found = faults(category=category, name=name, data=data)
    assert list(found) == ["data"]
    assert set(found["data"]) == wanted


def test_who_and_the_condition_may_stand_beside_the_vital_fields() -> None:
    judged = good(user="p017", study="shop", condition_1="A", app_version="1.4")
    assert (judged.values["user_id"], judged.values["study"], judged.values["condition_1"]) == ("p017", "shop", "A")
    assert json.loads(judged.data)["app_version"] == "1.4"


def test_what_postgres_cannot_keep_is_rejected() -> None:
    assert faults(data={**PLACE, "element": "a\0b"}) == {"data": ["Contains a NUL character."]}
