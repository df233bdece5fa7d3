"""The backup of docs/deploy.md: the dump is restored, and what was accepted meanwhile is added, once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.embedded import postgres_site
from dev.servers import POSTGRES
from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action, post

TABLES = ("raw_actions", "positions_screen", "clicks", "pages", "batches", "participants", "rejected_actions")


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[RunningStack]:
    """A stack for this test only: it drops all tables."""
    running = RunningStack(tmp_path / "stack")
    try:
        yield running.wait_ready()
    finally:
        running.stop()


def tool(name: str, *arguments: str) -> None:
    done = subprocess.run(
        [postgres_site() / POSTGRES / "bin" / name, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def collect(stack: RunningStack, user: str) -> None:
    body = envelope([flat_action(), flat_action(), {"name": "bad", "page_x": "three"}], user)
    assert post(f"{stack.analytics_url}/analytics", body).status == 200


def wait_stored(stack: RunningStack, *users: str) -> None:
    stack.wait_for(
        'SELECT user_id, count(*) AS n FROM "rawActions" GROUP BY user_id ORDER BY user_id',
        lambda rows: [(row["user_id"], row["n"]) for row in rows] == [(user, 2) for user in users],
        timeout=30,
    )


def content(stack: RunningStack) -> dict[str, str]:
    """Number and checksum of each table's rows."""
    query = "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS sum FROM {} AS t"
    return {table: stack.rows(query.format(table))[0]["sum"] for table in TABLES}


def test_a_dump_can_be_restored_and_nothing_accepted_meanwhile_is_lost(own_stack: RunningStack, tmp_path: Path) -> None:
    collect(own_stack, "a-before-the-dump")
    wait_stored(own_stack, "a-before-the-dump")
    before, dump = content(own_stack), str(tmp_path / "backup.dump")
    tool("pg_dump", "--format=custom", f"--file={dump}", own_stack.database_url)
    collect(own_stack, "b-after-the-dump")
    wait_stored(own_stack, "a-before-the-dump", "b-after-the-dump")

    own_stack.rows("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    collect(own_stack, "c-while-there-is-no-database")
    tool("pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={own_stack.database_url}", dump)

    wait_stored(own_stack, "a-before-the-dump", "c-while-there-is-no-database")
    assert own_stack.rows("SELECT count(*) AS n FROM rejected_actions") == [{"n": 2}]
    assert own_stack.rows("SELECT count(*) AS n FROM page_loss WHERE unexplained > 0") == [{"n": 0}]
    own_stack.rows("""DELETE FROM raw_actions USING contexts
        WHERE raw_actions.page_id = contexts.page_id AND contexts.user_id LIKE 'c-%%'""")
    assert content(own_stack)["raw_actions"] == before["raw_actions"]
