"""Group commit: no request returns before its bytes are durable, and none waits long for a Redis that hangs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis

from analytics_app.buffer.inbox import AWAKE, GROUPS, Inbox, connect
from analytics_app.buffer.spool import Spool
from analytics_app.ingest.publisher import Publisher, Unavailable, Waiting
from analytics_app.wire.delivery import Delivery, decode_group
from tests.support.running import RunningStack, wait_until

pytestmark = pytest.mark.alone

TIMEOUT_S = 0.5


@pytest.fixture
def client(stack: RunningStack) -> Iterator[redis.Redis]:
    with connect(stack.broker_url.removesuffix("/0") + "/8", timeout=5) as client:
        client.flushdb()
        yield client


@pytest.fixture
def black_hole() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers, like a machine that hangs."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def url(stack: RunningStack) -> str:
    return stack.broker_url.removesuffix("/0") + "/8"


def publisher(
    url: str,
    folder: Path,
    high: int = 10**9,
    spool_bytes: int = 10**9,
    timeout: float = TIMEOUT_S,
    dispatch: Callable[[], None] = lambda: None,
) -> Publisher:
    inbox = Inbox(connect(url, timeout), high, high // 2, again_s=10, again_max_s=120)
    return Publisher(inbox, Spool(folder, spool_bytes), dispatch, group_bytes=1_000, timeout=timeout)


def wait_until_connected(publisher: Publisher) -> None:
    publisher.start()
    wait_until(lambda: publisher._connected, 5, "it has a connection")


@contextmanager
def look_up_that_hangs(publisher: Publisher) -> Iterator[None]:
    """The thread that connects to Redis hangs, as a name look-up does, which no socket timeout ends."""
    hanging, released = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        released.wait(30)

    publisher._redis.submit(hang)
    assert hanging.wait(5)
    try:
        yield
    finally:
        released.set()


def deliveries(count: int, size: int = 10) -> list[Delivery]:
    return [Delivery(str(uuid4()), 0, "analytics", b"x" * size) for _ in range(count)]


def publish_all(publisher: Publisher, parts: list[Delivery]) -> list[str]:
    """All concurrently; the error of each, empty for success."""

    def publish(delivery: Delivery) -> str:
        try:
            publisher.publish(delivery)
        except Unavailable as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(publish, parts))


def groups_in_redis(client: redis.Redis) -> list[list[Delivery]]:
    groups: Any = client.hvals(GROUPS)
    return [decode_group(group) for group in groups]


def test_a_delivery_is_in_redis_when_publish_returns(client: redis.Redis, url: str, tmp_path: Path) -> None:
    (delivery,) = deliveries(1)
    publisher(url, tmp_path).publish(delivery)
    assert groups_in_redis(client) == [[delivery]]


def test_waiting_requests_share_groups_up_to_their_maximum_size(client: redis.Redis, url: str, tmp_path: Path) -> None:
    sent = deliveries(200, size=100)
    one = publisher(url, tmp_path, timeout=10)  # a busy machine must not make it use the spool
    client.client_pause(300)  # so that all of them wait
    assert set(publish_all(one, sent)) == {""}
    groups = groups_in_redis(client)
    assert sorted(d.receipt for group in groups for d in group) == sorted(d.receipt for d in sent)
    assert 20 <= len(groups) < 100
    assert max(len(group) for group in groups) == 10


def test_a_leader_that_is_ended_does_not_make_the_others_seem_durable(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publisher(url, tmp_path)
    follower = Waiting(deliveries(1)[0])

    def ended(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(one, "_keep", ended)
    one._waiting += [Waiting(deliveries(1)[0]), follower]
    with pytest.raises(SystemExit):
        one._lead()
    assert not follower.durable
    assert isinstance(follower.error, Unavailable)
    assert not one._has_leader


def test_while_redis_hangs_each_request_takes_less_than_a_second(black_hole: str, tmp_path: Path) -> None:
    one = publisher(black_hole, tmp_path)
    sent = deliveries(50, size=100)
    began = time.monotonic()
    assert set(publish_all(one, sent)) == {""}
    assert time.monotonic() - began < 1
    drained: list[Delivery] = []
    Spool(tmp_path, 0).drain(lambda *_: None)  # which does not touch the segment of a live process
    one.spool.drain(lambda _, group: drained.extend(decode_group(group)))
    assert sorted(d.receipt for d in drained) == sorted(d.receipt for d in sent)


def test_work_does_not_pile_up_while_redis_hangs(black_hole: str, tmp_path: Path) -> None:
    one = publisher(black_hole, tmp_path)
    with look_up_that_hangs(one):
        assert set(publish_all(one, deliveries(5))) == {""}
        wait_until(lambda: one.redis_fails, 5, "the spool is used")
        before = one._redis._work_queue.qsize()
        assert set(publish_all(one, deliveries(5))) == {""}
        assert one._redis._work_queue.qsize() <= before + 2


def test_a_look_up_that_hangs_does_not_matter_while_there_is_a_connection(
    client: redis.Redis, url: str, tmp_path: Path
) -> None:
    one = publisher(url, tmp_path)
    wait_until_connected(one)
    sent = deliveries(20)
    with look_up_that_hangs(one):
        assert set(publish_all(one, sent)) == {""}
        assert len([d for group in groups_in_redis(client) for d in group]) == len(sent)
    assert one.spool.is_empty()


def test_without_a_connection_a_look_up_that_hangs_leads_to_the_spool_within_a_second(
    client: redis.Redis, url: str, tmp_path: Path
) -> None:
    one = publisher(url, tmp_path)
    wait_until_connected(one)
    with look_up_that_hangs(one):
        client.client_kill_filter(_type="normal", skipme=True)
        began = time.monotonic()
        assert set(publish_all(one, deliveries(20))) == {""}
        assert time.monotonic() - began < 1
        assert not one.spool.is_empty()


def test_a_connection_that_redis_has_closed_is_replaced(client: redis.Redis, url: str, tmp_path: Path) -> None:
    one = publisher(url, tmp_path)
    for _ in range(2):
        wait_until_connected(one)
        client.client_kill_filter(_type="normal", skipme=True)
        (delivery,) = deliveries(1)
        one.publish(delivery)
        assert [delivery] in groups_in_redis(client)
    assert not one.redis_fails
    assert one.spool.is_empty()


def test_a_request_that_gives_up_leaves_the_lead_to_others(
    client: redis.Redis, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics_app.ingest.publisher.ANSWER_WITHIN_S", 0.2)
    one = publisher(url, tmp_path, timeout=5)
    wait_until_connected(one)
    client.client_pause(1_000)
    with ThreadPoolExecutor(2) as pool:
        leader = pool.submit(one.publish, deliveries(1)[0])
        wait_until(lambda: one._has_leader and not one._waiting, 5, "the first one leads")
        with pytest.raises(Unavailable, match="too slow"):
            one.publish(deliveries(1)[0])
        leader.result(5)
    assert not one._waiting_bytes
    one.publish(deliveries(1)[0])
    assert len(groups_in_redis(client)) == 2


def test_one_task_is_sent_for_groups_that_arrive_together(client: redis.Redis, url: str, tmp_path: Path) -> None:
    sent = threading.Semaphore(0)
    one = publisher(url, tmp_path, dispatch=sent.release)
    client.set(AWAKE, 1)
    assert set(publish_all(one, deliveries(20))) == {""}
    assert not sent.acquire(timeout=0.2)
    client.delete(AWAKE)
    assert set(publish_all(one, deliveries(20))) == {""}
    assert sent.acquire(timeout=5)


def test_the_spool_is_drained_when_redis_answers_again(url: str, client: redis.Redis, tmp_path: Path) -> None:
    one = publisher(url, tmp_path)
    sent = deliveries(3)
    client.client_pause(60_000, all=False)  # writes wait; all=True would block the command that ends the pause too
    for delivery in sent:
        one.publish(delivery)
    assert one.redis_fails
    client.client_unpause()
    wait_until(lambda: not one.redis_fails and one.spool.is_empty(), 10, "the spool is drained")
    assert sorted(d.receipt for group in groups_in_redis(client) for d in group) == sorted(d.receipt for d in sent)


def test_without_redis_and_spool_every_request_is_an_error(black_hole: str, tmp_path: Path) -> None:
    one = publisher(black_hole, tmp_path, spool_bytes=0)
    errors = publish_all(one, deliveries(5))
    assert ["the spool is full" in error for error in errors] == [True] * 5


def test_a_full_inbox_is_an_error_until_it_is_below_the_low_mark(client: redis.Redis, url: str, tmp_path: Path) -> None:
    one = publisher(url, tmp_path, high=1)
    one.publish(deliveries(1)[0])
    for _ in range(2):
        with pytest.raises(Unavailable, match="full"):
            one.publish(deliveries(1)[0])
    group_ids: Any = client.hkeys(GROUPS)
    one.inbox.remove([group_ids[0].decode()])
    wait_until(lambda: not one.inbox_full, 5, "it accepts again")
    one.publish(deliveries(1)[0])
