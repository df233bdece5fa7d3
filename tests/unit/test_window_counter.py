"""Counts in windows of time: bounded, never below zero, and not held up by a Redis that hangs."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from analytics_app.admin.throttle import ADDRESS_MAX, BOTH_MAX, Throttle
from analytics_app.buffer.inbox import connect
from analytics_app.ingest.rate_limit import RateLimit
from analytics_app.web import window_counter
from analytics_app.web.window_counter import WindowCounter

TIMEOUT_S = 0.5


@pytest.fixture
def hanging() -> Iterator[redis.Redis]:
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield connect(f"redis://127.0.0.1:{server.getsockname()[1]}/0", TIMEOUT_S)


@pytest.fixture
def few_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_counter, "NAMES_MAX", 10)


def test_sign_ins_do_not_queue_while_redis_hangs(hanging: redis.Redis) -> None:
    throttle = Throttle(hanging, "secret")
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        allowed = list(pool.map(lambda number: throttle.allows(f"user {number}", f"192.0.2.{number}"), range(16)))
    assert all(allowed)
    assert time.monotonic() - began < 5 * TIMEOUT_S


def test_a_redis_that_hangs_is_not_tried_by_each_attempt(hanging: redis.Redis) -> None:
    throttle = Throttle(hanging, "secret")
    throttle.allows("ada", "192.0.2.1")
    began = time.monotonic()
    for _ in range(BOTH_MAX - 1):
        assert throttle.allows("ada", "192.0.2.1")
    assert not throttle.allows("ada", "192.0.2.1")
    assert time.monotonic() - began < TIMEOUT_S


@pytest.mark.usefixtures("few_names")
def test_with_too_many_names_nobody_may_guess_and_everybody_may_send(hanging: redis.Redis) -> None:
    throttle, limit = Throttle(hanging, "secret"), RateLimit(hanging, 1, "secret")
    for number in range(4):
        throttle.allows(f"user {number}", f"192.0.2.{number}")
        for octet in range(3):
            limit.retry_after(f"198.51.{number}.{octet}")
    assert not throttle.allows("ada", "203.0.113.1")
    assert [limit.retry_after("203.0.113.1") for _ in range(3)] == [0, 0, 0]


def test_an_ipv6_network_is_one_address(hanging: redis.Redis) -> None:
    throttle = Throttle(hanging, "secret")
    assert all(throttle.allows(f"user {number}", f"2001:db8::{number:x}") for number in range(ADDRESS_MAX))
    assert not throttle.allows("one more", "2001:db8::ffff")
    assert throttle.allows("one more", "2001:db8:0:1::1")


def test_an_address_over_its_limit_does_not_count_for_the_users_that_it_names(hanging: redis.Redis) -> None:
    throttle = Throttle(hanging, "secret")
    for number in range(ADDRESS_MAX):
        throttle.allows(f"user {number}", "192.0.2.1")
    before = throttle.counter.add("user ada", 0)
    assert not throttle.allows("ada", "192.0.2.1")
    assert throttle.counter.add("user ada", 0) == before == 0


def test_what_is_taken_back_never_goes_below_zero(hanging: redis.Redis) -> None:
    now = 0.0
    counter = WindowCounter(hanging, "secret", "test:", 60, clock=lambda: now)
    assert [counter.add("ada"), counter.add("ada")] == [1, 2]
    counter.take_back("ada", 1)
    assert counter.add("ada", 0) == 1
    counter.take_back("ada")
    counter.take_back("ada", 5)
    assert counter.add("ada", 0) == 0
    counter.add("ada")
    now = 61.0  # the next window begins between an attempt and its success
    counter.take_back("ada")
    counter.take_back("ada", 1)
    assert counter.add("ada", 0) == 0
