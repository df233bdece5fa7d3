"""The ingest path beside its floors, in one run, as ratios: what doing it safely costs.

`python -m bench.ingest`. The door: requests a second that are answered 200, each durable in Redis by then, beside
requests that the same API answers without doing anything. The store: actions a second that one process judges, splits
and commits, beside the same actions copied as they are into a bare table, in transactions of the same size.
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
CLIENTS, REQUESTS = 16, 60
BODIES, ACTIONS, GROUP = 400, 20, 40  # bodies of a round, actions of a body, bodies of a transaction


def body() -> bytes:
    return json.dumps(envelope([flat_action() for _ in range(ACTIONS)], "bench", page_id=str(uuid4()))).encode()


def requests_a_second(url: str, method: str, path: str) -> float:
    """Of clients that keep their connections and wait for each answer, as browsers do."""
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


def rate(work: Callable[[list[Delivery]], object]) -> float:
    """Actions a second of bodies that are new each time."""
    deliveries = [Delivery(str(uuid7()), int(time.time() * 1000), "analytics", body()) for _ in range(BODIES)]
    began = time.perf_counter()
    for start in range(0, BODIES, GROUP):
        work(deliveries[start : start + GROUP])
    return BODIES * ACTIONS / (time.perf_counter() - began)


@contextmanager
def bare(url: str) -> Iterator[Callable[[list[Delivery]], object]]:
    """What copies a group's actions into a table without a second thought, one transaction a group."""
    with closing(psycopg2.connect(url)) as connection:
        connection.cursor().execute("CREATE TABLE bare (page_id uuid, seq int, data jsonb, PRIMARY KEY (page_id, seq))")

        def copy(group: list[Delivery]) -> None:
            parsed = [json.loads(delivery.body) for delivery in group]
            lines = [
                f"{batch['page_id']}\t{action['seq']}\t{json.dumps(action)}\n"
                for batch in parsed
                for action in batch["actions"]
            ]
            connection.cursor().copy_expert("COPY bare FROM STDIN", StringIO("".join(lines)))
            connection.commit()

        yield copy


def show(what: str, unit: str, floor: list[float], ours: list[float]) -> None:
    ratio = median(our / its for our, its in zip(ours, floor, strict=True))
    print(
        f"{what:6} floor {median(floor):8,.0f} {unit}   ours {median(ours):8,.0f} {unit}   ratio {ratio:.2f}",
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stack = RunningStack(Path(folder) / "stack")
        try:
            stack.wait_ready()
            floor, ours = [], []
            for _ in range(ROUNDS):  # in turn, so that a noisy machine is as noisy for both
                floor.append(requests_a_second(stack.analytics_url, "GET", "/health"))
                ours.append(requests_a_second(stack.analytics_url, "POST", "/analytics"))
            show("door", "requests/s", floor, ours)
            posted = ROUNDS * CLIENTS * REQUESTS * ACTIONS
            count = "SELECT count(*) AS actions FROM raw_actions"
            wait_until(lambda: stack.rows(count)[0]["actions"] == posted, 300, "all that was posted is stored")
            engine = create_engine(stack.database_url.replace("postgresql://", "postgresql+psycopg2://", 1))
            floor, ours = [], []
            with bare(stack.database_url) as copy:
                for _ in range(ROUNDS):
                    floor.append(rate(copy))
                    ours.append(rate(lambda group: store(engine, group)))
            show("store", "actions/s", floor, ours)
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
