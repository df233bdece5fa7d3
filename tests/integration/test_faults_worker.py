"""The worker is killed, hangs, or gets the same group twice: everything is stored, once, within 30 s."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
import redis

from analytics_app.buffer.inbox import DUE, PAUSED, QUEUE, TRIES
from dev import processes
from tests.support.faults import Page, client, locked, paused, wait_for_blocked, wait_until_drained
from tests.support.running import RunningStack, wait_until


@pytest.fixture
def page(faulty: RunningStack) -> Page:
    wait_until_drained(faulty)
    return Page(faulty)


@contextmanager
def storing_paused(connection: redis.Redis) -> Iterator[None]:
    """Groups wait, and are then taken together."""
    connection.set(PAUSED, 1)
    try:
        yield
    finally:
        connection.delete(PAUSED)


def celery_main(stack: RunningStack) -> psutil.Process:
    """The Celery worker: child of the supervisor, parent of the pool."""
    found: list[psutil.Process] = wait_until(
        psutil.Process(stack.worker.pid).children, 20, "the supervisor has a worker"
    )
    return found[0]


def pool(stack: RunningStack) -> list[psutil.Process]:
    found: list[psutil.Process] = wait_until(lambda: celery_main(stack).children(), 20, "the worker has a pool")
    return found


def test_the_batch_of_a_killed_worker_is_stored_within_30_s(faulty: RunningStack, page: Page) -> None:
    with locked(faulty, "raw_actions"):
        assert page.send().status == 200
        wait_for_blocked(faulty)
        processes.kill(faulty.data_dir, {"worker"})
    page.assert_stored(timeout=30)


def test_the_batch_of_a_killed_pool_process_is_stored_within_30_s(faulty: RunningStack, page: Page) -> None:
    with locked(faulty, "raw_actions"):
        assert page.send().status == 200
        wait_for_blocked(faulty)
        for process in pool(faulty):
            process.kill()
    page.assert_stored(timeout=30)


def test_a_worker_that_exits_is_restarted(faulty: RunningStack, page: Page) -> None:
    """As Celery does after some reconnects; its supervisor keeps running."""
    supervisor_pid, worker = faulty.worker.pid, celery_main(faulty)
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: not worker.is_running(), 20, "the worker has ended")
    assert page.send().status == 200
    page.assert_stored()
    assert faulty.worker.pid == supervisor_pid


def test_a_worker_without_progress_is_restarted(faulty: RunningStack, page: Page) -> None:
    """WORKER_STALL_S is 5 here. The process itself is alive all the time."""
    supervisor_pid, worker = faulty.worker.pid, celery_main(faulty)
    worker.suspend()
    assert page.send().status == 200
    page.assert_stored(timeout=40)
    assert not worker.is_running()
    assert faulty.worker.pid == supervisor_pid


def test_the_groups_of_a_killed_pool_process_are_stored_within_30_s(faulty: RunningStack, page: Page) -> None:
    """It holds several of them, in one transaction."""
    with locked(faulty, "raw_actions"), client(faulty) as connection:
        with storing_paused(connection):
            for _ in range(5):
                assert page.send().status == 200
        wait_for_blocked(faulty)
        assert set(connection.hvals(TRIES)) == {b"1"}
        assert connection.hlen(TRIES) == 5
        for process in pool(faulty):
            process.kill()
    page.assert_stored(timeout=30)


def test_a_group_that_two_workers_store_concurrently_is_stored_once(faulty: RunningStack, page: Page) -> None:
    """Its lease ends before the first one has stored it."""
    user = f"v1-{page.page_id}"  # its page_id is the receipt, not the page_id of the other batch
    v1 = [{"name": "click", "user": user, "client_x": 1, "client_y": 2}] * 3
    with locked(faulty, "raw_actions"), client(faulty) as connection:
        with storing_paused(connection):
            assert page.post(v1).status == 200  # type: ignore[arg-type]
            assert page.send().status == 200
        wait_for_blocked(faulty)
        connection.zadd(DUE, {group_id: number for number, group_id in enumerate(connection.zrange(DUE, 0, -1))})
        wait_for_blocked(faulty, sessions=2)
    page.assert_stored()
    wait_until_drained(faulty)
    wait_until(lambda: not client(faulty).llen("celery"), 20, "all Celery tasks have been received")
    rows = faulty.rows('SELECT seq FROM "rawActions" WHERE user_id = %(user)s ORDER BY seq', user=user)
    assert [row["seq"] for row in rows] == [0, 1, 2]


def test_a_group_whose_celery_task_is_lost_in_redis_is_stored(faulty: RunningStack, page: Page) -> None:
    with client(faulty) as connection, paused(faulty.worker):
        wait_until(lambda: page.send().status == 200 and connection.llen(QUEUE), 10, "a task waits in Redis")
        connection.delete(QUEUE)
    page.assert_stored()


def test_a_group_whose_celery_task_is_lost_with_its_worker_is_redelivered(faulty: RunningStack, page: Page) -> None:
    """Celery acknowledges early: the message is gone from Redis before the task runs."""
    worker = celery_main(faulty)
    worker.suspend()
    assert page.send().status == 200
    with client(faulty) as connection:
        wait_until(
            lambda: connection.hlen("inbox:groups") and not connection.llen("celery"), 10, "the task is received"
        )
    worker.kill()
    page.assert_stored()
