"""An empty database for one test, and a stack for tests that inflict faults."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.running import RunningStack

SETTINGS = {
    "SPOOL_BYTES_MAX": "40000",
    "INBOX_HIGH_BYTES": "100000",
    "INBOX_LOW_BYTES": "50000",
    "WORKER_STALL_S": "5",
}


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack with a small spool and inbox, whose services may be killed.

    Other settings have their defaults, in particular the times after which a group is redelivered.
    """
    running = RunningStack(tmp_path_factory.mktemp("faulty"), **SETTINGS)
    try:
        yield running.wait_ready()
    finally:
        running.stop()


@pytest.fixture
def database_url(stack: RunningStack) -> Iterator[str]:
    """An empty database on the stack's server."""
    name = f"test_{uuid4().hex}"
    stack.rows(f"CREATE DATABASE {name}")
    yield stack.database_url.rpartition("/")[0] + "/" + name
    stack.rows(f"DROP DATABASE {name} WITH (FORCE)")
