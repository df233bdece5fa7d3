"""Dispatch overdue groups again: a Celery task can be lost, the group in Redis cannot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from itertools import chain, repeat

from analytics_app.buffer.inbox import HEARTBEAT, MORE_MEMORY, Inbox

log = logging.getLogger(__name__)

EVERY_S = 1.0
GROUPS = 1_000
SHORT_QUEUE = 100
GROUPS_BEHIND_LONG_QUEUE = 5  # most of them are late, not lost; the longest overdue may be lost


class Redelivery(threading.Thread):
    """A thread of each worker. Any number of workers may redeliver at the same time (`Inbox.claim`)."""

    def __init__(self, inbox: Inbox, dispatch: Callable[[str], None]) -> None:
        """`dispatch` sends the Celery task for a group id."""
        super().__init__(name="redelivery", daemon=True)
        self.inbox = inbox
        self.dispatch = dispatch

    def run(self) -> None:
        for step in chain([self.check_memory], repeat(self.redeliver)):
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
        """Dispatch what is overdue, and a heartbeat if the queue is empty."""
        waiting = self.inbox.queue_length()
        if not waiting:
            self.dispatch(HEARTBEAT)
        limit = GROUPS if waiting <= SHORT_QUEUE else GROUPS_BEHIND_LONG_QUEUE
        overdue = [] if self.inbox.is_paused() else self.inbox.claim(limit)
        for group_id in overdue:
            self.dispatch(group_id)
        if overdue:
            log.warning("redelivery: %d groups dispatched again", len(overdue))
