"""What /status says, for each state of the servers."""

import copy
import json
import pickle
from dataclasses import replace

import pytest

from analytics_app.buffer.state import RedisState, SpoolState
from analytics_app.monitoring.formatting import duration
from analytics_app.monitoring.study_activity import Studies, StudyNumbers, describe
from analytics_app.monitoring.verdict import verdict
from analytics_app.web.status import study_rows
from analytics_app.wire.reasons import Code, Reason

NOW = 1_800_000_000.0
COUNTS = {"last_received": NOW - 1, "last_stored": NOW - 0.5, "last_lag": 0.5}
WELL = RedisState(True, 0, 0, 0.0, None, 0, False, False, True, COUNTS, {})
POSTGRES = Studies({})
SPOOL = SpoolState(0, True, None)


def test_all_is_well() -> None:
    assert verdict(WELL, POSTGRES, SPOOL, NOW).headline == "Yes, it is recording"
    assert verdict(WELL, POSTGRES, SPOOL, NOW).level == "good"


def test_ready_is_not_called_recording() -> None:
    """Who sees a green light over a page that sends nothing would look away for a whole study."""
    fresh = verdict(replace(WELL, counts={}), POSTGRES, SPOOL, NOW)
    assert (fresh.level, "Nothing has been received yet" in fresh.headline) == ("idle", True)
    quiet = verdict(replace(WELL, counts={"last_received": NOW - 7_200}), POSTGRES, SPOOL, NOW)
    assert (quiet.level, quiet.headline) == ("idle", "Ready. Nothing received for 2 hours")


def test_a_batch_that_just_came_counts_before_it_is_stored() -> None:
    on_its_way = replace(WELL, counts={}, groups=1, oldest_s=0.2, newest=NOW)
    assert verdict(on_its_way, POSTGRES, SPOOL, NOW).level == "good"


@pytest.mark.parametrize(
    ("redis", "postgres", "says"),
    [
        (WELL, None, "PostgreSQL does not answer"),
        (WELL, Studies({}, tables_missing=True), "the tables do not exist yet"),
        (replace(WELL, groups=3, oldest_s=60.0, paused=True), POSTGRES, "PostgreSQL refuses writes"),
        (replace(WELL, worker=False, counts={}), POSTGRES, "no worker is running"),
        (replace(WELL, groups=3, oldest_s=60.0), POSTGRES, "the worker is behind"),
        (None, POSTGRES, "Redis does not answer"),
        (replace(WELL, takes_writes=False), POSTGRES, "Redis does not answer"),
        (None, None, "Redis does not answer"),
        (replace(WELL, short_of_memory=True), None, "PostgreSQL does not answer"),
    ],
)
def test_kept_but_not_stored(redis: RedisState | None, postgres: Studies | None, says: str) -> None:
    told = verdict(redis, postgres, SPOOL, NOW)
    assert (told.level, told.headline) == ("late", f"Recording, but not storing: {says}")
    assert told.sentence
    assert told.advice


def test_a_redis_that_would_be_full_too_early_is_said_in_time() -> None:
    told = verdict(replace(WELL, short_of_memory=True), POSTGRES, SPOOL, NOW)
    assert (told.level, told.headline) == ("late", "Recording, but Redis has too little memory")
    assert "set its maxmemory to 1.5 times INBOX_HIGH_BYTES" in told.advice


@pytest.mark.parametrize("redis", [replace(WELL, full=True), None])
def test_not_accepting(redis: RedisState | None) -> None:
    told = verdict(redis, POSTGRES, SpoolState(9, False, None), NOW)
    assert (told.level, told.headline.startswith("Not recording")) == ("bad", True)


def test_a_busy_worker_need_not_say_that_it_lives() -> None:
    busy = replace(WELL, worker=False, counts={**COUNTS, "last_stored": NOW - 2})
    assert verdict(busy, POSTGRES, SPOOL, NOW).level == "good"


def test_studies_come_from_both_and_the_latest_stands_first() -> None:
    redis = replace(WELL, study_stored_at={"a": 100.0, "b": 200.0})
    rows = study_rows(redis, Studies({"a": StudyNumbers(actions_last_hour=5), "c": StudyNumbers()}))
    assert [(row.name, row.last) for row in rows] == [("b", 200.0), ("a", 100.0), ("c", None)]
    assert rows[1].numbers is not None
    assert rows[1].numbers.actions_last_hour == 5
    assert [row.numbers for row in study_rows(redis, None)] == [None, None]
    assert study_rows(None, None) == []


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ((Code.NOT_A_NUMBER, "page_x"), "page_x: not a valid number"),
        ((Code.TOO_LONG, "element_id"), "element_id: longer than allowed"),
        ((Code.OUT_OF_RANGE, "timestamp"), "timestamp: number out of range"),
        ((Code.SERVER, ""), "the server's own code failed on it"),
        ((Code.DATABASE, ""), "PostgreSQL refused it"),
        ((Code.NOT_JSON, ""), "the request body is not JSON"),
        ((Code.UNKNOWN_FIELD, "data"), "data: unknown field"),
    ],
)
def test_a_kind_of_reject_is_described_by_its_code(kind: tuple[Code, str], shown: str) -> None:
    assert describe(kind) == shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "1 ms"),
        (0.25, "250 ms"),
        (1.2, "1 second"),
        (59.6, "60 seconds"),
        (120, "2 minutes"),
        (3_600, "60 minutes"),
        (7_200, "2 hours"),
        (400_000, "5 days"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_code_of_a_newer_version_is_an_invalid_value() -> None:
    assert Code("of_tomorrow") is Code.INVALID


def test_a_reason_keeps_its_code_wherever_it_is_copied_to() -> None:
    reason = Reason(Code.TOO_LONG, "Longer than maximum length {max}.")
    for copied in (copy.deepcopy(reason), pickle.loads(pickle.dumps(reason)), reason.format(max=3)):
        assert (type(copied), copied.code) == (Reason, Code.TOO_LONG)
    assert json.dumps([reason]) == '["Longer than maximum length {max}."]'
