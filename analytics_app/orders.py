"""Carrying out a work order, and ordering again what lies too long in the inbox."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import msgspec
import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics_app import counts
from analytics_app.delivery import Delivery, decode_group, encode_group
from analytics_app.inbox import ROOM, Inbox
from analytics_app.isolate import everyones_fault, own_fault
from analytics_app.store import Report, reject_whole, store

log = logging.getLogger(__name__)

QUEUE = "celery"
QUEUE_SHORT = 100
SWEEP_GROUPS = 1_000
SWEEP_GROUPS_BUSY = 5  # behind a long queue most groups are late, not lost; the longest overdue may be
BEAT = "beat"  # the id of no group: ordered when there is nothing else to do, so that progress can be seen
PAUSE_S = 2.0
SWEEP_EVERY_S = 1.0
MORE_MEMORY = f"set its maxmemory to {ROOM} times INBOX_HIGH_BYTES or more, or lower INBOX_HIGH_BYTES."
TRIES_MAX = 4  # then a group is taken apart, and a body that is alone in its group is rejected


class Orders:
    """A worker's side of the inbox."""

    def __init__(self, inbox: Inbox, engine: Callable[[], Engine], progress_file: str) -> None:
        self.inbox = inbox
        self.engine = engine
        self.progress_file = Path(progress_file) if progress_file else None

    def carry_out(self, group_id: str) -> None:
        """Store a group and forget it after the commit. Not there any more: someone stored it, nothing to do."""
        if group_id == BEAT:
            self.inbox.show_worker()
        elif self.inbox.waits(group_id) and self._answers(group_id) and (taken := self.inbox.take(group_id)):
            self._store(group_id, *taken)
        self.show_progress()

    def _answers(self, group_id: str) -> bool:
        """Whether PostgreSQL does. One that hangs, hangs here, before a try of the group is counted."""
        try:
            with self.engine().connect():
                return True
        except SQLAlchemyError as error:
            self._wait(group_id, error)
            return False

    def _store(self, group_id: str, group: bytes, tries: int) -> None:
        deliveries, started = deliveries_of(group_id, group), time.monotonic()
        try:
            if tries <= TRIES_MAX:
                report = store(self.engine(), deliveries)
            elif len(deliveries) > 1:
                report = self._take_apart(group_id, deliveries)
            else:
                log.error("a body was tried %d times: it is rejected, with its bytes", tries - 1)
                report = reject_whole(self.engine(), deliveries[0], f"Not stored in {tries - 1} tries.")
        except (psycopg2.Error, SQLAlchemyError) as error:
            self._wait(group_id, error)
        else:
            seconds = time.monotonic() - started
            self.inbox.remove(group_id, lambda pipe: counts.add(pipe, report, deliveries, seconds))
            self.note(report, seconds)

    def _wait(self, group_id: str, error: Exception) -> None:
        """The group stays in the inbox. Only what is its own fault counts as a try that ended badly."""
        if everyones_fault(error):
            self.inbox.pause(PAUSE_S)
        if not own_fault(getattr(error, "orig", error)):
            self.inbox.postpone(group_id)
        why = next(iter(str(error).splitlines()), type(error).__name__)
        log.warning("PostgreSQL does not store (%s): the group waits in the inbox", why)

    def _take_apart(self, group_id: str, deliveries: list[Delivery]) -> Report:
        """One of its bodies ends the worker, or fails in a way of its own: the others must not share its fate."""
        log.error("group %s was tried %d times: its %d bodies go on alone", group_id, TRIES_MAX, len(deliveries))
        for delivery in deliveries:
            # Though the inbox may be full: where such groups alone have filled it, nothing else would ever leave it.
            self.inbox.put(delivery.receipt, encode_group([delivery]), regardless=True)
        return Report()

    def note(self, report: Report, seconds: float) -> None:
        log.info("stored %d, duplicates %d, %.0f ms", report.stored, report.duplicates, seconds * 1000)

    def show_progress(self) -> None:
        if self.progress_file:
            self.progress_file.touch()


def deliveries_of(group_id: str, group: bytes) -> list[Delivery]:
    """The group's deliveries; bytes that are no group become one delivery, to be rejected with them."""
    try:
        return decode_group(group)
    except msgspec.MsgspecError:
        return [Delivery(group_id, time.time_ns() // 1_000_000, "analytics", group)]


class Sweep(threading.Thread):
    """Orders again what is overdue: of order and group, only an order can get lost."""

    def __init__(self, orders: Orders, order: Callable[[str], None]) -> None:
        super().__init__(name="sweep", daemon=True)
        self.orders = orders
        self.order = order

    def run(self) -> None:
        for step in chain([self.look_at_memory], repeat(self.sweep)):
            try:
                step()
            except Exception as error:
                log.warning("sweep: %s (%s); it goes on", type(error).__name__, error)
            time.sleep(SWEEP_EVERY_S)

    def look_at_memory(self) -> None:
        """Of a Redis that is out of memory no worker can take a group: then the inbox would never be emptied."""
        if self.orders.inbox.is_short_of_memory():
            log.error("Redis may be out of memory before the inbox is full: %s", MORE_MEMORY)

    def sweep(self) -> None:
        inbox = self.orders.inbox
        waiting = inbox.queue_length(QUEUE)
        if not waiting:
            self.order(BEAT)
        limit = SWEEP_GROUPS if waiting <= QUEUE_SHORT else SWEEP_GROUPS_BUSY
        overdue = [] if inbox.is_paused() else inbox.claim(limit)
        for group_id in overdue:
            self.order(group_id)
        if overdue:
            log.warning("sweep: %d groups ordered again", len(overdue))
