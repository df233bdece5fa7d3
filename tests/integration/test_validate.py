"""`?validate=1`: says for each action whether it would be accepted, and stores nothing."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from analytics_app.config.limits import Limits
from tests.support.running import RunningStack
from tests.support.sending import Answer, envelope, flat_action, post

EVENT = {
    "session_id": "d66ac88b-f801-4984-953f-5c6b266494a0",
    "category": "page interaction",
    "name": "link click",
    "data": {"host": "www.cwtech.dev", "path": "/", "element": "register"},
    "timestamp": "2022-04-01 09:15:27.243860",
}


@pytest.fixture
def user() -> str:
    return f"validate-{uuid4()}"


def ask(stack: RunningStack, body: Any, path: str = "/analytics") -> Answer:
    return post(f"{stack.analytics_url}{path}?validate=1", body)


def test_it_answers_for_each_action_in_their_order(stack: RunningStack, user: str) -> None:
    path = {"name": "mousemove", "n": 2, "dt": [0, 50], "x": [1, 1], "y": [1, 1]}
    actions = [{"name": "new brush"}, {"client_x": "left"}, 17, flat_action("click"), path, {**path, "n": 3}]
    answer = ask(stack, envelope(actions, user))
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "stored": False,
        "accepted": 3,
        "rejected": 3,
        "actions": [
            {"index": 0, "name": "new brush", "accepted": True, "tables": ["raw_actions"]},
            {"index": 1, "name": None, "accepted": False, "errors": {"client_x": ["Not a valid number."]}},
            {"index": 2, "name": None, "accepted": False, "errors": {"action": ["Not an object."]}},
            {"index": 3, "name": "click", "accepted": True, "tables": ["raw_actions", "positions_screen", "clicks"]},
            {"index": 4, "name": "mousemove", "accepted": True, "tables": ["raw_actions", "positions_screen"]},
            {
                "index": 5,
                "name": "mousemove",
                "accepted": False,
                "errors": {"n": ["dt, x and y must hold n samples each."]},
            },
        ],
        "batch": {},
    }


def test_it_stores_nothing(stack: RunningStack, user: str) -> None:
    ask(stack, envelope([{"name": "asked"}, {"name": "bad", "page_x": "x"}], user))
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "sent"}], user))
    rows = stack.wait_for('SELECT name FROM "rawActions" WHERE user_id = %(user)s', user=user)
    assert rows == [{"name": "sent"}]
    assert not stack.rows("SELECT id FROM rejected_actions WHERE user_id = %(user)s", user=user)


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_any_other_value_than_0_is_a_dry_run_too(stack: RunningStack, value: str) -> None:
    assert post(f"{stack.analytics_url}/analytics?validate={value}", [{"name": "x"}]).json["stored"] is False


@pytest.mark.parametrize("value", ["0", ""])
def test_with_0_or_no_value_the_body_is_stored(stack: RunningStack, user: str, value: str) -> None:
    url = f"{stack.analytics_url}/analytics?validate={value}"
    assert post(url, [{"name": "x", "user": user}]).json == {"success": True}
    stack.wait_for('SELECT name FROM "rawActions" WHERE user_id = %(user)s', user=user)


def test_it_names_the_invalid_fields_of_the_envelope(stack: RunningStack, user: str) -> None:
    answer = ask(stack, envelope([{"name": "x"}], user, t0="noon", clock={"rtt": -1}))
    assert set(answer.json["batch"]) == {"t0", "clock.rtt"}
    assert answer.json["accepted"] == 1


def test_it_validates_a_single_event_as_the_worker_does(stack: RunningStack) -> None:
    (valid,) = ask(stack, EVENT, "/event/").json["actions"]
    assert valid == {"index": 0, "name": "link click", "accepted": True, "tables": ["raw_actions", "clicks"]}
    (invalid,) = ask(stack, {**EVENT, "data": {"host": "h", "path": "/", "x": 1}}, "/event/").json["actions"]
    assert invalid["errors"] == {"data": {"element": ["Missing data for required field."], "x": ["Unknown field."]}}


def test_a_body_that_is_neither_array_nor_envelope_is_one_invalid_action(stack: RunningStack) -> None:
    (invalid,) = ask(stack, {"name": "click"}).json["actions"]
    assert list(invalid["errors"]) == ["body"]


def test_values_that_cannot_be_stored_are_named_in_a_valid_answer(stack: RunningStack) -> None:
    (invalid,) = ask(stack, rb'[{"page_y": {"deep": [1e400]}, "page_x": 1e400}]').json["actions"]
    assert set(invalid["errors"]) == {"page_x", "page_y"}


@pytest.mark.parametrize(("body", "error"), [(b"", "empty"), (b"17", "form"), (b"{", "json")])
def test_a_body_that_would_be_refused_gets_the_same_answer(stack: RunningStack, body: bytes, error: str) -> None:
    answer = ask(stack, body)
    assert (answer.status, answer.json["error"]) == (400, error)


@pytest.mark.parametrize(("count", "status"), [(Limits.VALIDATED, 200), (Limits.VALIDATED + 1, 413)])
def test_it_answers_up_to_its_limit_of_actions(stack: RunningStack, count: int, status: int) -> None:
    answer = ask(stack, json.dumps([{}] * count).encode())
    assert answer.status == status
    if status == 413:
        assert answer.json["error"] == "too_many"
