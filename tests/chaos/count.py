"""Compares what was accepted with what is stored, for each fault."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass

import psycopg2

from tests.chaos.load import Load, Sent
from tests.support.running import RunningStack

CALM = "none yet"
MARKS = "SELECT coalesce(data->>'element_id', data->'data'->>'element') AS mark FROM raw_actions"
COLUMNS = ("fault", "times", "accepted", "stored", "duplicates suppressed", "lost", "double", "recovered within, s")


class Watcher(threading.Thread):
    """Records when each v2 batch was stored."""

    def __init__(self, stack: RunningStack, load: Load) -> None:
        super().__init__(name="watcher", daemon=True)
        self.stack, self.load = stack, load
        self.seen, self.waiting = 0, dict[str, Sent]()
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.wait(0.25):
            with contextlib.suppress(psycopg2.Error):
                self.look()

    def stop(self) -> None:
        """Look once more, then end."""
        self.ending.set()
        self.join()
        self.look()

    def look(self) -> None:
        count = len(self.load.sent)
        fresh, self.seen = self.load.sent[self.seen : count], count
        self.waiting |= {str(sent.batch_id): sent for sent in fresh if sent.kind == "v2"}
        query = "SELECT batch_id::text AS id FROM batches WHERE batch_id = ANY(%(ids)s::uuid[])"
        for row in self.stack.rows(query, ids=list(self.waiting)):
            self.waiting.pop(row["id"]).stored_at = time.monotonic()


@dataclass
class Inflicted:
    """One fault, with its times by the monotonic clock."""

    name: str
    began: float
    ended: float


@dataclass
class Row:
    """One row of the table; the last one has the sums."""

    fault: str
    times: int = 0
    accepted: int = 0
    stored: int = 0
    suppressed: int = 0
    lost: int = 0
    double: int = 0
    recovered_s: float = 0.0

    def cells(self) -> list[str]:
        numbers = (self.times, self.accepted, self.stored, self.suppressed, self.lost, self.double)
        return [self.fault, *(f"{number:,}" for number in numbers), f"{self.recovered_s:.1f}"]


def count(stack: RunningStack, sent: list[Sent], faults: list[Inflicted]) -> list[Row]:
    """Each action is counted for the fault that was active when it was accepted, or for the most recent one."""
    raw = Counter(row["mark"] for row in stack.rows(MARKS))
    clicks = Counter(row["mark"] for row in stack.rows("SELECT element_id AS mark FROM clicks"))
    rows = {name: Row(name) for name in [CALM, *dict.fromkeys(fault.name for fault in faults)]}
    total = Row("all")
    for body in sent:
        for row in (rows[at_time(faults, body.accepted_at)], total):
            add(row, body, raw, clicks)
    for fault in faults:
        rows[fault.name].times += 1
        rows[fault.name].recovered_s = max(rows[fault.name].recovered_s, recovered(fault, sent))
    total.times = len(faults)
    total.recovered_s = max(row.recovered_s for row in rows.values())
    return [*rows.values(), total]


def at_time(faults: list[Inflicted], moment: float) -> str:
    return next((fault.name for fault in reversed(faults) if fault.began <= moment), CALM)


def add(row: Row, body: Sent, raw: Counter[str], clicks: Counter[str]) -> None:
    """A v1 body or an event sent twice is two deliveries; a v2 action is stored once, however often it is sent."""
    most = 1 if body.kind == "v2" else body.posted
    for mark in body.marks:
        row.double += max(0, raw[mark] - most) + (clicks[mark] != raw[mark])
        if body.accepted:
            row.accepted += 1
            row.stored += raw[mark] > 0
            row.lost += raw[mark] == 0
            row.suppressed += body.accepted - 1 if body.kind == "v2" else 0


def recovered(fault: Inflicted, sent: list[Sent]) -> float:
    """Seconds from the fault's end until a batch was accepted again and it and all before it were stored."""
    batches = [body for body in sent if body.kind == "v2" and body.stored_at > fault.began]
    after = min((body.accepted_at for body in batches if body.accepted_at > fault.ended), default=fault.ended)
    stored = (body.stored_at for body in batches if body.accepted_at <= after)
    return max(stored, default=fault.ended) - fault.ended


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    longest = max(len(row.fault) for row in rows)
    lines = [list(COLUMNS), *(row.cells() for row in rows)]
    for line in lines:
        line[0] = line[0].ljust(longest)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * longest, *("-" * (width - 1) + ":" for width in widths[1:])])
    return "\n".join(f"| {' | '.join(map(str.rjust, line, widths))} |" for line in lines)
