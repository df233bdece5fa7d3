"""Throughput of the ingest path compared with a baseline, as a ratio: the cost of storing the data safely.

`python -m bench.ingest` measures two stages:

- api: requests per second that are answered with 200, which means that they are durable in Redis. The baseline is
  `GET /health` of the same API, which stores nothing.
- store: actions per second that one process validates, splits and commits. The baseline copies the same actions
  unchanged into a table with no index but its primary key, in transactions of the same size.

Both are measured in the same run, in alternating rounds, so that other load on the machine affects both alike.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
from sqlalchemy import create_engine

from analytics_app.wire.delivery import Delivery
from analytics_app.wire.uuid7 import uuid7
from tests.support.running import RunningStack, wait_until
from tests.support.sending import envelope, flat_action
from tests.support.storing import store

ROUNDS = 5
CLIENTS, REQUESTS = 16, 60  # per round; per client
BODIES, ACTIONS, GROUP = 400, 20, 40  # bodies per round, actions per body, bodies per transaction


def body() -> bytes:
    return json.dumps(envelope([flat_action() for _ in range(ACTIONS)], "bench", page_id=str(uuid4()))).encode()


def requests_per_second(url: str, method: str, path: str) -> float:
    """Measured with clients that keep their connection open and wait for each response, as browsers do."""
    bodies = [[body() if method == "POST" else None for _ in range(REQUESTS)] for _ in range(CLIENTS)]
    ready = threading.Barrier(CLIENTS + 1)

    def client(mine: list[bytes | None]) -> None:
        with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
            ready.wait()
            for content in mine:
                connection.request(method, path, content)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status

    threads = [threading.Thread(target=client, args=(mine,)) for mine in bodies]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return CLIENTS * REQUESTS / (time.perf_counter() - began)


def actions_per_second(process: Callable[[list[Delivery]], object]) -> float:
    """Measured with new bodies, in groups as the worker gets them."""
    deliveries = [Delivery(str(uuid7()), int(time.time() * 1000), "analytics", body()) for _ in range(BODIES)]
    began = time.perf_counter()
    for start in range(0, BODIES, GROUP):
        process(deliveries[start : start + GROUP])
    return BODIES * ACTIONS / (time.perf_counter() - began)


@contextmanager
def plain_copy(url: str) -> Iterator[Callable[[list[Delivery]], object]]:
    """A function that copies the actions of a group into a plain table, one transaction per group."""
    with closing(psycopg2.connect(url)) as connection:
        connection.cursor().execute(
            "CREATE TABLE plain (page_id uuid, seq int, data jsonb, PRIMARY KEY (page_id, seq))"
        )

        def copy(group: list[Delivery]) -> None:
            parsed = [json.loads(delivery.body) for delivery in group]
            lines = [
                f"{batch['page_id']}\t{action['seq']}\t{json.dumps(action)}\n"
                for batch in parsed
                for action in batch["actions"]
            ]
            connection.cursor().copy_expert("COPY plain FROM STDIN", StringIO("".join(lines)))
            connection.commit()

        yield copy


def report(stage: str, unit: str, baseline: list[float], measured: list[float]) -> None:
    """Print one line; the ratio is the median of the rounds."""
    ratio = median(ours / theirs for ours, theirs in zip(measured, baseline, strict=True))
    rates = f"baseline {median(baseline):8,.0f} {unit}   measured {median(measured):8,.0f} {unit}"
    print(f"{stage:6} {rates}   ratio {ratio:.2f}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stack = RunningStack(Path(folder) / "stack")
        try:
            stack.wait_ready()
            baseline, measured = [], []
            for _ in range(ROUNDS):
                baseline.append(requests_per_second(stack.analytics_url, "GET", "/health"))
                measured.append(requests_per_second(stack.analytics_url, "POST", "/analytics"))
            report("api", "requests/s", baseline, measured)
            posted = ROUNDS * CLIENTS * REQUESTS * ACTIONS
            count = "SELECT count(*) AS actions FROM raw_actions"
            wait_until(lambda: stack.rows(count)[0]["actions"] == posted, 300, "all posted actions are stored")
            engine = create_engine(stack.database_url.replace("postgresql://", "postgresql+psycopg2://", 1))
            baseline, measured = [], []
            with plain_copy(stack.database_url) as copy:
                for _ in range(ROUNDS):
                    baseline.append(actions_per_second(copy))
                    measured.append(actions_per_second(lambda group: store(engine, group)))
            report("store", "actions/s", baseline, measured)
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
