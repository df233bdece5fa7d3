"""The rate limit: one sum over all processes, separate for each address, and no record of addresses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import RedisError

from analytics_app.buffer.inbox import connect
from analytics_app.ingest import rate_limit
from analytics_app.ingest.rate_limit import PREFIX, RateLimit
from analytics_app.web.client import network_of
from tests.support.running import PATIENCE_S, RunningStack, wait_until
from tests.support.sending import Answer, flat_action, post
from tests.support.serving import api

ADDRESS, OTHER = "198.51.100.7", "198.51.100.8"


@pytest.fixture(autouse=True)
def share_only_when_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the threads of one test's limits would continue to write to Redis during the next test."""
    monkeypatch.setattr(rate_limit, "SHARE_EVERY_S", 3_600)


@pytest.fixture
def client(stack: RunningStack) -> Iterator[Redis]:
    with connect(stack.broker_url, timeout=2) as client:
        for key in client.scan_iter(f"{PREFIX}*"):
            client.delete(key)
        yield client


@pytest.fixture
def limiter(client: Redis) -> Callable[..., RateLimit]:
    """The limit of one process; its clock stays 20 s past the minute."""
    return lambda limit=3, at=1_000_000_020.0: RateLimit(client, limit, "key", clock=lambda: at - at % 60 + 20)


def test_a_request_above_the_limit_waits_for_the_next_minute(limiter: Callable[..., RateLimit]) -> None:
    limit = limiter(3)
    assert [limit.retry_after(ADDRESS) for _ in range(4)] == [0, 0, 0, 40]
    assert limit.retry_after(OTHER) == 0


def test_processes_share_their_counts(limiter: Callable[..., RateLimit]) -> None:
    one, two = limiter(10), limiter(10)
    for limit in (one, two):
        for _ in range(5):
            assert limit.retry_after(ADDRESS) == 0
        limit.share()
    assert two.retry_after(ADDRESS) == 40
    one.retry_after(ADDRESS)
    one.share()
    assert one.retry_after(ADDRESS) == 40


def test_the_next_minute_starts_at_zero(client: Redis) -> None:
    now = 1_000_000_019.5  # 59.5 s past the minute
    limit = RateLimit(client, 1, "key", clock=lambda: now)
    assert [limit.retry_after(ADDRESS), limit.retry_after(ADDRESS)] == [0, 1]
    now += 1
    assert limit.retry_after(ADDRESS) == 0


def test_without_redis_each_process_counts_for_itself() -> None:
    limit = RateLimit(connect("redis://127.0.0.1:1/0", timeout=1), 2, "key", clock=lambda: 20.0)
    assert [limit.retry_after(ADDRESS) for _ in range(3)] == [0, 0, 40]


def test_only_a_hash_of_the_address_is_stored_and_it_expires_and_changes(
    client: Redis, limiter: Callable[..., RateLimit]
) -> None:
    limit = limiter()
    limit.retry_after(ADDRESS)
    limit.share()
    (key,) = client.scan_iter(f"{PREFIX}*")
    assert ADDRESS.encode() not in key
    assert 0 < client.ttl(key) <= 120
    later = limiter(at=1_000_000_080.0)
    later.retry_after(ADDRESS)
    later.share()
    assert len(list(client.scan_iter(f"{PREFIX}*"))) == 2  # the same address has another hash


def test_zero_means_no_limit(limiter: Callable[..., RateLimit]) -> None:
    limit = limiter(0)
    assert not any(limit.retry_after(ADDRESS) for _ in range(1_000))


def test_counts_that_redis_did_not_confirm_are_sent_again_and_count_once(
    client: Redis, limiter: Callable[..., RateLimit]
) -> None:
    one, two = limiter(10), limiter(10)
    for _ in range(10):
        one.retry_after(ADDRESS)
    one.counter.client = connect("redis://127.0.0.1:1/0", timeout=1)
    with pytest.raises(RedisError):
        one.share()
    one.counter.client = client
    one.share()
    (name,) = client.scan_iter(f"{PREFIX}*")
    one.counter._changed.add(name.decode().removeprefix(PREFIX))  # as after an answer that was lost
    one.share()
    two.retry_after(ADDRESS)
    two.share()
    assert two.counter._others == {name.decode().removeprefix(PREFIX): 10}
    assert two.retry_after(ADDRESS) == 40


@pytest.mark.parametrize(
    ("address", "network"),
    [("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"), (ADDRESS, ADDRESS), ("unix", "unix")],
)
def test_an_ipv6_network_is_one_client(address: str, network: str) -> None:
    assert network_of(address) == network


@contextmanager
def others_suspended(process: psutil.Process, processes: list[psutil.Process]) -> Iterator[None]:
    """Suspends the others, so that this process answers every request."""
    others = [other for other in processes if other != process]
    for other in others:
        other.suspend()
    try:
        yield
    finally:
        for other in others:
            other.resume()


def test_the_api_answers_429_to_one_address_and_200_to_another(stack: RunningStack, tmp_path: Path) -> None:
    broker_url = stack.broker_url.removesuffix("/0") + "/9"  # without other counts
    client = connect(broker_url, timeout=2)
    client.flushdb()
    settings = {"RATE_LIMIT": "20", "TRUSTED_PROXIES": "127.0.0.1", "API_WORKERS": "2"}
    with api(stack, tmp_path, CELERY_BROKER_URL=broker_url, **settings) as served:

        def ask(address: str) -> Answer:
            return post(f"{served.url}/analytics", [flat_action()], X_Forwarded_For=address)

        def shared() -> int:
            """The sum of the counts in Redis."""
            return sum(int(count) for key in client.scan_iter(f"{PREFIX}*") for count in client.hvals(key))

        processes: list[psutil.Process] = wait_until(
            lambda: len(found := psutil.Process(served.pid).children()) == 2 and found, 30, "both processes run"
        )
        one, two = processes
        wait_until(lambda: time.time() % 60 < 30, 40, "the minute has 30 s left, which the test needs")
        with others_suspended(one, processes):
            *accepted, refused = [ask(f"10.9.8.7, {ADDRESS}") for _ in range(21)]
            assert {answer.status for answer in accepted} == {200}
            assert (refused.status, refused.json["error"]) == (429, "rate")
            assert 1 <= int(refused.headers["Retry-After"]) <= 60
            assert refused.headers["Access-Control-Allow-Origin"] == "*"
            assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]
            wait_until(lambda: shared() == 21, PATIENCE_S, lambda: f"the count is shared: {shared()}, {served.log}")
        with others_suspended(two, processes):
            ask(ADDRESS)
            wait_until(lambda: shared() == 22, PATIENCE_S, "the other process has shared its count too")
            requests = 1

            def refuses() -> bool:
                nonlocal requests
                requests += 1
                return ask(ADDRESS).status == 429

            wait_until(refuses, 15, "it has read the sum")
            assert requests <= 20, "its own count alone exceeds the limit"
            assert ask(OTHER).status == 200
        assert ADDRESS not in served.log
