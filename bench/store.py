"""How fast one process stores groups, and what that costs on disk. `python -m bench.store`.

The floor copies the same rows, as text, into tables with the same columns and keys, in transactions of the same size.
It reads no JSON and checks nothing. Both use the same server in turn, with `fsync` and `synchronous_commit` on.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

import psutil
import psycopg2
from sqlalchemy import Engine, create_engine

from analytics_app.actions import CLICK, MOUSEMOVE
from analytics_app.config.settings import Config
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.uuid7 import uuid7
from bench.measuring import ratios, run, spread, table
from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action
from tests.support.storing import store

TABLES = ("raw_actions", "contexts", "positions_screen", "clicks", "batches", "pages", "participants")
SAMPLES = 100
LOADS = 5_000  # of each action, per round
CLICK_BATCHES, PATH_BATCHES = 1_000, 60  # that are stored to measure their size

Group = list[Delivery]


def path(t: float) -> dict[str, Any]:
    """A mouse path of SAMPLES samples."""
    steps = [[random.randint(-9, 9) for _ in range(SAMPLES - 1)] for _ in "xy"]
    columns = {"dt": [0] + [50] * (SAMPLES - 1), "x": [640, *steps[0]], "y": [300, *steps[1]]}
    return {"name": "mousemove", "t": t, "n": SAMPLES, **columns, "sx": 0, "sy": 600, "off": [10, 120], "client_x": 1}


def clicks(number: int) -> list[dict[str, Any]]:
    return [flat_action(t=100.0 * seq) for seq in range(number)]


Case = tuple[Callable[[], list[dict[str, Any]]], int, int]
"""The actions of a batch, batches per round, batches per transaction."""

CASES: dict[str, Case] = {
    "50 clicks a batch": (lambda: clicks(50), 100, 20),
    "49 clicks and one path of 100 samples": (lambda: [*clicks(49), path(5_000.0)], 60, 20),
    "50 paths of 100 samples": (lambda: [path(5_000.0 * seq) for seq in range(50)], 12, 4),
    "20 clicks, groups of one batch": (lambda: clicks(20), 200, 1),
}


def groups_of(make: Callable[[], list[dict[str, Any]]], batches: int, per_group: int) -> list[Group]:
    """Batches as browsers send them, each of a page of its own."""
    bodies = [envelope(make(), "bench", page_id=str(uuid7())) for _ in range(batches)]
    texts = [json.dumps(body, separators=(",", ":")).encode() for body in bodies]
    deliveries = [Delivery(str(uuid7()), int(time.time() * 1000), "analytics", text) for text in texts]
    return [deliveries[start : start + per_group] for start in range(0, batches, per_group)]


class Floor:
    """Copies of the tables, and a connection that copies rows into them."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.cursor = connection, connection.cursor()
        self.server = psutil.Process(connection.info.backend_pid)
        for name in TABLES:
            self.cursor.execute(f"CREATE TABLE floor_{name} (LIKE {name} INCLUDING ALL)")
        connection.commit()

    def empty(self) -> None:
        """Empty our tables too: both start a round with empty indexes."""
        self.cursor.execute("TRUNCATE " + ", ".join([*TABLES, *(f"floor_{name}" for name in TABLES)]))
        self.connection.commit()

    def rows_of(self, group: Group, with_people: bool) -> dict[str, bytes]:
        """The rows that were stored for a group, by table, as COPY's text."""
        pages = [json.loads(delivery.body)["page_id"] for delivery in group]
        rows: dict[str, bytes] = {}
        for name in TABLES:
            where = f"WHERE page_id = ANY('{{{','.join(pages)}}}')"
            if name == "participants":
                where = f"WHERE {with_people}"
            text = BytesIO()
            self.cursor.copy_expert(f"COPY (SELECT * FROM {name} {where}) TO STDOUT", text)
            rows[name] = text.getvalue()
        self.connection.commit()
        return rows

    def copy_all(self, groups: list[dict[str, bytes]]) -> None:
        """One transaction per group."""
        for rows in groups:
            for name, text in rows.items():
                self.cursor.copy_expert(f"COPY floor_{name} FROM STDIN", BytesIO(text))
            self.connection.commit()

    def bytes_of(self, *names: str) -> int:
        """On disk, indexes included, of our tables."""
        self.cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s) AS name", (list(names),)
        )
        size: int = self.cursor.fetchone()[0]
        self.connection.commit()
        return size


@dataclass
class Results:
    """Of each round, of one side."""

    per_second: list[float] = field(default_factory=list)
    """Actions."""
    cpu: list[float] = field(default_factory=list)
    """Microseconds an action, of the client and of its server process."""

    def take(self, actions: int, work: Callable[[], object], processes: list[psutil.Process]) -> None:
        """Measure one round."""
        used, began = cpu(processes), time.perf_counter()
        work()
        self.per_second.append(actions / (time.perf_counter() - began))
        self.cpu.append((cpu(processes) - used) / actions * 1e6)


def measure(stack: RunningStack, rounds: int) -> str:
    """The tables. The worker does nothing meanwhile: nothing is in the inbox."""
    engine = create_engine(Config(DATABASE_URL=stack.database_url).sqlalchemy_url)
    rows = []
    with closing(psycopg2.connect(stack.database_url)) as connection:
        floor = Floor(connection)
        with engine.connect() as ours:
            backend = ours.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        processes = [psutil.Process(), psutil.Process(backend)]
        for name, case in CASES.items():
            our_results, floor_results = run_case(case, rounds, engine, floor, processes)
            ratio = spread(ratios(our_results.per_second, floor_results.per_second), 2)
            speeds = [spread(side.per_second) for side in (floor_results, our_results)]
            rows.append([name, *speeds, ratio, *(spread(side.cpu, 1) for side in (floor_results, our_results))])
        disk = disk_table(engine, floor)
    engine.dispose()
    head = ["", "COPY, actions/s", "ours, actions/s", "ratio", "COPY, CPU µs an action", "ours, CPU µs an action"]
    return "\n\n".join([table(head, rows), disk, load_table(rounds)])


def run_case(
    case: Case, rounds: int, engine: Engine, floor: Floor, processes: list[psutil.Process]
) -> tuple[Results, Results]:
    """Ours and the floor's, after a round that is not counted."""
    make, batches, per_group = case
    actions = batches * len(make())
    ours, copied = Results(), Results()
    for number in range(rounds + 1):
        if number == 1:
            ours, copied = Results(), Results()
        floor.empty()
        groups = groups_of(make, batches, per_group)
        ours.take(actions, partial(store_all, engine, groups), processes)
        copies = [floor.rows_of(group, with_people=number == 0) for number, group in enumerate(groups)]
        copied.take(actions, partial(floor.copy_all, copies), [floor.server])
    return ours, copied


def store_all(engine: Engine, groups: list[Group]) -> None:
    for group in groups:
        store(engine, group)


def cpu(processes: list[psutil.Process]) -> float:
    """CPU seconds."""
    return sum(process.cpu_times().user + process.cpu_times().system for process in processes)


def disk_table(engine: Engine, floor: Floor) -> str:
    """Bytes on disk: so many rows that the pages that every table and index has at least do not count."""
    floor.empty()
    store_all(engine, groups_of(lambda: clicks(50), CLICK_BATCHES, 20))
    click = floor.bytes_of(*(name for name in TABLES if name != "positions_screen")) / (50 * CLICK_BATCHES)
    floor.empty()
    store_all(engine, groups_of(lambda: [path(0)] * 20, PATH_BATCHES, 4))
    position = floor.bytes_of("positions_screen") / (20 * PATH_BATCHES * SAMPLES)
    rows = [["a click, without its position", f"{click:.0f}"], ["a position", f"{position:.0f}"]]
    return table(["bytes on disk, indexes included", ""], rows)


def load_table(rounds: int) -> str:
    """Loading alone: the type derived from the schema against marshmallow itself."""
    batch = {"user": "p", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": str(uuid7())}
    view = {"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812}
    cases = {
        "click": (CLICK, {**batch, **view, **flat_action(t=1.5), "tag": "button", "selector": "#pay", "rel_x": 0.5}),
        "click of the original logger": (CLICK, {**flat_action(), "user": "p", "condition_1": "A"}),
        "path of 100 samples": (MOUSEMOVE, {**batch, **view, **path(1.5)}),
    }
    rows = []
    for name, (kind, data) in cases.items():
        fast = [microseconds(kind.loader.load, data, LOADS) for _ in range(rounds)]
        slow = [microseconds(kind.loader.schema.load, data, LOADS // 20) for _ in range(rounds)]
        rows.append([name, spread(slow, 1), spread(fast, 1)])
    return table(["µs to load", "marshmallow", "ours"], rows)


def microseconds(load: Callable[[Any], Any], data: Any, times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        load(data)
    return (time.process_time() - began) / times * 1e6


if __name__ == "__main__":
    run(measure)
