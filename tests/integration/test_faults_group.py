"""What cannot be stored is tried without its neighbours: they are stored, and a poison body is rejected."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from uuid import uuid4

import psycopg2
import pytest
from sqlalchemy import Engine, create_engine

from analytics_app.buffer.inbox import DUE, PAUSED, TRIES, Inbox, InboxFull, connect
from analytics_app.buffer.state import read_redis
from analytics_app.config.limits import Limits
from analytics_app.config.settings import Config
from analytics_app.consumer.group_processor import TRIES_MAX, GroupProcessor
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.database.errors import blocks_every_group
from analytics_app.processing.outcome import Outcome
from analytics_app.wire.delivery import Delivery, encode_group
from tests.support.running import RunningStack
from tests.support.storing import CLOCK_SKEW_S

NOW_MS = 1_767_225_600_000


@pytest.fixture
def inbox(stack: RunningStack) -> Iterator[Inbox]:
    """In another database of Redis, which the stack's worker does not read."""
    with connect(stack.broker_url.removesuffix("/0") + "/7", timeout=5) as client:
        client.flushdb()
        yield Inbox(client, 10**9, 10**8, again_s=0, again_max_s=0)  # leases that end at once


@pytest.fixture
def engine(stack: RunningStack) -> Iterator[Engine]:
    engine = create_engine(Config(DATABASE_URL=stack.database_url).sqlalchemy_url)
    yield engine
    engine.dispose()


def delivery(user: str) -> Delivery:
    body = json.dumps([{"name": "click", "user": user, "client_x": 1}]).encode()
    return Delivery(str(uuid4()), NOW_MS, "analytics", body)


class Killed(Pipeline):
    """Kills its own process while it stores a poison body, as the kernel does when memory runs out."""

    def store(self, deliveries: Sequence[Delivery]) -> Outcome:
        if any(b"poison" in delivery.body for delivery in deliveries):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().store(deliveries)


def processor(inbox: Inbox, engine: Engine, pipeline: type[Pipeline] = Pipeline) -> GroupProcessor:
    return GroupProcessor(inbox, pipeline(engine, CLOCK_SKEW_S), "")


def is_killed_while_storing(inbox: Inbox, engine: Engine) -> bool:
    """Store what waits in a process of its own; returns whether a poison body killed it."""
    worker = processor(inbox, create_engine(engine.url), Killed)
    process = multiprocessing.get_context("fork").Process(target=worker.store_waiting)
    process.start()
    process.join(20)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def stored_users(stack: RunningStack, users: list[str]) -> list[str]:
    rows = stack.rows('SELECT user_id FROM "rawActions" WHERE user_id = ANY(%(users)s) ORDER BY 1', users=users)
    return [row["user_id"] for row in rows]


def test_a_body_that_kills_its_worker_is_rejected_and_the_others_are_stored(
    stack: RunningStack, inbox: Inbox, engine: Engine
) -> None:
    """The other groups are endangered once, the other bodies of its group no longer than until it is split."""
    others = sorted(f"other-{uuid4()}" for _ in range(20))
    users = [f"mate-{uuid4()}", f"poison-{uuid4()}", f"mate-{uuid4()}"]
    bodies = [delivery(user) for user in users]
    mates, poison = sorted([users[0], users[2]]), bodies[1]
    for number, user in enumerate(others):
        inbox.put(str(uuid4()), encode_group([delivery(user)]))
        if number == 10:
            inbox.put(str(uuid4()), encode_group(bodies))
    kills = 0
    while is_killed_while_storing(inbox, engine):
        kills += 1
        if kills == 3:
            assert stored_users(stack, others) == others
        if kills == TRIES_MAX:
            assert stored_users(stack, mates) == []
        if kills == TRIES_MAX + 2:
            assert stored_users(stack, mates) == mates
    assert kills == 2 * TRIES_MAX
    assert stored_users(stack, users) == mates
    (reject,) = stack.rows("SELECT body, reasons FROM rejected_actions WHERE page_id = %(id)s", id=poison.receipt)
    assert bytes(reject["body"]) == poison.body
    assert "server" in reject["reasons"]
    assert read_redis(inbox.client, inbox.high_bytes).groups == 0


class Refusing(Pipeline):
    """PostgreSQL refuses a transaction that contains a poison body, and nothing else."""

    error: type[psycopg2.Error]

    def store(self, deliveries: Sequence[Delivery]) -> Outcome:
        if any(b"poison" in delivery.body for delivery in deliveries):
            raise self.error
        return super().store(deliveries)


class Deadlock(psycopg2.Error):
    pgcode = "40P01"


class TooLarge(psycopg2.Error):
    pgcode = "54000"


class Gone(psycopg2.Error):
    """The connection: a body may crash PostgreSQL itself."""

    pgcode = "57P01"


@pytest.mark.parametrize(("error", "tries"), [(Deadlock, 0), (TooLarge, 1), (Gone, 0)])
def test_a_transaction_that_fails_is_retried_group_by_group(
    stack: RunningStack, inbox: Inbox, engine: Engine, error: type[psycopg2.Error], tries: int
) -> None:
    inbox.again_s, inbox.again_max_s = 60, 60
    users = sorted(f"{'poison' if number == 3 else 'refused'}-{number}-{uuid4()}" for number in range(6))
    ids = {user: str(uuid4()) for user in users}
    for user, group_id in ids.items():
        inbox.put(group_id, encode_group([delivery(user)]))
    pipeline = type("RefusingWith", (Refusing,), {"error": error})
    worker = processor(inbox, engine, pipeline)
    worker.store_waiting()
    if error is Gone:
        inbox.client.zadd(DUE, dict.fromkeys(ids.values(), 0))
        for _ in range(2):  # the first may end with a pause
            inbox.client.delete(PAUSED)
            worker.store_waiting()
    (poison,) = (user for user in users if "poison" in user)
    assert stored_users(stack, users) == [user for user in users if user != poison]
    assert inbox.client.hgetall(TRIES) == {ids[poison].encode(): str(tries).encode()}


def test_after_a_failure_that_blocks_every_group_one_group_is_tried(
    stack: RunningStack, inbox: Inbox, engine: Engine
) -> None:
    inbox.again_s, inbox.again_max_s = 60, 60
    poison = str(uuid4())
    inbox.put(poison, encode_group([delivery(f"poison-{poison}")]))
    worker = processor(inbox, engine, type("RefusingWith", (Refusing,), {"error": Gone}))
    worker.store_waiting()
    assert inbox.client.exists(PAUSED)
    for _ in range(3):
        inbox.put(str(uuid4()), encode_group([delivery(f"poison-{uuid4()}")]))
    inbox.client.delete(PAUSED)
    worker.store_waiting()
    assert inbox.client.hlen(TRIES) == 2
    assert inbox.client.zcount(DUE, "-inf", time.time()) == 2


def test_a_task_that_has_taken_long_leaves_the_rest_to_another(
    stack: RunningStack, inbox: Inbox, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a worker that is asked to end under load would not."""
    users = sorted(f"long-{uuid4()}" for _ in range(Limits.GROUPS_STORED + 1))
    for user in users:
        inbox.put(str(uuid4()), encode_group([delivery(user)]))
    inbox.again_s = inbox.again_max_s = 60
    worker = processor(inbox, engine)
    monkeypatch.setattr("analytics_app.consumer.group_processor.TASK_S", 1e-3)
    assert worker.store_waiting()
    assert len(stored_users(stack, users)) == Limits.GROUPS_STORED
    monkeypatch.undo()
    assert not worker.store_waiting()
    assert stored_users(stack, users) == users


def test_a_group_is_split_even_if_the_inbox_is_full(stack: RunningStack, inbox: Inbox, engine: Engine) -> None:
    """Otherwise an inbox full of such groups would stay full forever."""
    users = [f"full-{uuid4()}" for _ in range(3)]
    bodies, group_id = [delivery(user) for user in users], str(uuid4())
    inbox.put(group_id, encode_group(bodies))
    inbox.high_bytes, inbox.low_bytes = 1, 0
    with pytest.raises(InboxFull):
        inbox.put(str(uuid4()), b"one more")
    for _ in range(TRIES_MAX):
        inbox.take()
    processor(inbox, engine).store_waiting()
    assert read_redis(inbox.client, inbox.high_bytes).groups == 0
    stored = stack.rows('SELECT user_id FROM "rawActions" WHERE user_id = ANY(%(users)s)', users=users)
    assert sorted(row["user_id"] for row in stored) == sorted(users)


def test_tries_while_postgresql_is_down_do_not_count(inbox: Inbox) -> None:
    """However often the group is tried, it is not split or rejected."""
    nowhere = create_engine("postgresql+psycopg2://user:password@127.0.0.1:1/none")
    inbox.put(str(uuid4()), encode_group([delivery("waiting")]))
    for _ in range(TRIES_MAX + 2):
        processor(inbox, nowhere).store_waiting()
        assert inbox.client.delete(PAUSED) == 1
    (group,) = inbox.take().groups
    assert group.tries == 1


def test_a_try_while_postgresql_hangs_does_not_count(inbox: Inbox) -> None:
    """A worker that is killed meanwhile, for lack of progress, says nothing about the group."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        port = hanging.getsockname()[1]
        options = {"connect_timeout": 60}  # longer than the test: the try must not end by itself
        engine = create_engine(f"postgresql+psycopg2://user:password@127.0.0.1:{port}/none", connect_args=options)
        inbox.put(str(uuid4()), encode_group([delivery("waiting")]))
        process = multiprocessing.get_context("fork").Process(target=processor(inbox, engine).store_waiting)
        process.start()
        with hanging.accept()[0]:  # if it were closed at once, PostgreSQL would seem to refuse connections
            process.kill()
            process.join(10)
    (group,) = inbox.take().groups
    assert group.tries == 1


def test_bytes_that_are_not_a_group_are_rejected(stack: RunningStack, inbox: Inbox, engine: Engine) -> None:
    group_id = str(uuid4())
    inbox.put(group_id, b"\xc1 not a group")
    processor(inbox, engine).store_waiting()
    (reject,) = stack.rows("SELECT body FROM rejected_actions WHERE page_id = %(id)s", id=group_id)
    assert bytes(reject["body"]) == b"\xc1 not a group"
    assert read_redis(inbox.client, inbox.high_bytes).groups == 0


@pytest.mark.parametrize(
    ("code", "blocks"),
    [(None, True), ("08006", True), ("25006", True), ("42P01", True), ("53100", True), ("53200", True), ("57P01", True),
     ("55P03", True), ("40P01", False), ("57014", False), ("XX000", False), ("22P05", False)],
)  # fmt: skip
def test_errors_of_postgresql_that_block_every_group_are_known(code: str | None, blocks: bool) -> None:
    class Error(psycopg2.Error):
        pgcode = code

    assert blocks_every_group(Error()) is blocks
