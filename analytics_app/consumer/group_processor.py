"""What a worker does with a group: take it, store it, remove it after the commit; retry it if it fails."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import msgspec
import psycopg2
from sqlalchemy.exc import SQLAlchemyError

from analytics_app.buffer import counters
from analytics_app.buffer.inbox import HEARTBEAT, Inbox
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.database.errors import blocks_every_group, first_line, is_fault_of_data
from analytics_app.processing.outcome import Outcome
from analytics_app.wire.delivery import Delivery, decode_group, encode_group

log = logging.getLogger(__name__)

PAUSE_S = 2.0
TRIES_MAX = 4  # then the bodies of a group are retried alone, and a single body is rejected


class GroupProcessor:
    """Process groups by their ids.

    1. Take the group from the inbox, if it is still there and PostgreSQL answers. This counts as a try.
    2. Store it in one transaction, and remove it from the inbox after the commit.
    3. If PostgreSQL fails, the group stays in the inbox and is redelivered. Only a failure that may be the group's own
       fault leaves its try counted; the time until the next one doubles.
    4. After TRIES_MAX tries, put each body of the group back as a group of its own. Reject a single body.
    """

    def __init__(self, inbox: Inbox, pipeline: Pipeline, progress_file: str) -> None:
        self.inbox = inbox
        self.pipeline = pipeline
        self.progress_file = Path(progress_file) if progress_file else None

    def process(self, group_id: str) -> None:
        """Store a group. Nothing to do if it is not in the inbox: it is stored already."""
        if group_id == HEARTBEAT:
            self.inbox.show_worker()
        else:
            try:
                if taken := self.inbox.take(group_id, self.pipeline.check_database):
                    self._store(group_id, *taken)
            except (psycopg2.Error, SQLAlchemyError) as error:
                self._leave(group_id, error)
        if self.progress_file:
            self.progress_file.touch()

    def _store(self, group_id: str, group: bytes, tries: int) -> None:
        deliveries, started = deliveries_of(group_id, group), time.monotonic()
        if tries <= TRIES_MAX:
            outcome = self.pipeline.store(deliveries)
        elif len(deliveries) > 1:
            outcome = self._separate(group_id, deliveries)
        else:
            log.error("a body was tried %d times: it is rejected, with its bytes", tries - 1)
            outcome = self.pipeline.reject(deliveries[0], f"Not stored in {tries - 1} tries.")
        seconds = time.monotonic() - started
        self.inbox.remove(group_id, lambda pipe: counters.add(pipe, outcome, deliveries, seconds))
        log.info("stored %d, duplicates %d, %.0f ms", outcome.stored, outcome.duplicates, seconds * 1000)

    def _separate(self, group_id: str, deliveries: list[Delivery]) -> Outcome:
        """One of its bodies kills the worker, or fails in a way of its own: retry each body alone."""
        log.error("group %s was tried %d times: its %d bodies are retried alone", group_id, TRIES_MAX, len(deliveries))
        for delivery in deliveries:
            # Even if the inbox is full: if such groups alone have filled it, nothing else would ever be removed.
            self.inbox.put(delivery.receipt, encode_group([delivery]), regardless=True)
        return Outcome()

    def _leave(self, group_id: str, error: Exception) -> None:
        """The group stays in the inbox."""
        if blocks_every_group(error):
            self.inbox.pause(PAUSE_S)
        if not is_fault_of_data(getattr(error, "orig", error)):
            self.inbox.postpone(group_id)
        log.warning("PostgreSQL does not store (%s): the group waits in the inbox", first_line(error))


def deliveries_of(group_id: str, group: bytes) -> list[Delivery]:
    """The group's deliveries. Bytes that are not a group become one delivery, which is rejected with them."""
    try:
        return decode_group(group)
    except msgspec.MsgspecError:
        return [Delivery(group_id, time.time_ns() // 1_000_000, "analytics", group)]
