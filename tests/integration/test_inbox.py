"""The inbox on a real Redis: groups are put, taken, retried and removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import redis

from analytics_app.buffer.inbox import (
    ARRIVED,
    AWAKE,
    BYTES,
    DUE,
    FULL,
    OVERHEAD,
    PROMISE_MS,
    QUEUE,
    WORKER,
    Group,
    Inbox,
    InboxFull,
    connect,
    is_short_of_memory,
)
from analytics_app.buffer.state import RedisState, read_redis
from analytics_app.config.limits import Limits
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
    return Inbox(client, HIGH, LOW, again_s=60, again_max_s=240)


@pytest.fixture
def large(client: redis.Redis) -> Inbox:
    return Inbox(client, 10**9, 10**8, again_s=60, again_max_s=240)


def put(inbox: Inbox, group: bytes = GROUP) -> str:
    group_id = str(uuid4())
    inbox.put(group_id, group)
    return group_id


def taken(inbox: Inbox) -> list[str]:
    return [group.id for group in inbox.take().groups]


def end_leases(inbox: Inbox) -> None:
    """As if the time had passed. All are due, in the order of their arrival."""
    arrived: Any = inbox.client.zrange(ARRIVED, 0, -1)
    for number, group_id in enumerate(arrived):
        inbox.client.zadd(DUE, {group_id: number})


def state(inbox: Inbox) -> RedisState:
    return read_redis(inbox.client, inbox.high_bytes)


def due_at(inbox: Inbox, group_id: str) -> float:
    """Epoch seconds."""
    return float(inbox.client.zscore(DUE, group_id) or 0)


def test_a_group_stays_until_it_is_removed(inbox: Inbox) -> None:
    group_id = put(inbox)
    assert inbox.take().groups == [Group(group_id, GROUP, 1)]
    end_leases(inbox)
    assert inbox.take().groups == [Group(group_id, GROUP, 2)]
    assert inbox.remove([group_id]) == 1
    end_leases(inbox)
    assert taken(inbox) == []
    assert inbox.remove([group_id]) == 0


def test_a_taken_group_is_not_taken_again_until_its_lease_ends(inbox: Inbox) -> None:
    other = Inbox(inbox.client, HIGH, LOW, again_s=60, again_max_s=240)
    first = put(inbox)
    assert taken(inbox) == [first]
    second = put(inbox)
    assert taken(other) == [second]
    assert taken(inbox) == taken(other) == []
    end_leases(inbox)
    assert taken(other) == [first]


def test_removed_groups_leave_no_keys(inbox: Inbox) -> None:
    group_ids = [put(inbox), put(inbox)]
    inbox.take()
    inbox.remove(group_ids)
    inbox.postpone(group_ids, 1)
    assert set(inbox.client.keys("*")) == {AWAKE.encode(), WORKER.encode()}
    inbox.take()
    assert inbox.client.keys("*") == [WORKER.encode()]
    assert 0 < inbox.client.pttl(WORKER) <= 10_000


def test_an_empty_inbox_counts_zero_bytes(inbox: Inbox) -> None:
    """An upgrade may change what a group counts: too low a sum would admit too much, too high a sum too little."""
    for drift in (-9_000, 9_000):
        group_id = put(inbox)
        inbox.client.incrby(BYTES, drift)
        inbox.put(group_id, GROUP)
        inbox.remove([group_id])
        assert inbox.held_bytes() == 0


def test_a_group_put_twice_is_one_group(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.put(group_id, GROUP)
    assert inbox.held_bytes() == OVERHEAD + len(GROUP)
    inbox.remove([group_id])
    assert inbox.held_bytes() == 0


def test_a_group_put_after_its_removal_is_accepted_again(inbox: Inbox) -> None:
    """As when a put arrives late and the group was stored from the spool: the store suppresses the duplicate."""
    group_id = put(inbox)
    inbox.remove([group_id])
    inbox.put(group_id, GROUP)
    assert inbox.take().groups == [Group(group_id, GROUP, 1)]


def test_a_full_inbox_refuses_groups_of_every_process_until_the_low_mark(inbox: Inbox) -> None:
    other = Inbox(inbox.client, HIGH, LOW, again_s=60, again_max_s=240)
    groups = [put(inbox) for _ in range(5)]
    for process in (inbox, other):
        with pytest.raises(InboxFull):
            put(process)
    for group_id in groups[:2]:
        inbox.remove([group_id])
    with pytest.raises(InboxFull):
        put(other)
    inbox.remove([groups[2]])
    put(other)
    put(inbox)


def test_below_the_low_mark_the_inbox_is_not_full_even_if_nothing_is_put(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    with pytest.raises(InboxFull):
        put(inbox)
    inbox.remove([groups[0]])
    assert inbox.client.exists(FULL)
    for group_id in groups[1:3]:
        inbox.remove([group_id])
    assert not inbox.client.exists(FULL)


def test_a_full_inbox_accepts_a_group_that_it_already_contains(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    with pytest.raises(InboxFull):
        put(inbox)
    inbox.put(groups[0], GROUP)
    assert state(inbox).groups == 5


def test_a_group_put_alone_is_kept_in_a_full_inbox_and_does_not_let_others_in(inbox: Inbox) -> None:
    groups = [put(inbox) for _ in range(5)]
    inbox.put(str(uuid4()), GROUP, alone=True)
    for group_id in groups[:2]:
        inbox.put(str(uuid4()), GROUP, alone=True)
        inbox.remove([group_id])
        with pytest.raises(InboxFull):
            put(inbox)


def test_waiting_groups_are_taken_together_the_oldest_first_up_to_their_number(large: Inbox) -> None:
    groups = [put(large) for _ in range(Limits.GROUPS_STORED + 1)]
    first = large.take()
    assert [group.id for group in first.groups] == groups[: Limits.GROUPS_STORED]
    assert first.more
    second = large.take()
    assert [group.id for group in second.groups] == groups[Limits.GROUPS_STORED :]
    assert not second.more


@pytest.mark.parametrize(("size", "together"), [(Limits.BYTES_STORED // 2, 2), (Limits.BYTES_STORED // 2 + 1, 1)])
def test_waiting_groups_are_taken_together_up_to_their_bytes(large: Inbox, size: int, together: int) -> None:
    groups = [put(large, b"x" * size) for _ in range(3)]
    assert taken(large) == groups[:together]


def test_a_group_above_the_limit_of_bytes_is_taken_alone(large: Inbox) -> None:
    groups = [put(large, b"x" * (Limits.BYTES_STORED + 1)), put(large)]
    assert taken(large) == groups[:1]
    assert taken(large) == groups[1:]


def test_a_group_that_was_tried_is_taken_alone(inbox: Inbox) -> None:
    """One of the groups killed the worker that took them, or the worker was killed for another reason."""
    groups = [put(inbox), put(inbox)]
    assert taken(inbox) == groups
    end_leases(inbox)
    fresh = [put(inbox), put(inbox)]
    assert [taken(inbox) for _ in range(4)] == [groups[:1], groups[1:], fresh, []]


def test_a_group_that_was_tried_does_not_end_up_behind_groups_that_arrive_later(inbox: Inbox) -> None:
    first = put(inbox)
    tried = put(inbox)
    inbox.postpone([tried], 0)
    last = put(inbox)
    assert [taken(inbox) for _ in range(3)] == [[first], [tried], [last]]


def test_a_group_put_alone_is_taken_alone(inbox: Inbox) -> None:
    for group_id in (groups := [str(uuid4()) for _ in range(2)]):
        inbox.put(group_id, GROUP, alone=True)
    assert [taken(inbox), taken(inbox)] == [groups[:1], groups[1:]]


def test_the_lease_of_a_group_doubles_with_each_try(inbox: Inbox) -> None:
    group_id = put(inbox)
    for tries, lease in enumerate((60, 120, 240, 240, 240), 1):
        before = time.time()
        assert inbox.take().groups == [Group(group_id, GROUP, tries)]
        assert before + lease - 0.001 <= due_at(inbox, group_id) <= time.time() + lease
        end_leases(inbox)


def test_the_try_of_a_postponed_group_does_not_count(inbox: Inbox) -> None:
    groups = [put(inbox), put(inbox)]
    inbox.take()
    before = time.time()
    inbox.postpone(groups, 30)
    for group_id in groups:
        assert before + 30 - 0.001 <= due_at(inbox, group_id) <= time.time() + 30
    end_leases(inbox)
    assert inbox.take().groups == [Group(groups[0], GROUP, 1)]


def test_nothing_is_taken_during_a_pause(inbox: Inbox) -> None:
    group_id = put(inbox)
    inbox.pause(60)
    assert taken(inbox) == []
    inbox.pause(0.05)
    assert wait_until(lambda: taken(inbox), PATIENCE_S, "the pause is over") == [group_id]


def test_no_try_is_counted_if_the_check_fails(inbox: Inbox) -> None:
    def check() -> None:
        raise ConnectionError

    group_id = put(inbox)
    with pytest.raises(ConnectionError):
        inbox.take(check)
    assert inbox.take().groups == [Group(group_id, GROUP, 1)]


def needs_task(inbox: Inbox) -> bool:
    return inbox.put(str(uuid4()), GROUP)


def test_one_task_is_sent_for_all_groups_that_wait(large: Inbox) -> None:
    assert [needs_task(large) for _ in range(3)] == [True, False, False]
    large.client.lpush(QUEUE, "a task")
    large.client.delete(AWAKE)
    assert not needs_task(large)


def test_a_task_that_was_never_sent_is_sent_for_a_later_group(large: Inbox) -> None:
    """The API process that should have sent it was killed."""
    assert needs_task(large)
    assert 0 < large.client.pttl(AWAKE) <= PROMISE_MS
    wait_until(lambda: needs_task(large), PATIENCE_S, "the promise has expired")


def test_no_task_is_sent_while_a_worker_will_look_again(large: Inbox) -> None:
    put(large)
    large.client.delete(AWAKE)
    assert not large.take().more
    assert not needs_task(large)
    large.take()
    assert not needs_task(large)
    wait_until(lambda: needs_task(large), PATIENCE_S, "the worker has not looked for too long")


def test_a_group_put_just_after_a_worker_found_nothing_needs_a_task(large: Inbox) -> None:
    """The end of the worker's loop: the group must not wait for redelivery."""
    put(large)
    large.take()
    assert large.take().groups == ()
    assert needs_task(large)


def test_another_worker_is_called_when_more_waits_than_one_can_take(large: Inbox) -> None:
    for _ in range(Limits.GROUPS_STORED + 1):
        put(large)
    assert large.take().more
    assert needs_task(large)


def test_no_task_is_sent_during_a_pause(large: Inbox) -> None:
    large.pause(60)
    assert not needs_task(large)


def test_a_task_is_sent_once_a_second_if_none_waits(inbox: Inbox) -> None:
    """For groups whose task was lost, and for the progress of an idle worker."""
    sent: list[str] = []
    redelivery = Redelivery(inbox, lambda: sent.append("task"))
    redelivery.redeliver()
    assert len(sent) == 1
    inbox.client.lpush(QUEUE, "a task")
    redelivery.redeliver()
    assert len(sent) == 1


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
    redelivery = Redelivery(inbox, lambda: None)
    limit = int(inbox.client.info("memory")["maxmemory"])
    for high, warns in ((int(limit / 1.5), False), (int(limit / 1.4), True)):
        inbox.high_bytes = high
        redelivery.check_memory()
        assert ("set its maxmemory" in caplog.text) is warns
    assert not is_short_of_memory({"maxmemory": 0}, HIGH), "0 means no limit"


def test_redis_needs_no_more_memory_than_the_inbox_counts(inbox: Inbox) -> None:
    """The smallest groups: INBOX_HIGH_BYTES is reached before maxmemory."""
    inbox.high_bytes = 1_000_000_000
    client = inbox.client
    before = int(client.info("memory")["used_memory"])
    for _ in range(500):
        put(inbox)
    while inbox.take().groups:
        pass
    used = int(client.info("memory")["used_memory"]) - before
    assert used < inbox.held_bytes(), f"{used / 500:.0f} bytes per group"
