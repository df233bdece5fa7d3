"""PostgreSQL is killed, hangs, is read-only or lacks a table: the inbox keeps what was accepted, up to its mark."""

from __future__ import annotations

import signal

import pytest

from tests.chaos.count import count
from tests.chaos.load import Load
from tests.support.faults import Page, client, paused, read_only, wait_until_drained
from tests.support.running import RunningStack, wait_until


@pytest.fixture
def page(faulty: RunningStack) -> Page:
    wait_until_drained(faulty)
    return Page(faulty)


def test_nothing_is_lost_when_postgresql_is_killed(faulty: RunningStack, page: Page) -> None:
    for _ in range(3):
        assert page.send().status == 200
        faulty.postgres.kill()
        assert page.send().status == 200
        faulty.postgres.wait_ready()
    page.assert_stored()


def test_nothing_is_lost_while_postgresql_hangs(faulty: RunningStack, page: Page) -> None:
    with paused(faulty.postgres):
        for _ in range(5):
            assert page.send().status == 200
    page.assert_stored()


def test_nothing_is_lost_or_rejected_while_postgresql_is_read_only(faulty: RunningStack, page: Page) -> None:
    with read_only(faulty):
        for _ in range(5):
            assert page.send().status == 200
    page.assert_stored()
    assert not faulty.rows("SELECT 1 FROM rejected_actions WHERE page_id = %(id)s", id=str(page.page_id))


@pytest.mark.parametrize("table", ["raw_actions", "batches", "clicks", "participants"])
def test_a_missing_table_delays_actions_and_rejects_none(faulty: RunningStack, page: Page, table: str) -> None:
    faulty.rows(f"ALTER TABLE {table} RENAME TO not_yet")
    try:
        assert page.send().status == 200
        with client(faulty) as connection:
            wait_until(
                lambda: connection.exists("inbox:paused"), 20, "the worker has paused because of the missing table"
            )
            assert connection.hlen("inbox:groups") > 0
    finally:
        faulty.rows(f"ALTER TABLE not_yet RENAME TO {table}")
    page.assert_stored()
    assert not faulty.rows("SELECT 1 FROM rejected_actions WHERE page_id = %(id)s", id=str(page.page_id))


def test_the_api_answers_503_from_the_high_mark_of_the_inbox_to_the_low_mark(faulty: RunningStack, page: Page) -> None:
    with read_only(faulty):
        refused = page.send_until(503)
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.json["error"] == "unavailable"
        with client(faulty) as connection:
            assert int(connection.get("inbox:bytes") or 0) >= 100_000
        # Every API process says so at its first request, not only the one whose put was refused.
        assert {Page(faulty).send().status for _ in range(8)} == {503}
    wait_until(lambda: Page(faulty).send().status == 200, 60, "batches are accepted again")
    page.assert_stored()


def test_a_deployment_under_load_loses_and_duplicates_nothing(faulty: RunningStack) -> None:
    wait_until_drained(faulty)
    load = Load(faulty.analytics_url, actions_per_s=60)
    load.start()
    for service, signal_ in (
        (faulty.worker, signal.SIGTERM),
        (faulty.api, signal.SIGTERM),
        (faulty.worker, signal.SIGTERM),
    ):
        wait_until(lambda: load.answers[200] > 20, 20, "the load runs")
        load.answers.clear()
        service.kill(signal_)
        service.wait_ready(30)
    load.stop(patience_s=20)
    wait_until_drained(faulty)
    total = count(faulty, load.sent, [])[-1]
    assert total.accepted > 100
    assert (total.stored, total.lost, total.double) == (total.accepted, 0, 0)
