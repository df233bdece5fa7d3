"""A function that a process calls again and again in a thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class Periodic:
    def __init__(self, step: Callable[[], None], seconds: float, failure: str) -> None:
        """Call `step`, which uses Redis, each so many seconds. `failure` says what is the case while Redis fails."""
        self.step = step
        self.seconds = seconds
        self.failure = failure
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """Start the thread, if this process has not: threads do not survive the fork."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    thread = threading.Thread(target=self._forever, name=self.step.__qualname__, daemon=True)
                    thread.start()
                    self._thread = thread

    def _forever(self) -> None:
        fails = False
        while True:
            time.sleep(self.seconds)
            try:
                self.step()
                fails = False
            except (RedisError, OSError) as error:
                if not fails:
                    log.warning("%s: Redis does not answer (%s)", self.failure, error)
                fails = True
