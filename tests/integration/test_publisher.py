"""Group commit: no request returns before its bytes are durable, and none waits long for a Redis that hangs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis

from analytics_app.buffer.inbox import GROUPS, Inbox, connect
from analytics_app.buffer.spool import Spool
from analytics_app.ingest.publisher import Publisher, Unavailable
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


def publisher(url: str, folder: Path, high: int = 10**9, spool_bytes: int = 10**9) -> Publisher:
    inbox = Inbox(connect(url, TIMEOUT_S), high, high // 2, again_s=10, again_max_s=120)
    dispatched: list[str] = []
    return Publisher(
        inbox, Spool(folder, spool_bytes), lambda: dispatched.append("task"), group_bytes=1_000, timeout=TIMEOUT_S
    )


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


def test_a_delivery_is_in_redis_when_publish_returns(client: redis.Redis, stack: RunningStack, tmp_path: Path) -> None:
    url = stack.broker_url.removesuffix("/0") + "/8"
    (delivery,) = deliveries(1)
    publisher(url, tmp_path).publish(delivery)
    assert groups_in_redis(client) == [[delivery]]


def test_waiting_requests_share_groups_up_to_their_maximum_size(
    client: redis.Redis, stack: RunningStack, tmp_path: Path
) -> None:
    url = stack.broker_url.removesuffix("/0") + "/8"
    sent = deliveries(200, size=100)
    one = publisher(url, tmp_path)
    client.client_pause(300)  # so that all of them wait
    assert set(publish_all(one, sent)) == {""}
    groups = groups_in_redis(client)
    assert sorted(d.receipt for group in groups for d in group) == sorted(d.receipt for d in sent)
    assert 20 <= len(groups) < 100
    assert max(len(group) for group in groups) == 10


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
    hanging, released = threading.Event(), threading.Event()

    def hang() -> None:  # as a name lookup does, which no socket timeout ends
        hanging.set()
        released.wait(30)

    one._redis.submit(hang)
    assert hanging.wait(5)
    try:
        assert set(publish_all(one, deliveries(5))) == {""}
        wait_until(lambda: one.redis_fails, 5, "the spool is used")
        before = one._redis._work_queue.qsize()
        assert set(publish_all(one, deliveries(5))) == {""}
        assert one._redis._work_queue.qsize() <= before + 2
    finally:
        released.set()


def test_the_spool_is_drained_when_redis_answers_again(
    stack: RunningStack, client: redis.Redis, tmp_path: Path
) -> None:
    one = publisher(stack.broker_url.removesuffix("/0") + "/8", tmp_path)
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


def test_a_full_inbox_is_an_error_until_it_is_below_the_low_mark(
    client: redis.Redis, stack: RunningStack, tmp_path: Path
) -> None:
    one = publisher(stack.broker_url.removesuffix("/0") + "/8", tmp_path, high=1)
    one.publish(deliveries(1)[0])
    for _ in range(2):
        with pytest.raises(Unavailable, match="full"):
            one.publish(deliveries(1)[0])
    group_ids: Any = client.hkeys(GROUPS)
    one.inbox.remove([group_ids[0].decode()])
    wait_until(lambda: not one.inbox_full, 5, "it accepts again")
    one.publish(deliveries(1)[0])
