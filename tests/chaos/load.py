"""A steady load of known actions, from clients that send each batch until it is accepted, as the logger does.

Every action carries a unique mark by which its rows are counted at the end.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

CLIENTS = 6
ACTIONS = 5  # in one batch
KINDS = {"v2": 6, "v1": 2, "event": 2}  # their shares of the load
PATIENCE_S = 15.0
RECENT = 20  # batches that a storm sends again


@dataclass
class Sent:
    """One body, and when it was accepted and stored."""

    kind: str
    path: str
    body: bytes
    marks: list[str]
    batch_id: UUID = field(default_factory=uuid4)
    posted: int = 0
    accepted: int = 0
    """How often it was answered with 200."""
    accepted_at: float = 0.0
    """When it was first answered with 200, by the monotonic clock."""
    stored_at: float = 0.0


class Client(threading.Thread):
    """One page in use."""

    def __init__(self, load: Load, number: int) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.load = load
        self.number = number
        self.random = random.Random(number)
        self.page_id, self.seq = uuid4(), 0

    def run(self) -> None:
        while not self.load.ending.wait(self.random.uniform(0.5, 1.5) * self.load.period_s):
            sent = self.make(self.random.choices(list(KINDS), list(KINDS.values()))[0])
            self.load.sent.append(sent)
            while not self.load.post(sent) and not self.load.giving_up.wait(self.random.uniform(0.1, 0.5)):
                pass

    def make(self, kind: str) -> Sent:
        marks = [f"{kind}-{uuid4()}" for _ in range(1 if kind == "event" else ACTIONS)]
        if kind == "event":
            event = {
                "session_id": str(self.page_id),
                "category": "page interaction",
                "name": "link click",
                "timestamp": "2022-04-01 09:15:27.243860",
                "data": {"host": "www.example.org", "path": "/", "element": marks[0]},
            }
            return Sent(kind, "/event/", json.dumps(event).encode(), marks)
        actions = [self.click(mark) for mark in marks]
        if kind == "v1":
            return Sent(kind, "/analytics", json.dumps(actions).encode(), marks)
        sent = Sent(kind, "/analytics", b"", marks)
        sent.body = json.dumps(self.envelope(sent.batch_id, actions)).encode()
        return sent

    def click(self, mark: str) -> dict[str, Any]:
        place = {f"{of}_{axis}": self.random.randrange(800) for of in ("page", "client", "screen") for axis in "xy"}
        return {"name": "click", "element_id": mark, "timestamp": time.time_ns() // 1_000_000, **place}

    def envelope(self, batch_id: UUID, actions: list[dict[str, Any]]) -> dict[str, Any]:
        for action in actions:
            action["seq"], self.seq = self.seq, self.seq + 1
        return {
            "v": 2,
            "study": "chaos",
            "const": {"user": f"client-{self.number}"},
            "session_id": str(self.page_id),
            "page_id": str(self.page_id),
            "batch_id": str(batch_id),
            "sent_at": time.time_ns() // 1_000_000,
            "actions": actions,
        }


class Load:
    def __init__(self, url: str, actions_per_s: float) -> None:
        self.address = urlsplit(url).netloc
        mean = sum((1 if kind == "event" else ACTIONS) * share for kind, share in KINDS.items()) / sum(KINDS.values())
        self.period_s = CLIENTS * mean / actions_per_s
        self.sent: list[Sent] = []
        self.recent: deque[Sent] = deque(maxlen=RECENT)
        self.answers: Counter[int | str] = Counter()
        self.ending, self.giving_up = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._clients = [Client(self, number) for number in range(CLIENTS)]

    def start(self) -> None:
        for client in self._clients:
            client.start()

    def stop(self, patience_s: float) -> None:
        """Create no new batches; those that wait are sent until the time is over."""
        self.ending.set()
        deadline = time.monotonic() + patience_s
        for client in self._clients:
            client.join(max(0.0, deadline - time.monotonic()))
        self.giving_up.set()
        for client in self._clients:
            client.join(PATIENCE_S + 1)

    def post(self, sent: Sent) -> bool:
        """Send it once; returns whether it was accepted."""
        with self._lock:
            sent.posted += 1
        answer = self._answer(sent)
        with self._lock:
            self.answers[answer] += 1
            if answer == http.HTTPStatus.OK:
                sent.accepted += 1
                sent.accepted_at = sent.accepted_at or time.monotonic()
                if sent.kind == "v2" and sent.accepted == 1:
                    self.recent.append(sent)
        return answer == http.HTTPStatus.OK

    def _answer(self, sent: Sent) -> int | str:
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        try:
            connection.request("POST", sent.path, sent.body, {"Content-Type": "application/json"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def storm(self, times: int) -> None:
        """Send the most recent batches again, all concurrently."""
        repeated = list(self.recent) * times
        random.shuffle(repeated)
        parts = [repeated[number::CLIENTS] for number in range(CLIENTS)]
        threads = [threading.Thread(target=lambda part=part: [self.post(sent) for sent in part]) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
