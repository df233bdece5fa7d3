"""The API's limits are settings, and a body above them takes little memory."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import create_engine

from analytics_app.config.limits import Limits
from analytics_app.config.settings import Config
from analytics_app.wire.delivery import Delivery
from tests.support.running import RunningStack
from tests.support.sending import envelope, post
from tests.support.serving import Api, api
from tests.support.storing import store

BYTES, ACTIONS, NESTING = 2_000, 5, 6


@pytest.fixture(scope="module")
def small(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    settings = {"BODY_BYTES_MAX": str(BYTES), "ACTIONS_MAX": str(ACTIONS), "NESTING_MAX": str(NESTING)}
    with api(stack, tmp_path_factory.mktemp("limits"), API_WORKERS="1", **settings) as served:
        yield served


def body_of(size: int) -> bytes:
    body = json.dumps([{"name": "x", "text": ""}]).encode()
    return body.replace(b'"text": ""', b'"text": "' + b"x" * (size - len(body)) + b'"')


@pytest.mark.parametrize("path", ["analytics", "event/"])
@pytest.mark.parametrize(("size", "status"), [(BYTES - 1, 200), (BYTES, 200), (BYTES + 1, 413), (50_000_000, 413)])
def test_a_body_is_accepted_up_to_body_bytes_max(small: Api, path: str, size: int, status: int) -> None:
    body = body_of(size)
    if path == "event/":
        body = body[1:-1] + b"  "
    assert len(body) == size
    answer = post(f"{small.url}/{path}", body)
    assert answer.status == status
    if status == 413:
        assert str(BYTES) in answer.json["message"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("size", "status"), [(BYTES - 1, 200), (BYTES, 200), (BYTES + 1, 413)])
def test_body_bytes_max_applies_after_decompression(small: Api, size: int, status: int) -> None:
    assert post(f"{small.url}/analytics", gzip.compress(body_of(size)), Content_Encoding="gzip").status == status


@pytest.mark.parametrize(("number", "status"), [(ACTIONS - 1, 200), (ACTIONS, 200), (ACTIONS + 1, 413)])
@pytest.mark.parametrize("enveloped", [False, True])
def test_a_batch_is_accepted_up_to_actions_max(small: Api, number: int, status: int, enveloped: bool) -> None:
    actions = [{"name": "x"}] * number
    assert post(f"{small.url}/analytics", {"v": 2, "actions": actions} if enveloped else actions).status == status


@pytest.mark.parametrize(("levels", "status"), [(NESTING - 1, 200), (NESTING, 200), (NESTING + 1, 400), (300, 400)])
@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
def test_a_body_is_accepted_up_to_nesting_max(small: Api, levels: int, status: int, open_: str, close: str) -> None:
    inner = levels - 2  # the batch and the action are two
    body = '[{"a":' + open_ * inner + "1" + close * inner + "}]"
    answer = post(f"{small.url}/analytics", body.encode())
    assert (answer.status, answer.json.get("error")) == (status, "nesting" if status == 400 else None)


def test_the_rows_of_a_body_of_mouse_paths_are_never_all_in_memory(stack: RunningStack) -> None:
    """Each action is 200 rows with a text of 2 kB in each row: 80 MB altogether."""
    user, columns = f"limits-{uuid4()}", {name: [0] * Limits.SAMPLES for name in ("dt", "x", "y")}
    path = {"name": "mousemove", "n": Limits.SAMPLES, "view": 0, **columns}
    body = envelope([path] * 200, user, views=[{"url": f"https://h/{'x' * 2_000}"}])
    engine = create_engine(Config(DATABASE_URL=stack.database_url).sqlalchemy_url)
    tracemalloc.start()
    try:
        outcome = store(engine, [Delivery(str(uuid4()), 1_767_225_600_000, "analytics", json.dumps(body).encode())])
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
        engine.dispose()
    assert outcome.stored == 200
    found = stack.rows('SELECT count(*) AS n FROM "PositionsScreen" WHERE user_id = %(user)s', user=user)
    assert found == [{"n": 200 * Limits.SAMPLES}]


def test_a_gzip_bomb_takes_no_memory(small: Api) -> None:
    """150 MB in 150 kB, and a bomb in a bomb."""
    (worker,) = psutil.Process(small.pid).children()
    before = worker.memory_info().rss
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(15)) + packer.flush()
    assert len(bomb) < 160_000
    for body in (bomb[:BYTES], gzip.compress(bytes(1_000_000)), gzip.compress(gzip.compress(bytes(10_000_000)))):
        assert post(f"{small.url}/analytics", body, Content_Encoding="gzip").status in (400, 413)
    assert post(f"{small.url}/analytics", bomb, Content_Encoding="gzip").status == 413
    assert worker.memory_info().rss - before < 30_000_000
