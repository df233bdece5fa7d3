"""manage.py rejected: what was rejected is found, shown and replayed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine

from analytics_app.actions import ACTIONS, click
from analytics_app.actions.fields import Word
from analytics_app.cli import main
from analytics_app.wire.delivery import Delivery
from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action
from tests.support.storing import replay, store

RECEIVED = 1_767_225_661_234
Manage = Callable[..., Result]


@pytest.fixture
def user() -> str:
    return f"rejected-{uuid4()}"


@pytest.fixture
def engine(stack: RunningStack) -> Iterator[Engine]:
    engine = create_engine("postgresql+psycopg2:" + stack.database_url.partition(":")[2])
    yield engine
    engine.dispose()


@pytest.fixture
def manage(stack: RunningStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manage:
    for name, value in (
        ("DATABASE_URL", stack.database_url),
        ("CELERY_BROKER_URL", stack.broker_url),
        ("DATA_DIR", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(main, ["rejected", *arguments])


def keep(engine: Engine, body: Any, kind: str = "analytics") -> str:
    """Store a body as the worker does; returns its receipt."""
    receipt = str(uuid4())
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    store(engine, [Delivery(receipt, RECEIVED, kind, content)])
    return receipt


def rejects(stack: RunningStack, page_id: str) -> list[dict[str, Any]]:
    return stack.rows("SELECT * FROM rejected_actions WHERE page_id = %(id)s ORDER BY seq", id=page_id)


def names(stack: RunningStack, page_id: str) -> list[str]:
    rows = stack.rows("SELECT name FROM raw_actions WHERE page_id = %(id)s ORDER BY seq", id=page_id)
    return [row["name"] for row in rows]


class Stricter(click.Schema):
    """A schema with a mistake in it."""

    element_id = Word(3)


@pytest.fixture
def stricter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Clicks are validated by a wrong schema until the function is called that corrects it."""
    with monkeypatch.context() as patch:
        patch.setitem(ACTIONS, "click", replace(click.CLICK, schema=Stricter))
        yield patch.undo


def test_after_a_schema_was_corrected_replay_stores_the_action_with_its_batch_context(
    stack: RunningStack, engine: Engine, user: str, stricter: Callable[[], None]
) -> None:
    body = envelope([flat_action("click"), {"name": "other"}], user)
    keep(engine, body)
    (row,) = rejects(stack, body["page_id"])
    assert list(row["reasons"]) == ["element_id"]
    assert replay(engine, [row["id"]]).refused == {row["id"]: row["reasons"]}
    stricter()
    report = replay(engine, [row["id"]])
    assert (report.replayed, report.stored, report.refused) == ([row["id"]], 1, {})
    assert names(stack, body["page_id"]) == ["click", "other"]
    (typed,) = stack.rows('SELECT * FROM "Clicks" WHERE user_id = %(user)s', user=user)
    assert (typed["condition_1"], typed["path"], typed["study"]) == ("A", "/cart", "tests")
    (raw,) = stack.rows("SELECT * FROM \"rawActions\" WHERE user_id = %(user)s AND name = 'click'", user=user)
    assert (raw["received_at"].timestamp() * 1000, "view" in raw["data"]) == (RECEIVED, False)
    assert len(stack.rows('SELECT 1 FROM "PositionsScreen" WHERE user_id = %(user)s', user=user)) == 1
    assert rejects(stack, body["page_id"])[0]["replayed_at"] is not None


def test_a_second_replay_stores_nothing_and_says_so(stack: RunningStack, engine: Engine, user: str) -> None:
    (row,) = rejects(stack, keep(engine, [{"name": "click", "user": user, "page_x": "three"}]))
    good = json.dumps({"name": "click", "user": user, "page_x": 3}).encode()
    assert replay(engine, [row["id"]], good).stored == 1
    again = replay(engine, [row["id"]], good)
    assert (again.stored, again.replayed, again.absent) == (0, [], [row["id"]])
    assert names(stack, str(row["page_id"])) == ["click"]


def test_a_row_that_is_there_already_counts_as_put_right(
    stack: RunningStack, engine: Engine, user: str, stricter: Callable[[], None]
) -> None:
    body = envelope([flat_action("click")], user)
    keep(engine, body)
    stricter()
    keep(engine, {**body, "batch_id": str(uuid4())})  # the logger sent it again, and now it is good
    (row,) = rejects(stack, body["page_id"])
    report = replay(engine, [row["id"]])
    assert (report.replayed, report.stored, report.duplicates) == ([row["id"]], 0, 1)
    assert names(stack, body["page_id"]) == ["click"]


def test_what_is_still_no_good_says_why_by_today_s_judgement(
    stack: RunningStack, engine: Engine, user: str, stricter: Callable[[], None]
) -> None:
    receipt = keep(engine, [flat_action("click", user=user, page_x="three")])
    assert set(rejects(stack, receipt)[0]["reasons"]) == {"element_id", "page_x"}
    stricter()
    report = replay(engine, [rejects(stack, receipt)[0]["id"]])
    (row,) = rejects(stack, receipt)
    assert (row["reasons"], row["replayed_at"]) == ({"page_x": ["Not a valid number."]}, None)
    assert report.refused == {row["id"]: row["reasons"]}
    assert row["message"] == "page_x: Not a valid number."


@pytest.mark.parametrize(
    ("fields", "fault"),
    [({"v": 3}, "v"), ({"page_id": "no uuid"}, "page_id"), ({"const": 5}, "const")],
)
def test_a_fault_of_the_batch_stands_until_somebody_edits_the_action(
    stack: RunningStack, engine: Engine, user: str, fields: dict[str, Any], fault: str
) -> None:
    """Otherwise an action of nobody knows whom would be stored as if it were known."""
    body = envelope([{"name": "x", "user": user}], user, **fields)
    receipt = keep(engine, body)
    (row,) = rejects(stack, receipt if fault == "page_id" else body["page_id"])
    assert list(replay(engine, [row["id"]]).refused[row["id"]]) == [fault]
    assert replay(engine, [row["id"]], json.dumps({"name": "x", "user": user}).encode()).stored == 1


def test_a_whole_body_that_was_unreadable_is_taken_apart_when_edited(
    stack: RunningStack, engine: Engine, user: str
) -> None:
    receipt = keep(engine, {"action": [{"name": "x"}]})
    (row,) = rejects(stack, receipt)
    assert list(row["reasons"]) == ["body"]
    assert list(replay(engine, [row["id"]]).refused) == [row["id"]]
    body = envelope([{"name": "a"}, {"name": "b"}], user)
    report = replay(engine, [row["id"]], json.dumps(body).encode())
    assert (report.stored, report.replayed) == (2, [row["id"]])
    assert names(stack, body["page_id"]) == ["a", "b"]
    assert len(stack.rows("SELECT 1 FROM batches WHERE batch_id = %(id)s", id=body["batch_id"])) == 1


def test_an_edit_that_is_no_good_changes_nothing(stack: RunningStack, engine: Engine, user: str) -> None:
    receipt = keep(engine, {"action": []})
    (before,) = rejects(stack, receipt)
    half_good = json.dumps([{"name": "a"}, {"name": "b", "page_x": "three"}]).encode()
    for edited in (half_good, b"{", b"5"):
        report = replay(engine, [before["id"]], edited)
        assert (report.replayed, report.stored, list(report.refused)) == ([], 0, [before["id"]])
    assert rejects(stack, receipt) == [before]
    assert names(stack, receipt) == []


def test_many_are_replayed_at_once_and_the_bad_ones_do_not_hold_up_the_good(
    stack: RunningStack, engine: Engine, user: str, stricter: Callable[[], None]
) -> None:
    actions = [flat_action("click", user=user, **({"page_x": "three"} if index % 3 else {})) for index in range(300)]
    receipt = keep(engine, actions)
    stricter()
    report = replay(engine, [row["id"] for row in rejects(stack, receipt)])
    assert (report.stored, len(report.replayed), len(report.refused)) == (100, 100, 200)
    assert len(names(stack, receipt)) == 100


def test_an_event_is_judged_by_its_class_again(stack: RunningStack, engine: Engine, manage: Manage) -> None:
    event = {
        "session_id": str(uuid4()),
        "category": "page interaction",
        "name": "link click",
        "timestamp": "2022-04-01 09:15:27.243860",
        "data": {"host": "www.cwtech.dev", "path": "/", "elemnt": "register"},
    }
    receipt = keep(engine, event, "event")
    (row,) = rejects(stack, receipt)
    assert row["source"] == "event"
    for field in ("data.element: Missing", "data.elemnt: Unknown"):
        assert str(row["id"]) in manage("list", "--reason", field).stdout.split()
    assert list(replay(engine, [row["id"]]).refused) == [row["id"]]
    event["data"] = {"host": "www.cwtech.dev", "path": "/", "element": "register"}
    assert replay(engine, [row["id"]], json.dumps(event).encode()).stored == 1
    (click_row,) = stack.rows('SELECT * FROM "Clicks" WHERE page_id = %(id)s', id=receipt)
    assert click_row["element_id"] == "register"


def test_list_filters_and_show_tells_all(stack: RunningStack, engine: Engine, user: str, manage: Manage) -> None:
    body = envelope([{"name": "good"}, {"name": "bad", "page_x": "three\x1b[31m"}], user)
    keep(engine, body)
    (row,) = rejects(stack, body["page_id"])
    listed = manage("list", "--user", user)
    assert listed.exit_code == 0, listed.stderr
    assert listed.stdout.split()[0] == str(row["id"])
    assert "page_x: Not a valid number." in listed.stdout
    for options in (["--name", "good"], ["--study", "nowhere"], ["--reason", "client_y"]):
        assert "No rejected actions match" in manage("list", "--user", user, *options).stdout
    shown = manage("show", str(row["id"])).stdout
    for part in (user, body["page_id"], "page_x: ", '"three\\u001b[31m"', '"condition_1": "A"', "2026-01-01 00:01:01"):
        assert part in shown
    assert "\x1b" not in shown


def test_an_action_is_edited_by_hand(
    stack: RunningStack, engine: Engine, user: str, manage: Manage, tmp_path: Path
) -> None:
    body = envelope([{"name": "bad", "page_x": "3"}], user)
    keep(engine, body)
    row_id = str(rejects(stack, body["page_id"])[0]["id"])
    file = tmp_path / "action.json"
    file.write_text(manage("show", row_id, "--body").stdout.replace('"3"', "3"))
    done = manage("replay", row_id, "--edit", str(file))
    assert (done.exit_code, done.stdout) == (0, "1 resolved: 1 stored, 0 already stored.\n"), done.stderr
    assert names(stack, body["page_id"]) == ["bad"]
    assert rejects(stack, body["page_id"])[0]["body"].tobytes() == json.dumps(body["actions"][0]).encode()
    assert "No rejected actions match" in manage("list", "--user", user).stdout
    assert "replayed" in manage("list", "--user", user, "--all").stdout


def test_replay_by_filter_ends_with_one_while_some_are_still_rejected(
    stack: RunningStack, engine: Engine, user: str, manage: Manage
) -> None:
    receipt = keep(engine, [{"name": "bad", "user": user, "page_x": str(index)} for index in range(450)])
    done = manage("replay", "--user", user)
    assert done.exit_code == 1
    assert done.stdout == "0 resolved: 0 stored, 0 already stored.\n"
    assert "and 430 more are still invalid" in done.stderr
    assert len(rejects(stack, receipt)) == 450


@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["1", "2", "--edit", "-"], ["--name", "x", "--edit", "-"]])
def test_replay_wants_to_know_which(manage: Manage, arguments: list[str]) -> None:
    done = manage("replay", *arguments)
    assert done.exit_code == 2
    assert "Select which" in done.stderr or "--edit is for one action" in done.stderr


def test_an_id_that_is_not_there_is_said(manage: Manage) -> None:
    done = manage("replay", "999999999")
    assert (done.exit_code, "Not found or already replayed: 999999999." in done.stderr) == (1, True)
    assert "No rejected action has the id" in manage("show", "999999999").stderr
