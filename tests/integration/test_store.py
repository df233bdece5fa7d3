"""One transaction stores a group; its actions are validated while PostgreSQL stores the ones before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics_app import actions
from analytics_app.config.limits import Limits
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from analytics_app.database.db import create_engine
from analytics_app.processing import prepare
from analytics_app.processing.outcome import Outcome
from analytics_app.processing.validation import validate
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.types import Action
from tests.support.sending import envelope, flat_action
from tests.support.storing import store

NUMBER = 400  # actions of a body: more than one chunk of COPY
At = Callable[[int, Callable[[], object]], None]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(Config(DATABASE_URL=database_url))
    create(engine, actions.METADATA)
    yield engine
    engine.dispose()


@pytest.fixture
def at_action(monkeypatch: pytest.MonkeyPatch) -> At:
    """Have a function called, once, when the action of this seq is validated."""

    def call(seq: int, function: Callable[[], object]) -> None:
        def instead(action: Action, *options: Any) -> Any:
            if action.seq == seq:
                monkeypatch.undo()
                function()
            return validate(action, *options)

        monkeypatch.setattr(prepare, "validate", instead)

    return call


def delivery(items: list[Any], page_id: str) -> Delivery:
    body = envelope(items, "p", page_id=page_id)
    return Delivery(str(uuid4()), 1_767_225_600_000, "analytics", json.dumps(body).encode())


def many(page_id: str) -> Delivery:
    return delivery([flat_action() for _ in range(NUMBER)], page_id)


def counts(engine: Engine, *tables: str) -> list[int]:
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables]


def numbers(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.stored, outcome.duplicates, len(outcome.refused)


def test_an_error_in_our_own_code_rejects_only_the_body_that_it_is_about(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if it is raised while PostgreSQL stores the actions before."""

    def instead(action: Action, *options: Any) -> Any:
        if b"poison" in action.body:
            raise RuntimeError("a fault of our own")
        return validate(action, *options)

    monkeypatch.setattr(prepare, "validate", instead)
    pages = sorted(str(uuid4()) for _ in range(3))
    poison = delivery([*[flat_action() for _ in range(NUMBER)], {"name": "poison"}], pages[1])
    assert numbers(store(engine, [many(pages[0]), poison, many(pages[2])])) == (2 * NUMBER, 0, 1)
    assert counts(engine, "raw_actions", "positions_screen", "clicks", "rejected_actions") == [2 * NUMBER] * 3 + [1]
    with engine.connect() as connection:
        (body,) = connection.exec_driver_sql("SELECT body FROM rejected_actions").scalars()
    assert bytes(body) == poison.body


def test_a_connection_that_is_lost_meanwhile_leaves_nothing_stored(
    engine: Engine, database_url: str, at_action: At
) -> None:
    other = create_engine(Config(DATABASE_URL=database_url))

    def end_connection() -> None:
        with other.connect() as connection:
            query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            assert connection.exec_driver_sql(f"{query} AND datname = current_database()").scalars().all() == [True]

    group = [many(str(uuid4()))]
    at_action(NUMBER - 1, end_connection)
    with pytest.raises((SQLAlchemyError, psycopg2.Error)):
        store(engine, group)
    assert counts(other, "raw_actions", "batches") == [0, 0]
    assert numbers(store(engine, group)) == (NUMBER, 0, 0)
    other.dispose()


def test_what_another_worker_has_stored_meanwhile_is_not_stored_twice(
    engine: Engine, database_url: str, at_action: At
) -> None:
    other, group = create_engine(Config(DATABASE_URL=database_url)), [many(str(uuid4()))]
    at_action(0, lambda: store(other, group))
    assert numbers(store(engine, group)) == (0, NUMBER, 0)
    other.dispose()
    assert counts(engine, "raw_actions", "positions_screen", "clicks") == [NUMBER] * 3


def test_the_first_valid_action_of_a_key_is_stored(engine: Engine) -> None:
    page_id = str(uuid4())
    group = [delivery([flat_action(page_x=x)], page_id) for x in ("three", 4, 5)]
    assert numbers(store(engine, group)) == (1, 1, 1)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT page_x FROM positions_screen").scalars().all() == [4]


def test_what_postgresql_refuses_is_rejected_and_its_valid_neighbours_are_stored(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_actions ADD CHECK (name <> 'refused')")
    items = [flat_action(name) for name in ("click", "refused", "click")] + [flat_action(page_x="three"), flat_action()]
    assert numbers(store(engine, [delivery(items, str(uuid4()))])) == (3, 0, 2)
    with engine.connect() as connection:
        query = "SELECT seq, code FROM rejected_actions ORDER BY seq"
        assert [*connection.exec_driver_sql(query)] == [(1, "database"), (3, "not_a_number")]


def test_a_large_body_is_validated_before_its_transaction(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, at_action: At
) -> None:
    """It could take longer than a statement may."""
    pool: Any = engine.pool
    connections: list[int] = []
    at_action(0, lambda: connections.append(pool.checkedout()))
    monkeypatch.setattr(Limits, "BYTES_STORED", 100)
    assert numbers(store(engine, [many(str(uuid4()))])) == (NUMBER, 0, 0)
    assert connections == [0]
