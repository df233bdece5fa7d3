"""Send a task once a second if none waits: a Celery task can be lost, a group in Redis cannot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from itertools import chain, repeat

from analytics_app.buffer.inbox import MORE_MEMORY, Inbox

log = logging.getLogger(__name__)

EVERY_S = 1.0


class Redelivery(threading.Thread):
    """A thread of each worker. Its tasks find the groups whose own task was lost, those whose worker was killed, and
    those that failed; and they show the progress of a worker that has nothing else to do."""

    def __init__(self, inbox: Inbox, dispatch: Callable[[], None]) -> None:
        """`dispatch` sends a task."""
        super().__init__(name="redelivery", daemon=True)
        self.inbox = inbox
        self.dispatch = dispatch

    def run(self) -> None:
        for step in chain([self.redeliver, self.check_memory], repeat(self.redeliver)):
            try:
                step()
            except Exception as error:
                log.warning("redelivery: %s (%s); it continues", type(error).__name__, error)
            time.sleep(EVERY_S)

    def check_memory(self) -> None:
        """When Redis is out of memory, no worker can take a group, and the inbox would never be emptied."""
        if self.inbox.is_short_of_memory():
            log.error("Redis may run out of memory before the inbox is full: %s", MORE_MEMORY)

    def redeliver(self) -> None:
        if not self.inbox.queue_length():
            self.dispatch()
