"""Simulated participants of the demo study: the batches that their browsers would send. The same in every run.

A movement follows the minimum-jerk profile (Flash and Hogan, 1985, J. Neurosci. 5:1688), its duration Fitts' law in
Shannon's form (MacKenzie, 1992, Hum.-Comput. Interact. 7:91), here 150 ms + 140 ms per bit. People differ in speed and
accuracy, pause to read, and do not do the same number of things.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from analytics_app.wire.delivery import Delivery

START_MS = 1_777_885_200_000  # 2026-05-04 09:00 UTC
SAMPLE_MS = 50
VIEWPORT = (1280, 800)
FLOWERS = {f"flower-{number}": (220 + number * 37 % 860, 130 + number * 91 % 500) for number in range(1, 151)}
ANSWERS = {f"ease-{value}": (330 + 76 * value, 296) for value in range(1, 8)}
Point = tuple[float, float]


@dataclass
class Browser:
    """One participant's browser: its clock, pointer, and the actions of its current page."""

    user: str
    conditions: tuple[str, str]
    random: random.Random
    now: float
    pointer: Point = (640, 400)
    page_no: int = 0
    session_id: str = ""
    page_id: str = ""
    previous: dict[str, Any] | None = None
    t0: float = 0
    actions: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, **fields: Any) -> None:
        t = round(self.now - self.t0, 1)
        self.actions.append({"name": name, "seq": len(self.actions), "t": t, "view": 0, **fields})

    def read(self, seconds: float) -> None:
        """A pause of lognormal length, as reading times have."""
        self.now += 1000 * seconds * self.random.lognormvariate(0, 0.35)

    def move(self, target: Point, width: float) -> None:
        """Move the pointer to a point inside a target `width` px wide."""
        goal = tuple(place + self.random.gauss(0, width / 8) for place in target)
        distance = math.dist(self.pointer, goal)
        seconds = 0.15 + 0.14 * math.log2(distance / width + 1)
        duration = 1000 * seconds * self.random.lognormvariate(0, 0.2)
        steps = max(2, round(duration / SAMPLE_MS))
        bend = self.random.gauss(0, 0.08) * distance
        path = []
        for step in range(steps + 1):
            share = step / steps
            eased = 10 * share**3 - 15 * share**4 + 6 * share**5
            side = bend * math.sin(math.pi * eased)
            dx, dy = goal[0] - self.pointer[0], goal[1] - self.pointer[1]
            x = self.pointer[0] + eased * dx - side * dy / (distance or 1)
            path.append((round(x), round(self.pointer[1] + eased * dy + side * dx / (distance or 1))))
        deltas = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]
        columns = [path[0], *deltas]
        self.add(
            "mousemove",
            n=len(path), dt=[0] + [SAMPLE_MS] * steps, x=[x for x, _ in columns], y=[y for _, y in columns],
            sx=0, sy=0, off=[0, 87], client_x=path[-1][0], client_y=path[-1][1],
        )  # fmt: skip
        self.now += steps * SAMPLE_MS
        self.pointer = path[-1]

    def click(self, element_id: str, tag: str, target: Point, size: Point) -> None:
        self.move(target, min(size))
        self.now += self.random.uniform(60, 180)
        left, top = target[0] - size[0] / 2, target[1] - size[1] / 2
        x, y = self.pointer
        self.add(
            "click",
            element_id=element_id, tag=tag, pointer="mouse", button=0, trusted=True,
            client_x=x, client_y=y, page_x=x, page_y=y, screen_x=x, screen_y=y + 87,
            el_x=left, el_y=top, el_w=size[0], el_h=size[1],
            rel_x=round((x - left) / size[0], 3), rel_y=round((y - top) / size[1], 3),
        )  # fmt: skip

    def open(self, path: str, title: str) -> None:
        self.t0 = self.now
        self.page_id = str(uuid7_like(self.now, self.random))
        self.actions = []
        self.path, self.title = path, title
        self.add("pageview", nav="load", referrer="")

    def leave(self) -> Delivery:
        """Leave the page; returns its batch."""
        width, height = VIEWPORT
        url = f"http://127.0.0.1:5002{self.path}?user={self.user}"
        view = {"url": url, "title": self.title, "viewport_w": width, "viewport_h": height}
        body = {
            "v": 2, "lib": "userlogger/2.0.0", "study": "iris-demo", "session_id": self.session_id,
            "const": {"user": self.user, "condition_1": self.conditions[0], "condition_2": self.conditions[1]},
            "page_id": self.page_id, "page_no": self.page_no, "prev_page": self.previous, "batch_seq": 0, "attempt": 0,
            "batch_id": str(uuid7_like(self.now, self.random)), "t0": self.t0, "sent_at": self.now, "lost": [],
            "reason": "leave", "views": [view], "actions": self.actions,
        }  # fmt: skip
        self.previous = {"id": self.page_id, "seq": len(self.actions)}
        self.page_no += 1
        receipt = str(uuid7_like(self.now, self.random))
        self.now += self.random.uniform(200, 500)
        return Delivery(receipt, round(self.now), "analytics", json.dumps(body).encode())


def uuid7_like(milliseconds: float, source: random.Random) -> UUID:
    """A UUIDv7 of this time, from a pseudo-random source."""
    tail = source.getrandbits(74)
    return UUID(int=round(milliseconds) << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & ((1 << 62) - 1))


def take_part(user: str, conditions: tuple[str, str], number: int) -> Iterator[Delivery]:
    """One participant's way through the study; in the condition `plain` more flowers, each after a longer search."""
    source = random.Random(f"{user} {conditions}")
    browser = Browser(user, conditions, source, START_MS + number * 900_000)
    browser.session_id = str(uuid7_like(browser.now, source))
    browser.open("/", "Before you begin")
    browser.read(14)
    browser.click("agree", "input", (402, 560), (18, 18))
    browser.add("consent", granted=True)
    browser.click("begin", "button", (420, 620), (96, 40))
    yield browser.leave()
    browser.open("/task", "Flowers")
    browser.read(9)
    wanted = source.sample(sorted(FLOWERS), source.randint(5, 8) + (conditions[0] == "plain") * source.randint(1, 3))
    for flower in wanted:
        browser.read(2.2 if conditions[0] == "grid" else 3.1)
        browser.click(flower, "circle", FLOWERS[flower], (10, 10))
    browser.click("continue", "a", (198, 729), (120, 40))
    yield browser.leave()
    browser.open("/questions", "Questions")
    browser.read(8)
    ease = source.choice([5, 6, 7] if conditions[0] == "grid" else [2, 3, 4])
    browser.click(f"ease-{ease}", "input", ANSWERS[f"ease-{ease}"], (18, 18))
    browser.read(12)
    browser.click("send", "button", (420, 690), (160, 40))
    browser.add("submit", form_id="questions", fields=["ease", "experience", "remark"], valid=True)
    yield browser.leave()
    browser.open("/done", "Thank you")
    yield browser.leave()


def deliveries() -> Iterator[Delivery]:
    """Eight participants, two in each combination of conditions."""
    for number in range(8):
        conditions = ("grid" if number % 2 == 0 else "plain", "goal" if number % 4 < 2 else "explore")
        yield from take_part(f"p{17 + number:03}", conditions, number)
