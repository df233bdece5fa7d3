"""The inbox on a real Redis: groups come, are taken, wait and go."""

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
    """Another database of the stack's Redis: nobody else's keys."""
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


def test_nothing_is_left_of_a_group_that_was_removed(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.take(group_id)
    inbox.remove(group_id)
    inbox.postpone(group_id)
    assert inbox.client.keys("*") == []


def test_an_emptied_inbox_counts_from_nothing(inbox: Inbox) -> None:
    """An upgrade may have changed what a group counts: a sum below nothing would refuse all, one above fill early."""
    for drift in (-9_000, 9_000):
        group_id = put(inbox)
        inbox.client.incrby(BYTES, drift)
        inbox.put(group_id, GROUP)
        inbox.remove(group_id)
        assert inbox.held_bytes() == 0


def test_a_put_repeated_is_one_group(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.put(group_id, GROUP)
    assert inbox.held_bytes() == OVERHEAD + len(GROUP)
    inbox.remove(group_id)
    assert inbox.held_bytes() == 0


def test_a_put_that_arrives_after_its_removal_is_a_group_again(inbox: Inbox) -> None:
    """Redis took it late, the spool had brought it, it is stored: the store will suppress it once more."""
    group_id = put(inbox)
    inbox.remove(group_id)
    inbox.put(group_id, GROUP)
    assert inbox.take(group_id) == (GROUP, 1)


def test_between_the_marks_every_process_does_the_same(inbox: Inbox) -> None:
    neighbour = Inbox(inbox.client, HIGH, LOW, again_s=1, again_max_s=1)
    groups = [put(inbox) for _ in range(5)]
    for process in (inbox, neighbour):
        with pytest.raises(InboxFull):
            put(process)
    for group_id in groups[:2]:
        inbox.remove(group_id)
    with pytest.raises(InboxFull):
        put(neighbour)
    inbox.remove(groups[2])
    put(neighbour)
    put(inbox)


def test_an_inbox_under_the_low_mark_says_so_though_nobody_puts(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    with pytest.raises(InboxFull):
        put(inbox)
    inbox.remove(groups[0])
    assert inbox.client.exists(FULL)
    for group_id in groups[1:3]:
        inbox.remove(group_id)
    assert not inbox.client.exists(FULL)


def test_a_full_inbox_takes_a_group_again_that_it_holds(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    inbox.put(groups[0], GROUP)


def test_what_is_put_regardless_of_the_mark_does_not_open_it_for_others(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    inbox.put(str(uuid4()), GROUP, regardless=True)
    for group_id in groups[:2]:
        inbox.put(str(uuid4()), GROUP, regardless=True)
        inbox.remove(group_id)
        with pytest.raises(InboxFull):
            put(inbox)


def test_overdue_groups_are_claimed_once_the_oldest_first(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(3)]
    wait_until(lambda: due_at(inbox, groups[-1]) < time.time(), PATIENCE_S, "all are overdue")
    inbox.again_s = 60  # what is claimed here is not overdue again before the end, however slow the machine
    assert inbox.claim(2) == groups[:2]
    assert inbox.claim(9) == groups[2:]
    assert inbox.claim(9) == []


def test_what_has_been_taken_is_not_overdue_and_its_pause_doubles(inbox: Inbox) -> None:
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


def test_its_state_is_what_an_operator_asks(inbox: Inbox) -> None:
    assert (state(inbox).groups, state(inbox).oldest_s) == (0, 0.0)
    put(inbox)
    wait_until(lambda: state(inbox).oldest_s > 0.05, PATIENCE_S, "it ages")
    put(inbox)
    now = state(inbox)
    assert (now.groups, now.bytes) == (2, 2 * (OVERHEAD + len(GROUP)))
    assert 0.05 < now.oldest_s < 5


def test_a_redis_that_may_be_full_before_the_inbox_is_is_told_at_the_worker_s_start(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    redelivery = Redelivery(inbox, lambda _: None)
    limit = int(inbox.client.info("memory")["maxmemory"])
    for high, short in ((int(limit / 1.5), False), (int(limit / 1.4), True)):
        inbox.high_bytes = high
        redelivery.check_memory()
        assert ("set its maxmemory" in caplog.text) is short
    assert not is_short_of_memory({"maxmemory": 0}, HIGH), "0 is no limit"


def test_redis_needs_no_more_memory_than_the_marks_say(inbox: Inbox) -> None:
    """The smallest groups, each with its order in the queue: INBOX_HIGH_BYTES is reached before maxmemory."""
    inbox.high_bytes = 1_000_000_000
    client = inbox.client
    before = int(client.info("memory")["used_memory"])
    for number in range(500):
        group_id = put(inbox)
        inbox.take(group_id)
        client.lpush("celery", f"{number:05}" + "o" * 1_000)  # an order is 800 to 900 bytes
    used = int(client.info("memory")["used_memory"]) - before
    assert used < inbox.held_bytes(), f"{used / 500:.0f} bytes a group"
