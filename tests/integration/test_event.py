"""POST /event/, the interface of the event aggregator (the second project this one continues): example and rows."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.support.running import RunningStack
from tests.support.sending import post

EXAMPLE = """{
  "session_id": "d66ac88b-f801-4984-953f-5c6b266494a0",
  "category": "page interaction",
  "name": "link click",
  "data": {
    "host": "www.cwtech.dev",
    "path": "/",
    "element": "register"
  },
  "timestamp": "2022-04-01 09:15:27.243860"
}"""


@pytest.fixture
def session() -> str:
    return str(uuid4())


def event(session: str, **fields: Any) -> dict[str, Any]:
    return {**json.loads(EXAMPLE), "session_id": session, **fields}


@pytest.mark.parametrize("path", ["/event/", "/event"])
def test_the_event_aggregators_example_is_stored(stack: RunningStack, session: str, path: str) -> None:
    body = EXAMPLE.replace("d66ac88b-f801-4984-953f-5c6b266494a0", session)
    # The header of the example, and the content type that `curl --data` and Insomnia send by default.
    form = "application/x-www-form-urlencoded"
    answer = post(stack.analytics_url + path, body.encode(), Accept="application/json", Content_Type=form)
    assert (answer.status, answer.json) == (200, {"success": True})
    (raw,) = stack.wait_for('SELECT * FROM "rawActions" WHERE session_id = %(session)s', session=session)
    assert (raw["name"], raw["seq"], raw["data"]) == ("link click", 0, json.loads(body))
    assert raw["occurred_at"].isoformat() == "2022-04-01T09:15:27.243860+00:00"
    (click,) = stack.rows('SELECT * FROM "Clicks" WHERE session_id = %(session)s', session=session)
    assert (click["page_id"], click["path"], click["element_id"]) == (raw["page_id"], "/", "register")


def test_a_page_view_and_a_submit_are_stored_in_their_tables(stack: RunningStack, session: str) -> None:
    place, form = {"host": "www.cwtech.dev", "path": "/sign-up"}, {"plan": "free", "agree": True, "tags": ["a", "b"]}
    post(f"{stack.analytics_url}/event/", event(session, name="pageview", data=place))
    post(
        f"{stack.analytics_url}/event/",
        event(session, category="form interaction", name="submit", data={**place, "form": form}),
    )
    (view,) = stack.wait_for('SELECT * FROM "PageViews" WHERE session_id = %(session)s', session=session)
    assert (view["host"], view["path"]) == ("www.cwtech.dev", "/sign-up")
    (submit,) = stack.wait_for('SELECT * FROM "Submits" WHERE session_id = %(session)s', session=session)
    assert (submit["path"], submit["form"]) == ("/sign-up", form)


def test_an_invalid_event_is_accepted_and_rejected_with_its_reasons(stack: RunningStack, session: str) -> None:
    user = f"event-{session}"
    data = {"host": "h", "path": "/", "element": "e", "surprise": 1}
    body = json.dumps(event(session, user=user, data=data), indent=3)
    answer = post(f"{stack.analytics_url}/event/", body.encode())
    assert (answer.status, answer.json) == (200, {"success": True})
    (row,) = stack.wait_for("SELECT * FROM rejected_actions WHERE user_id = %(user)s", user=user)
    assert (row["source"], row["name"], bytes(row["body"]).decode()) == ("event", "link click", body)
    assert row["reasons"] == {"data": {"surprise": ["Unknown field."]}}
    assert row["message"] == "data.surprise: Unknown field."
    assert not stack.rows('SELECT page_id FROM "rawActions" WHERE session_id = %(session)s', session=session)


def test_an_event_in_the_future_is_rejected(stack: RunningStack, session: str) -> None:
    user = f"event-{session}"
    post(f"{stack.analytics_url}/event/", event(session, user=user, timestamp="2099-01-01 00:00:00"))
    (row,) = stack.wait_for("SELECT * FROM rejected_actions WHERE user_id = %(user)s", user=user)
    assert list(row["reasons"]) == ["timestamp"]


def test_the_same_event_sent_twice_is_two_deliveries(stack: RunningStack, session: str) -> None:
    for _ in range(2):
        post(f"{stack.analytics_url}/event/", event(session))
    clicks = stack.wait_for(
        'SELECT page_id FROM "Clicks" WHERE session_id = %(session)s', lambda rows: len(rows) == 2, session=session
    )
    assert clicks[0]["page_id"] != clicks[1]["page_id"]


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"", "empty"), (b"{}", "empty"), (b"[]", "form"), (b'"click"', "form"), (b"{'name': 1}", "json")],
)
def test_a_body_that_is_not_an_event_is_refused(stack: RunningStack, body: bytes, error: str) -> None:
    answer = post(f"{stack.analytics_url}/event/", body)
    assert (answer.status, answer.json["error"]) == (400, error)
