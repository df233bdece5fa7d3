"""The worker dies, hangs, or is given the same group twice: everything is stored, once, and soon."""

from __future__ import annotations

import signal

import psutil
import pytest
from celery import Celery

from dev import processes
from tests.support.faults import Page, client, locked, wait_for_blocked, wait_until_drained
from tests.support.running import RunningStack, wait_until


@pytest.fixture
def page(faulty: RunningStack) -> Page:
    wait_until_drained(faulty)
    return Page(faulty)


def celery_main(stack: RunningStack) -> psutil.Process:
    """The one that consumes: a child of the watch, parent of the pool."""
    found: list[psutil.Process] = wait_until(psutil.Process(stack.worker.pid).children, 20, "the watch has a worker")
    return found[0]


def pool(stack: RunningStack) -> list[psutil.Process]:
    found: list[psutil.Process] = wait_until(lambda: celery_main(stack).children(), 20, "the worker has a pool")
    return found


def test_a_worker_killed_in_the_middle_of_a_batch_has_it_stored_within_30_s(faulty: RunningStack, page: Page) -> None:
    with locked(faulty, "raw_actions"):
        assert page.send().status == 200
        wait_for_blocked(faulty)
        processes.kill(faulty.data_dir, {"worker"})
    page.assert_stored(timeout=30)


def test_a_pool_process_killed_alone_has_its_batch_stored_within_30_s(faulty: RunningStack, page: Page) -> None:
    with locked(faulty, "raw_actions"):
        assert page.send().status == 200
        wait_for_blocked(faulty)
        for process in pool(faulty):
            process.kill()
    page.assert_stored(timeout=30)


def test_a_worker_that_ends_by_itself_is_started_again(faulty: RunningStack, page: Page) -> None:
    """As Celery does after some reconnects; the parent that watches it lives on."""
    watch, worker = faulty.worker.pid, celery_main(faulty)
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: not worker.is_running(), 20, "the worker has ended")
    assert page.send().status == 200
    page.assert_stored()
    assert faulty.worker.pid == watch


def test_a_worker_that_hangs_is_noticed_by_its_progress_and_started_again(faulty: RunningStack, page: Page) -> None:
    """WORKER_STALL_S is 5 here. Its process is alive all the time, which therefore shows nothing."""
    watch, worker = faulty.worker.pid, celery_main(faulty)
    worker.suspend()
    assert page.send().status == 200
    page.assert_stored(timeout=40)
    assert not worker.is_running()
    assert faulty.worker.pid == watch


def test_two_workers_that_store_the_same_group_at_once_store_it_once(faulty: RunningStack, page: Page) -> None:
    user = f"v1-{page.page_id}"  # its page has the receipt's id, not the one of the other batch
    v1 = [{"name": "click", "user": user, "client_x": 1, "client_y": 2}] * 3
    with locked(faulty, "raw_actions"), client(faulty) as connection:
        assert page.send().status == 200
        assert page.post(v1).status == 200  # type: ignore[arg-type]
        wait_for_blocked(faulty)
        for group_id in connection.hkeys("inbox:groups"):
            for _ in range(3):
                Celery(broker=faulty.broker_url).send_task("store_group", (group_id.decode(),), ignore_result=True)
        wait_for_blocked(faulty, sessions=2)
    page.assert_stored()
    wait_until_drained(faulty)
    wait_until(lambda: not client(faulty).llen("celery"), 20, "every order has been taken")
    rows = faulty.rows("SELECT seq FROM raw_actions WHERE user_id = %(user)s ORDER BY seq", user=user)
    assert [row["seq"] for row in rows] == [0, 1, 2]


def test_an_order_that_a_dying_worker_had_taken_is_given_again(faulty: RunningStack, page: Page) -> None:
    """Redis hands a message out before anybody notes it anywhere: this one is gone without a trace."""
    worker = celery_main(faulty)
    worker.suspend()
    assert page.send().status == 200
    with client(faulty) as connection:
        wait_until(lambda: connection.hlen("inbox:groups") and not connection.llen("celery"), 10, "the order is taken")
    worker.kill()
    page.assert_stored()
