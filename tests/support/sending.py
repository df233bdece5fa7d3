"""Requests to the API, and the bodies that they send."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any
from uuid import uuid4

COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(url: str, body: bytes | None = None, method: str | None = None, **headers: str) -> Answer:
    """One request; an error status is returned as an answer too."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, names, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def post(url: str, value: Any, **headers: str) -> Answer:
    """Post a value as JSON with the logger's content type; bytes are sent unchanged."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return send(url, body, **{"Content_Type": "text/plain", **headers})


def flat_action(name: str = "click", **fields: Any) -> dict[str, Any]:
    """An action as the original logger sends it; its six coordinates are 1 to 6."""
    places = {field: float(place) for place, field in enumerate(COORDINATES, 1)}
    return {"name": name, "timestamp": int(time.time() * 1000), "element_id": "circle-1", **places, **fields}


def envelope(actions: list[Any], user: str, **fields: Any) -> dict[str, Any]:
    """A batch of our logger; an action without a seq gets its position as seq."""
    now = int(time.time() * 1000)
    numbered = [
        {"seq": seq, "t": 10.0 * seq, "view": 0, **action} if isinstance(action, dict) else action
        for seq, action in enumerate(actions)
    ]
    view = {"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812}
    return {
        "v": 2,
        "lib": "userlogger/2.0.0",
        "study": "tests",
        "config": "abc123",
        "const": {"user": user, "condition_1": "A", "condition_2": "dark"},
        "session_id": str(uuid4()),
        "page_id": str(uuid4()),
        "page_no": 0,
        "batch_seq": 0,
        "attempt": 0,
        "batch_id": str(uuid4()),
        "t0": now - 60_000,
        "sent_at": now,
        "clock": {"offset": -412, "rtt": 38},
        "reason": "time",
        "lost": [],
        "views": [view],
        "actions": numbered,
        **fields,
    }
