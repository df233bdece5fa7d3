"""manage.py rebuild: splits raw_actions by the current code, each row once, whatever interrupts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from analytics_app import actions
from analytics_app.actions import ACTIONS, click
from analytics_app.actions.fields import Word
from analytics_app.cli import main
from analytics_app.config.settings import load
from analytics_app.database.create import create
from analytics_app.database.db import create_engine
from analytics_app.wire.delivery import Delivery
from dev.settings import ROOT
from tests.support.running import wait_until
from tests.support.sending import flat_action
from tests.support.storing import rebuild, store

TABLES = ("positions_screen", "clicks", "page_views", "submits")
PATH = {"name": "mousemove", "n": 3, "dt": [0, 50, 50], "x": [640, 12, 9], "y": [300, -4, -9]}
EVENT = {
    "session_id": "d66ac88b-f801-4984-953f-5c6b266494a0",
    "category": "page interaction",
    "name": "link click",
    "timestamp": "2022-04-01 09:15:27.243860",
    "data": {"host": "www.cwtech.dev", "path": "/", "element": "register"},
}
RATING = """
from sqlalchemy import Double
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions.fields import Number
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.database.tables import ActionTable


class Schema(ActionSchema):
    stars = Number(1, 5)


class Table(ActionTable):
    __tablename__ = "ratings"

    stars: Mapped[float | None] = mapped_column(Double)


RATING = ActionType("rating", Schema, Table)
"""


@pytest.fixture
def engine(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    engine = create_engine(load())
    create(engine, actions.METADATA)
    yield engine
    engine.dispose()


def store_body(engine: Engine, actions: Any, kind: str = "analytics") -> None:
    store(engine, [Delivery(str(uuid4()), 1_767_225_661_234, kind, json.dumps(actions).encode())])


def store_bodies(engine: Engine, bodies: int) -> None:
    """Bodies of 1,000 actions of all types, and one event."""
    kinds: list[dict[str, Any]] = [flat_action("click"), PATH, {"name": "pageview", "url": "https://a.example/b"}]
    kinds += [{"name": "submit", "form_id": "f", "fields": ["a"]}, {"name": "brush", "page_x": 1, "page_y": 2}]
    for _ in range(bodies):
        store_body(engine, [{**kinds[index % 5], "user": f"p{index}"} for index in range(1_000)])
    store_body(engine, EVENT, "event")


def value(engine: Engine, sql: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(sql)).scalar()


def content(engine: Engine) -> list[tuple[int, str]]:
    """Number and checksum of each table's rows."""
    query = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t"
    with engine.connect() as connection:
        return [tuple(connection.execute(text(query.format(table))).one()) for table in TABLES]


def command(*options: str) -> Result:
    return CliRunner().invoke(main, ["rebuild", *options])


def test_a_rebuild_that_was_killed_continues_where_it_stopped(engine: Engine, database_url: str) -> None:
    store_bodies(engine, 24)
    before = content(engine)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE clicks, page_views"))
        connection.execute(text("UPDATE positions_screen SET client_x = -1"))
    call = [sys.executable, "analytics_app/manage.py", "rebuild"]
    with subprocess.Popen(call, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True) as child:
        wait_until(lambda: (done_so_far(engine) or 0) >= 3_000, 60, "the rebuild is under way")
        os.killpg(child.pid, signal.SIGKILL)
    wait_until(lambda: not value(engine, HOLDERS), 10, "PostgreSQL has noticed")
    interrupted = done_so_far(engine)
    assert 3_000 <= interrupted < 24_001
    finished = command()
    assert finished.exit_code == 0, finished.output
    assert f"Continuing after {interrupted} actions" in finished.stderr
    assert finished.stdout == "Split 24001 actions again.\n"
    assert content(engine) == before
    assert done_so_far(engine) is None


HOLDERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # noqa: E501


def done_so_far(engine: Engine) -> Any:
    if value(engine, "SELECT to_regclass('rebuild_progress')") is None:
        return None
    return value(engine, "SELECT max(done) FROM rebuild_progress")


@pytest.mark.parametrize("option", ["--from-start", "--anew"])
def test_from_start_ignores_what_an_interrupted_rebuild_has_done(engine: Engine, option: str) -> None:
    store_bodies(engine, 3)
    steps = rebuild(engine)
    next(steps), next(steps)
    steps.close()
    assert done_so_far(engine) == 1_000
    finished = command(option)
    assert (finished.exit_code, finished.stdout) == (0, "Split 3001 actions again.\n")
    assert "Continuing" not in finished.stderr
    assert done_so_far(engine) is None


def test_actions_stored_during_a_rebuild_are_split_once(engine: Engine) -> None:
    store_bodies(engine, 3)
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.01):
            store_body(engine, [flat_action("click") for _ in range(20)])

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(3):
            assert command().exit_code == 0
    finally:
        ended.set()
        worker.join()
    clicks = value(engine, "SELECT count(*) FROM \"rawActions\" WHERE name IN ('click', 'link click')")
    assert clicks > 3 * 200 + 1
    assert value(engine, "SELECT count(*) FROM clicks") == clicks
    assert value(engine, "SELECT count(*) FROM \"PositionsScreen\" WHERE name = 'click'") == clicks - 1


def test_with_a_name_only_its_actions_are_split_again(engine: Engine) -> None:
    store_bodies(engine, 2)
    before = content(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE clicks SET tag = 'wrong' WHERE element_id = 'circle-1'"))
    assert command("--name", "pageview").stdout == "Split 400 actions named pageview again.\n"
    assert content(engine) != before
    assert command("--name", "click").stdout == "Split 400 actions named click again.\n"
    assert content(engine) == before


def test_a_type_added_after_its_actions_were_stored_gets_its_rows(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    """The steps of CONTRIBUTING.md for a new action type, in a copy of the project."""
    store_body(
        engine, [{"name": "rating", "stars": 4, "user": "p"}, {"name": "rating", "stars": 9}, flat_action("click")]
    )
    app = tmp_path / "analytics_app"
    shutil.copytree(ROOT / "analytics_app", app, ignore=shutil.ignore_patterns("__pycache__"))
    (app / "actions/rating.py").write_text(RATING)
    registry = app / "actions/__init__.py"
    line = "from analytics_app.actions.submit import SUBMIT as SUBMIT\n"
    assert line in registry.read_text()
    registry.write_text(
        registry.read_text().replace(line, line.replace("submit", "rating").replace("SUBMIT", "RATING") + line)
    )

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "analytics_app/manage.py", *arguments]
        return subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)

    missing = manage("rebuild")
    assert missing.returncode == 1
    assert "run create_db first" in missing.stderr
    assert "ratings" in manage("create_db").stdout
    done = manage("rebuild", "--name", "rating")
    assert (done.returncode, done.stdout) == (0, "Split 1 actions named rating again.\n"), done.stderr
    assert "1 named rating are invalid by today's schema" in done.stderr
    assert value(engine, "SELECT array_agg(user_id || ' ' || stars) FROM \"Ratings\"") == ["p 4"]
    assert value(engine, "SELECT count(*) FROM clicks") == 1


class Stricter(click.Schema):
    element_id = Word(3)


def test_an_action_that_is_no_longer_valid_keeps_its_rows(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store_body(engine, [flat_action("click"), flat_action("click", element_id="abc")])
    monkeypatch.setitem(ACTIONS, "click", replace(click.CLICK, schema=Stricter))
    *_, last = rebuild(engine)
    assert (last.split, last.kept) == (1, {"click": 1})
    assert value(engine, "SELECT count(*) FROM clicks") == 2


def test_a_second_rebuild_at_the_same_time_is_refused(engine: Engine) -> None:
    store_bodies(engine, 2)
    steps = rebuild(engine)
    next(steps)
    refused = command()
    assert (refused.exit_code, "Another rebuild" in refused.stderr) == (1, True)
    *_, last = steps
    assert last.done == 2_001
