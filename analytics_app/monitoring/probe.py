"""A probe: the latest reading of something that may fail or hang, without waiting for it for long."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Generic, TypeVar

from analytics_app.database.errors import first_line

log = logging.getLogger(__name__)

T = TypeVar("T")

COST_FACTOR = 5  # a reading stays fresh for five times as long as it took: an expensive one is repeated rarely


class Probe(Generic[T]):
    """What `read` returned a moment ago; None while it fails or hangs.

    Each probe reads in a thread of its own: if the server hangs, only this thread hangs with it, and a request waits at
    most `patience_s`. Concurrent requests share one reading, which stays fresh for at least `fresh_s` seconds.
    """

    def __init__(self, read: Callable[[], T], patience_s: float, fresh_s: float) -> None:
        self.read = read
        self.patience_s = patience_s
        self.fresh_s = fresh_s
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "probe")
        self._reading: Future[T | None] = Future()
        self._reading.set_result(None)
        self._began = self._fresh_until = 0.0

    def get(self) -> T | None:
        with self._lock:
            now = time.monotonic()
            if self._reading.done() and now >= self._fresh_until:
                self._reading, self._began = self._thread.submit(self._take), now
            reading, patience = self._reading, max(0.0, self._began + self.patience_s - now)
        try:
            return reading.result(patience)
        except FutureTimeout:
            return None

    def _take(self) -> T | None:
        began = time.monotonic()
        try:
            return self.read()
        except Exception as error:
            log.warning("no reading (%s: %s)", type(error).__name__, first_line(error))
            return None
        finally:
            self._fresh_until = time.monotonic() + self.fresh_s + COST_FACTOR * (time.monotonic() - began)
