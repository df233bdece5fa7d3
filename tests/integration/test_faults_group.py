"""A group that cannot be stored is split into its bodies: the valid ones are stored, the poison one is rejected."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from uuid import uuid4

import psycopg2
import pytest
from sqlalchemy import Engine, create_engine

from analytics_app.buffer.inbox import GROUPS, Inbox, InboxFull, connect
from analytics_app.buffer.state import read_redis
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
        yield Inbox(client, 10**9, 10**8, again_s=1, again_max_s=1)


@pytest.fixture
def engine(stack: RunningStack) -> Iterator[Engine]:
    engine = create_engine(Config(DATABASE_URL=stack.database_url).sqlalchemy_url)
    yield engine
    engine.dispose()


def delivery(user: str) -> Delivery:
    body = json.dumps([{"name": "click", "user": user, "client_x": 1}]).encode()
    return Delivery(str(uuid4()), NOW_MS, "analytics", body)


class Killed(Pipeline):
    """Kills its own process while it stores a group, as the kernel does when memory runs out."""

    def store(self, deliveries: Sequence[Delivery]) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def processor(inbox: Inbox, engine: Engine, pipeline: type[Pipeline] = Pipeline) -> GroupProcessor:
    return GroupProcessor(inbox, pipeline(engine, CLOCK_SKEW_S), "")


def killed_while_storing(inbox: Inbox, engine: Engine, group_id: str) -> None:
    """The process that stores the group is killed."""
    killed = processor(inbox, create_engine(engine.url), Killed)
    process = multiprocessing.get_context("fork").Process(target=killed.process, args=(group_id,))
    process.start()
    process.join(10)
    assert process.exitcode == -signal.SIGKILL


def test_a_body_that_kills_its_worker_is_rejected_and_the_others_of_its_group_are_stored(
    stack: RunningStack, inbox: Inbox, engine: Engine
) -> None:
    users = [f"poison-{uuid4()}" for _ in range(3)]
    bodies = [delivery(user) for user in users]
    poison, group_id = bodies[1], str(uuid4())
    inbox.put(group_id, encode_group(bodies))
    worker = processor(inbox, engine)
    for _ in range(TRIES_MAX):
        killed_while_storing(inbox, engine, group_id)
    worker.process(group_id)
    assert sorted(inbox.client.hkeys(GROUPS)) == sorted(body.receipt.encode() for body in bodies)
    for _ in range(TRIES_MAX):
        killed_while_storing(inbox, engine, poison.receipt)
    for body in bodies:
        worker.process(body.receipt)
    stored = stack.rows('SELECT user_id FROM "rawActions" WHERE user_id = ANY(%(users)s)', users=users)
    assert sorted(row["user_id"] for row in stored) == sorted([users[0], users[2]])
    (reject,) = stack.rows("SELECT body, reasons FROM rejected_actions WHERE page_id = %(id)s", id=poison.receipt)
    assert bytes(reject["body"]) == poison.body
    assert "server" in reject["reasons"]
    assert read_redis(inbox.client, inbox.high_bytes).groups == 0


def test_a_group_is_split_even_if_the_inbox_is_full(stack: RunningStack, inbox: Inbox, engine: Engine) -> None:
    """Otherwise an inbox full of such groups would stay full forever."""
    users = [f"full-{uuid4()}" for _ in range(3)]
    bodies, group_id = [delivery(user) for user in users], str(uuid4())
    inbox.put(group_id, encode_group(bodies))
    inbox.high_bytes, inbox.low_bytes = 1, 0
    with pytest.raises(InboxFull):
        inbox.put(str(uuid4()), b"one more")
    for _ in range(TRIES_MAX):
        inbox.take(group_id)
    worker = processor(inbox, engine)
    worker.process(group_id)
    assert inbox.client.hlen(GROUPS) == len(users)
    for body in bodies:
        worker.process(body.receipt)
    assert read_redis(inbox.client, inbox.high_bytes).groups == 0
    stored = stack.rows('SELECT user_id FROM "rawActions" WHERE user_id = ANY(%(users)s)', users=users)
    assert sorted(row["user_id"] for row in stored) == sorted(users)


def test_tries_while_postgresql_is_down_do_not_count(inbox: Inbox) -> None:
    """However often the group is tried, it is not split or rejected."""
    nowhere = create_engine("postgresql+psycopg2://user:password@127.0.0.1:1/none")
    group_id = str(uuid4())
    inbox.put(group_id, encode_group([delivery("waiting")]))
    for _ in range(TRIES_MAX + 2):
        processor(inbox, nowhere).process(group_id)
        assert inbox.is_paused()
        inbox.client.delete("inbox:paused")
    taken = inbox.take(group_id)
    assert taken is not None
    assert taken[1] == 1


def test_a_try_while_postgresql_hangs_does_not_count(inbox: Inbox) -> None:
    """A worker that is killed meanwhile, for lack of progress, says nothing about the group."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        port = hanging.getsockname()[1]
        options = {"connect_timeout": 60}  # longer than the test: the try must not end by itself
        engine = create_engine(f"postgresql+psycopg2://user:password@127.0.0.1:{port}/none", connect_args=options)
        group_id = str(uuid4())
        inbox.put(group_id, encode_group([delivery("waiting")]))
        process = multiprocessing.get_context("fork").Process(target=processor(inbox, engine).process, args=(group_id,))
        process.start()
        with hanging.accept()[0]:  # if it were closed at once, PostgreSQL would seem to refuse connections
            process.kill()
            process.join(10)
    taken = inbox.take(group_id)
    assert taken is not None
    assert taken[1] == 1


def test_bytes_that_are_not_a_group_are_rejected(stack: RunningStack, inbox: Inbox, engine: Engine) -> None:
    group_id = str(uuid4())
    inbox.put(group_id, b"\xc1 not a group")
    processor(inbox, engine).process(group_id)
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
