"""Redis and the API fail in different ways: what was answered with 200 is stored, once."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from dev import processes
from tests.support.faults import Page, client, out_of_memory, paused, spooled, wait_until_drained
from tests.support.running import RunningStack, wait_until
from tests.support.sending import post

pytestmark = pytest.mark.alone

ANSWERED_WITHIN_S = 1.0  # from the spool, if Redis does not accept a group


@pytest.fixture
def page(faulty: RunningStack) -> Page:
    wait_until_drained(faulty)
    return Page(faulty)


def wait_until_redis_is_used(stack: RunningStack) -> None:
    wait_until(lambda: not spooled(stack) and Page(stack).send().status == 200 and not spooled(stack), 20, "no spool")


def blocked_commands(connection: redis.Redis) -> list[str]:
    """The commands that CLIENT PAUSE delays."""
    return [other["cmd"] for other in connection.client_list() if "b" in other["flags"]]


def test_the_spool_is_used_within_a_second_while_redis_hangs(faulty: RunningStack, page: Page) -> None:
    with paused(faulty.redis):
        answers = [page.send() for _ in range(3)]
        assert spooled(faulty) > 0
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert page.slowest_s < ANSWERED_WITHIN_S
    page.assert_stored()
    wait_until_drained(faulty)


def test_the_spool_is_used_while_redis_accepts_connections_and_does_not_answer(
    faulty: RunningStack, page: Page
) -> None:
    with client(faulty) as connection:
        connection.client_pause(3_000)
    assert page.send().status == 200
    assert spooled(faulty) > 0
    assert page.slowest_s < ANSWERED_WITHIN_S
    page.assert_stored()


def test_the_spool_is_used_while_redis_is_out_of_memory(faulty: RunningStack, page: Page) -> None:
    with out_of_memory(faulty):
        answers = [page.send() for _ in range(3)]
        assert spooled(faulty) > 0
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert page.slowest_s < ANSWERED_WITHIN_S
    page.assert_stored()


def test_nothing_is_lost_when_redis_is_killed(faulty: RunningStack, page: Page) -> None:
    for _ in range(3):
        assert page.send().status == 200
        faulty.redis.kill()
        assert page.send().status == 200
        faulty.redis.wait_ready()
    page.assert_stored()


def test_nothing_is_lost_while_redis_loads_its_file(faulty: RunningStack, page: Page) -> None:
    """Redis answers LOADING, and accepts nothing."""

    def is_loading() -> bool:
        try:
            with client(faulty) as connection:
                connection.ping()
        except redis.BusyLoadingError:
            return True
        except redis.RedisError:
            pass
        return False

    with client(faulty) as connection:
        for part in range(20):  # several scripts, so that Redis answers other clients in between
            connection.eval("for n = 1, 40000 do redis.call('SET', ARGV[1] .. n, n) end", 0, f"ballast:{part}:")
    try:
        faulty.redis.kill()
        wait_until(is_loading, 10, "Redis loads its file")
        assert page.send().status == 200
        assert page.slowest_s < ANSWERED_WITHIN_S
        page.assert_stored()
    finally:
        faulty.redis.wait_ready(30)
        with client(faulty) as connection:
            for part in range(20):
                connection.eval("for n = 1, 40000 do redis.call('DEL', ARGV[1] .. n) end", 0, f"ballast:{part}:")
            connection.bgrewriteaof()


def test_with_a_full_spool_the_answer_is_503_and_what_was_accepted_is_stored(faulty: RunningStack, page: Page) -> None:
    with paused(faulty.redis):
        refused = page.send_until(503)
        assert page.seq > 0
    assert int(refused.headers["Retry-After"]) > 0
    assert (refused.json["success"], refused.json["error"]) == (False, "unavailable")
    assert "Access-Control-Allow-Origin" in refused.headers
    page.assert_stored()


def test_with_a_spool_that_is_not_writable_the_answer_is_503(faulty: RunningStack, page: Page) -> None:
    folder = faulty.data_dir / "spool"
    aside = folder.with_suffix(".aside")
    folder.mkdir(exist_ok=True)
    with paused(faulty.redis):
        folder.rename(aside)
        folder.touch()
        try:
            refused = page.send()
        finally:
            folder.unlink()
            aside.rename(folder)
    assert (refused.status, "Retry-After" in refused.headers) == (503, True), refused
    wait_until_redis_is_used(faulty)


def test_the_spool_of_a_killed_api_is_drained(faulty: RunningStack, page: Page) -> None:
    with paused(faulty.redis):
        for _ in range(5):
            assert page.send().status == 200
        processes.kill(faulty.data_dir, {"api"})
        assert spooled(faulty) > 0
    faulty.api.wait_ready()
    page.assert_stored()
    wait_until_drained(faulty)


def test_a_batch_sent_again_after_the_api_was_killed_before_its_answer_is_stored_once(
    faulty: RunningStack, page: Page
) -> None:
    batch = page.batch()
    outcome: list[Exception] = []

    def send() -> None:
        try:
            page.post(batch)
        except (OSError, http.client.HTTPException) as error:
            outcome.append(error)

    with client(faulty) as connection, ThreadPoolExecutor() as pool:
        connection.client_pause(2_000, all=False)
        api = list(processes.find(faulty.data_dir, {"api"}))  # now, because later there is only half a second
        sending = pool.submit(send)
        wait_until(lambda: "evalsha" in blocked_commands(connection), 5, "the batch waits for Redis")
        for process in api:
            process.kill()
        sending.result()
    assert len(outcome) == 1, "the API answered before it was killed"
    faulty.api.wait_ready()
    assert page.post(batch).status == 200
    page.assert_stored()


def test_a_batch_sent_ten_times_concurrently_is_stored_once(faulty: RunningStack, page: Page) -> None:
    batch = page.batch(5)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: page.post(batch), range(10)))
    assert {answer.status for answer in answers} == {200}
    wait_until_drained(faulty)
    page.assert_stored()
    batches = faulty.rows("SELECT count(*) AS n FROM batches WHERE batch_id = %(id)s", id=batch["batch_id"])
    assert batches[0]["n"] == 1


def test_an_array_is_stored_once_if_redis_executes_the_put_after_its_timeout(faulty: RunningStack, page: Page) -> None:
    """The put that timed out is executed after all, and the spool is drained with the same group."""
    user = str(page.page_id)
    actions = [{"name": "click", "user": user, "client_x": 1, "client_y": 2}] * 3
    with paused(faulty.redis):
        assert post(f"{faulty.analytics_url}/analytics", actions).status == 200
    wait_until_drained(faulty)
    rows = faulty.rows('SELECT seq FROM "rawActions" WHERE user_id = %(user)s ORDER BY seq', user=user)
    assert [row["seq"] for row in rows] == [0, 1, 2]
