"""The inbox on a real Redis: groups are put, taken, redelivered and removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis

from analytics_app.buffer.inbox import BYTES, DUE, FULL, OVERHEAD, Inbox, InboxFull, connect, is_short_of_memory
from analytics_app.buffer.state import RedisState, read_redis
from analytics_app.consumer.redelivery import Redelivery
from tests.support.running import PATIENCE_S, RunningStack, wait_until

HIGH, LOW = 5 * (OVERHEAD + 100), 2 * (OVERHEAD + 100)
GROUP = b"x" * 100


@pytest.fixture
def client(stack: RunningStack) -> Iterator[redis.Redis]:
    """Another database of the stack's Redis, without other keys."""
    with connect(stack.broker_url.removesuffix("/0") + "/9", timeout=5) as client:
        client.flushdb()
        yield client


@pytest.fixture
def inbox(client: redis.Redis) -> Inbox:
    return Inbox(client, HIGH, LOW, again_s=0.1, again_max_s=0.4)


def put(inbox: Inbox) -> str:
    group_id = str(uuid4())
    inbox.put(group_id, GROUP)
    return group_id


def state(inbox: Inbox) -> RedisState:
    return read_redis(inbox.client, inbox.high_bytes)


def due_at(inbox: Inbox, group_id: str) -> float:
    """Epoch seconds."""
    return float(inbox.client.zscore(DUE, group_id) or 0)


def test_a_group_stays_until_it_is_removed(inbox: Inbox) -> None:
    group_id = put(inbox)
    assert inbox.take(group_id) == (GROUP, 1)
    assert inbox.take(group_id) == (GROUP, 2)
    assert inbox.remove(group_id)
    assert inbox.take(group_id) is None
    assert not inbox.remove(group_id)


def test_a_removed_group_leaves_no_keys(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.take(group_id)
    inbox.remove(group_id)
    inbox.postpone(group_id)
    assert inbox.client.keys("*") == []


def test_an_empty_inbox_counts_zero_bytes(inbox: Inbox) -> None:
    """An upgrade may change what a group counts: too low a sum would admit too much, too high a sum too little."""
    for drift in (-9_000, 9_000):
        group_id = put(inbox)
        inbox.client.incrby(BYTES, drift)
        inbox.put(group_id, GROUP)
        inbox.remove(group_id)
        assert inbox.held_bytes() == 0


def test_a_group_put_twice_is_one_group(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.put(group_id, GROUP)
    assert inbox.held_bytes() == OVERHEAD + len(GROUP)
    inbox.remove(group_id)
    assert inbox.held_bytes() == 0


def test_a_group_put_after_its_removal_is_accepted_again(inbox: Inbox) -> None:
    """As when a put arrives late and the group was stored from the spool: the store suppresses the duplicate."""
    group_id = put(inbox)
    inbox.remove(group_id)
    inbox.put(group_id, GROUP)
    assert inbox.take(group_id) == (GROUP, 1)


def test_a_full_inbox_refuses_groups_of_every_process_until_the_low_mark(inbox: Inbox) -> None:
    other = Inbox(inbox.client, HIGH, LOW, again_s=1, again_max_s=1)
    groups = [put(inbox) for _ in range(5)]
    for process in (inbox, other):
        with pytest.raises(InboxFull):
            put(process)
    for group_id in groups[:2]:
        inbox.remove(group_id)
    with pytest.raises(InboxFull):
        put(other)
    inbox.remove(groups[2])
    put(other)
    put(inbox)


def test_below_the_low_mark_the_inbox_is_not_full_even_if_nothing_is_put(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    with pytest.raises(InboxFull):
        put(inbox)
    inbox.remove(groups[0])
    assert inbox.client.exists(FULL)
    for group_id in groups[1:3]:
        inbox.remove(group_id)
    assert not inbox.client.exists(FULL)


def test_a_full_inbox_accepts_a_group_that_it_already_contains(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    with pytest.raises(InboxFull):
        put(inbox)
    inbox.put(groups[0], GROUP)
    assert state(inbox).groups == 5


def test_a_group_put_regardless_of_the_mark_does_not_let_others_in(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    inbox.put(str(uuid4()), GROUP, regardless=True)
    for group_id in groups[:2]:
        inbox.put(str(uuid4()), GROUP, regardless=True)
        inbox.remove(group_id)
        with pytest.raises(InboxFull):
            put(inbox)


def test_overdue_groups_are_claimed_once_and_the_oldest_first(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(3)]
    wait_until(lambda: due_at(inbox, groups[-1]) < time.time(), PATIENCE_S, "all are overdue")
    inbox.again_s = 60  # claimed groups are not overdue again before the test ends, even on a slow machine
    assert inbox.claim(2) == groups[:2]
    assert inbox.claim(9) == groups[2:]
    assert inbox.claim(9) == []


def test_the_time_until_a_taken_group_is_overdue_doubles_with_each_try(inbox: Inbox) -> None:
    group_id = put(inbox)
    for pause in (0.1, 0.2, 0.4, 0.4, 0.4):
        before = time.time()
        inbox.take(group_id)
        assert before + pause - 0.001 <= due_at(inbox, group_id) <= time.time() + pause
    inbox.postpone(group_id)
    assert inbox.take(group_id) == (GROUP, 1)


def test_nothing_is_taken_during_a_pause(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.pause(60)
    assert inbox.is_paused()
    assert inbox.take(group_id) is None
    inbox.pause(0.05)
    assert wait_until(lambda: inbox.take(group_id), PATIENCE_S, "the pause is over") == (GROUP, 1)


def test_its_state_shows_groups_bytes_and_the_oldest_age(inbox: Inbox) -> None:
    assert (state(inbox).groups, state(inbox).oldest_s) == (0, 0.0)
    put(inbox)
    wait_until(lambda: state(inbox).oldest_s > 0.05, PATIENCE_S, "it ages")
    put(inbox)
    now = state(inbox)
    assert (now.groups, now.bytes) == (2, 2 * (OVERHEAD + len(GROUP)))
    assert 0.05 < now.oldest_s < 5


def test_the_worker_warns_at_its_start_if_redis_may_be_full_before_the_inbox(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    redelivery = Redelivery(inbox, lambda _: None)
    limit = int(inbox.client.info("memory")["maxmemory"])
    for high, warns in ((int(limit / 1.5), False), (int(limit / 1.4), True)):
        inbox.high_bytes = high
        redelivery.check_memory()
        assert ("set its maxmemory" in caplog.text) is warns
    assert not is_short_of_memory({"maxmemory": 0}, HIGH), "0 means no limit"


def test_redis_needs_no_more_memory_than_the_inbox_counts(inbox: Inbox) -> None:
    """The smallest groups, each with its Celery task: INBOX_HIGH_BYTES is reached before maxmemory."""
    inbox.high_bytes = 1_000_000_000
    client = inbox.client
    before = int(client.info("memory")["used_memory"])
    for number in range(500):
        group_id = put(inbox)
        inbox.take(group_id)
        client.lpush("celery", f"{number:05}" + "o" * 1_000)  # a Celery task is 800 to 900 bytes
    used = int(client.info("memory")["used_memory"]) - before
    assert used < inbox.held_bytes(), f"{used / 500:.0f} bytes per group"
