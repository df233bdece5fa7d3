"""What a body costs to read, whatever it contains: bounded time and memory."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analytics_app.config.limits import Limits
from tests.support.running import RunningStack
from tests.support.sending import post
from tests.support.serving import Api, api

SIZE = 4_194_304  # BODY_BYTES_MAX
MEMORY_MAX = 300_000_000  # bytes that an API process may need besides what it has when it starts


@pytest.fixture(scope="module")
def single(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API of one process."""
    with api(stack, tmp_path_factory.mktemp("single"), API_WORKERS="1") as server:
        yield server


def filled(start: bytes, piece: bytes, end: bytes) -> bytes:
    """A body of BODY_BYTES_MAX bytes, or a few less."""
    return start + piece * ((SIZE - len(start) - len(end)) // len(piece)) + end


BODIES = {
    "empty arrays": filled(b"[1", b",[]", b"]"),
    "empty objects in one action": filled(b'[{"a":[1', b",{}", b"]}]"),
    "small objects": filled(b"[1", b',{"":{}}', b"]"),
    "deep": b"[" * (SIZE // 2) + b"]" * (SIZE // 2),
    "numbers": filled(b"[1", b",1234567", b"]"),
    "texts": filled(b"[1", b',"a"', b"]"),
    "brackets in texts": filled(b"[1", b',"["', b"]"),
    "names": filled(b'{"a":1', b',"":1', b"}"),
    "lone surrogates": filled(b"[1", rb',"\ud800"', b"]"),
    "open": b"[" * SIZE,
}


def peak_bytes(server: Api) -> int:
    """The most memory that the API's worker process has had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{server.worker_pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.parametrize("name", BODIES)
def test_a_small_gzip_body_costs_bounded_memory_twelve_times_at_once(single: Api, name: str) -> None:
    before = peak_bytes(single)
    packed = gzip.compress(BODIES[name])

    def send(_: int) -> int:
        return post(f"{single.url}/analytics", packed, Content_Encoding="gzip").status

    with ThreadPoolExecutor(12) as pool:
        statuses = set(pool.map(send, range(12)))
    assert statuses <= {200, 400, 413, 503}
    assert peak_bytes(single) - before < MEMORY_MAX


def nested(containers: int) -> bytes:
    """A body that is no batch, with so many arrays."""
    return b"[1" + b",[]" * (containers - 1) + b"]"


@pytest.mark.parametrize(("number", "status"), [(19_000, 200), (Limits.CONTAINERS + 1, 413)])
def test_arrays_and_objects_are_counted_before_they_are_built(single: Api, number: int, status: int) -> None:
    assert post(f"{single.url}/analytics", nested(number)).status == status


def test_the_number_of_arrays_and_objects_has_a_limit(single: Api) -> None:
    for number, error in ((Limits.CONTAINERS, None), (Limits.CONTAINERS + 1, "too_many")):
        body = b'{"name":"x","user":"parsing","data":' + nested(number - 1) + b"}"
        assert post(f"{single.url}/event/", body).json.get("error") == error


@pytest.mark.parametrize(("size", "status"), [(Limits.VALIDATED_BYTES, 200), (Limits.VALIDATED_BYTES + 1, 413)])
def test_a_dry_run_has_a_small_limit(single: Api, size: int, status: int) -> None:
    body = b'[{"name":"x"}' + b" " * (size - 14) + b"]"
    assert len(body) == size
    assert post(f"{single.url}/analytics?validate=1", body).status == status
