"""What a worker does with the groups that wait: take some, store them, remove them after the commit; retry failures."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psycopg2
from sqlalchemy.exc import SQLAlchemyError

from analytics_app.buffer import counters
from analytics_app.buffer.inbox import Group, Inbox, Taken
from analytics_app.config.limits import Limits
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.database.errors import blocks_every_group, first_line, is_fault_of_data
from analytics_app.processing.outcome import Outcome
from analytics_app.wire.delivery import Delivery, decode_group, encode_group

log = logging.getLogger(__name__)

PAUSE_S = 2.0
TRIES_MAX = 4  # then the bodies of a group are retried alone, and a single body is rejected
GATHER_S = 0.025  # under load: one transaction for what arrives in this time, instead of one for each group
TASK_S = 5.0  # then the task ends and sends another, so that a worker that is asked to end does so soon
ANSWERS_S = 1.0  # PostgreSQL is not asked whether it answers if it has stored something so recently


class GroupProcessor:
    """Process the groups of the inbox.

    1. Take what is due, bounded in groups and bytes, if PostgreSQL answers. This counts as a try of each group.
    2. Store it in one transaction, and remove it from the inbox after the commit. Go on until nothing is due.
    3. If PostgreSQL fails, the groups stay in the inbox. From then on each is taken alone, as are the groups of a
       worker that was killed, so that the one that may be at fault is tried without the others. Only a failure that may
       be the group's own fault leaves its try counted; the time until the next one doubles.
    4. After TRIES_MAX tries, put each body of the group back as a group of its own. Reject a single body.
    """

    def __init__(self, inbox: Inbox, pipeline: Pipeline, progress_file: str) -> None:
        self.inbox = inbox
        self.pipeline = pipeline
        self.progress_file = Path(progress_file) if progress_file else None
        self._stored_at = float("-inf")
        self._blocked = False

    def store_waiting(self) -> bool:
        """Store what waits. Returns whether another task must continue, because this one has taken long enough."""
        end = time.monotonic() + TASK_S
        while time.monotonic() < end:
            taken = self._take()
            if taken.groups:
                self._process(taken.groups)
            self._show_progress()
            if not taken.groups:
                return False
            if not taken.more:
                time.sleep(GATHER_S)
        return True

    def _take(self) -> Taken:
        # After a failure that is not the groups' own, one group is enough to find out whether it is over.
        limit = 1 if self._blocked else Limits.GROUPS_STORED
        try:
            return self.inbox.take(self._check_database, limit)
        except (psycopg2.Error, SQLAlchemyError) as error:
            self._leave([], error)
            return Taken()

    def _check_database(self) -> None:
        if time.monotonic() - self._stored_at > ANSWERS_S:
            self.pipeline.check_database()

    def _process(self, groups: Sequence[Group]) -> None:
        try:
            self._store(groups)
        except (psycopg2.Error, SQLAlchemyError) as error:
            self._leave(groups, error)
        else:
            self._stored_at, self._blocked = time.monotonic(), False

    def _store(self, groups: Sequence[Group]) -> None:
        deliveries = [delivery for group in groups for delivery in deliveries_of(group)]
        tries, started = max(group.tries for group in groups), time.monotonic()
        if tries <= TRIES_MAX:
            outcome = self.pipeline.store(deliveries)
        elif len(deliveries) > 1:
            outcome = self._separate(deliveries)
        else:
            log.error("a body was tried %d times: it is rejected, with its bytes", tries - 1)
            outcome = self.pipeline.reject(deliveries[0], f"Not stored in {tries - 1} tries.")
        seconds = time.monotonic() - started
        self.inbox.remove([group.id for group in groups], lambda pipe: counters.add(pipe, outcome, deliveries, seconds))
        log.info("stored %d, duplicates %d, %.0f ms", outcome.stored, outcome.duplicates, seconds * 1000)

    def _separate(self, deliveries: list[Delivery]) -> Outcome:
        """One of its bodies kills the worker, or fails in a way of its own: retry each body alone."""
        log.error("a group was tried %d times: its %d bodies are retried alone", TRIES_MAX, len(deliveries))
        for delivery in deliveries:
            # Even if the inbox is full: if such groups alone have filled it, nothing else would ever be removed.
            self.inbox.put(delivery.receipt, encode_group([delivery]), alone=True)
        return Outcome()

    def _leave(self, groups: Sequence[Group], error: Exception) -> None:
        """The groups stay in the inbox."""
        group_ids = [group.id for group in groups]
        if blocks_every_group(error):
            self._blocked = True
            self.inbox.postpone(group_ids, self.inbox.again_s)
            self.inbox.pause(PAUSE_S)
        elif len(groups) > 1:
            self.inbox.postpone(group_ids, 0)
        elif not is_fault_of_data(getattr(error, "orig", error)):
            self.inbox.postpone(group_ids, self.inbox.again_s)
        log.warning("PostgreSQL does not store (%s): %d groups wait in the inbox", first_line(error), len(groups))

    def _show_progress(self) -> None:
        if self.progress_file:
            self.progress_file.touch()


def deliveries_of(group: Group) -> list[Delivery]:
    """The group's deliveries. Bytes that are not a group become one delivery, which is rejected with them."""
    try:
        return decode_group(group.content)
    except msgspec.MsgspecError:
        return [Delivery(group.id, time.time_ns() // 1_000_000, "analytics", group.content)]
