"""For tests that inflict faults: a page that sends batches, and faults that last as long as a with block."""

from __future__ import annotations

import http
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import redis

from tests.support.running import RunningStack, Service, wait_until
from tests.support.sending import Answer, post

STORED_WITHIN_S = 30  # what docs/how-it-works.md says of the groups of a killed worker


class Page:
    """A page that sends batches; its actions are numbered from 0."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.page_id: UUID = uuid4()
        self.seq = 0
        self.slowest_s = 0.0

    def batch(self, actions: int = 2) -> dict[str, Any]:
        seqs = range(self.seq, self.seq + actions)
        self.seq += actions
        clicks = [{"name": "click", "seq": seq, "client_x": seq, "client_y": 1} for seq in seqs]
        const = {"user": str(self.page_id)}
        return {"v": 2, "page_id": str(self.page_id), "batch_id": str(uuid4()), "const": const, "actions": clicks}

    def post(self, batch: dict[str, Any]) -> Answer:
        """Raises OSError or http.client.HTTPException if there is no answer."""
        began = time.monotonic()
        answer = post(f"{self.stack.analytics_url}/analytics", batch)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        return answer

    def send(self, actions: int = 2) -> Answer:
        return self.post(self.batch(actions))

    def send_until(self, status: int, batches: int = 500) -> Answer:
        """Send batches until one is answered with this status. It is not counted; all before it must be accepted."""
        for _ in range(batches):
            before = self.seq
            if (answer := self.send()).status == status:
                self.seq = before
                return answer
            assert answer.status == http.HTTPStatus.OK, answer
        raise AssertionError(f"{batches} batches were sent, and none was answered with {status}")

    def assert_stored(self, timeout: float = STORED_WITHIN_S) -> None:
        """Every action is in every table it belongs to, and once, because of the primary keys."""
        for table in ("raw_actions", "positions_screen", "clicks"):
            self.stack.wait_for(
                f"SELECT seq FROM {table} WHERE page_id = %(page_id)s ORDER BY seq",
                lambda rows: [row["seq"] for row in rows] == list(range(self.seq)),
                timeout,
                page_id=str(self.page_id),
            )


def client(stack: RunningStack) -> redis.Redis:
    return redis.Redis.from_url(stack.broker_url, socket_timeout=20)


@contextmanager
def paused(service: Service) -> Iterator[None]:
    service.pause()
    try:
        yield
    finally:
        service.resume()


@contextmanager
def out_of_memory(stack: RunningStack) -> Iterator[None]:
    with client(stack) as connection:
        before = connection.config_get("maxmemory")["maxmemory"]
        connection.config_set("maxmemory", 1)
        try:
            yield
        finally:
            connection.config_set("maxmemory", before)


@contextmanager
def locked(stack: RunningStack, table: str) -> Iterator[None]:
    """The worker's transaction waits for this table, in the middle of a group."""
    with closing(psycopg2.connect(stack.database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table}")
        yield


@contextmanager
def read_only(stack: RunningStack) -> Iterator[None]:
    def switch(value: str) -> None:
        stack.rows(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        stack.rows("SELECT pg_reload_conf()")
        stack.wait_for("SHOW default_transaction_read_only", lambda rows: rows[0].popitem()[1] == value)

    switch("on")
    try:
        yield
    finally:
        switch("off")


def wait_for_blocked(stack: RunningStack, sessions: int = 1) -> None:
    """Wait until so many of the worker's sessions are waiting for a lock."""
    stack.wait_for(
        "SELECT count(*) AS n FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND application_name = 'user-actions-logging'",
        lambda rows: rows[0]["n"] >= sessions,
    )


def spooled(stack: RunningStack) -> int:
    """Bytes in the spool."""
    return sum(path.stat().st_size for path in (stack.data_dir / "spool").glob("*.spool"))


def wait_until_drained(stack: RunningStack) -> None:
    """Wait until spool and inbox are empty."""

    def drained() -> bool:
        with client(stack) as connection:
            return not spooled(stack) and not connection.hlen("inbox:groups")

    wait_until(drained, 60, "the spool and the inbox are empty")
