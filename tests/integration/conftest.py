"""A stack that may be maltreated: its marks are low and its data nobody else's."""

from collections.abc import Iterator

import pytest

from tests.running import RunningStack

SETTINGS = {
    "SPOOL_BYTES_MAX": "40000",
    "INBOX_HIGH_BYTES": "100000",
    "INBOX_LOW_BYTES": "50000",
    "WORKER_STALL_S": "5",
}


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """What is not set here is as shipped, the times after which a group is ordered again included."""
    running = RunningStack(tmp_path_factory.mktemp("faulty"), **SETTINGS)
    try:
        yield running.wait_ready()
    finally:
        running.stop()
