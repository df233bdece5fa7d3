"""Carrying out a work order, and ordering again what lies too long in the inbox."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg2
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics_app.delivery import Delivery, decode_group
from analytics_app.inbox import Inbox
from analytics_app.store import Report, store

log = logging.getLogger(__name__)

QUEUE = "celery"
BEAT = "beat"  # the id of no group: ordered when there is nothing else to do, so that progress can be seen
PAUSE_S = 2.0
SWEEP_EVERY_S = 1.0
SWEEP_GROUPS = 100


class Orders:
    """A worker's side of the inbox."""

    def __init__(self, inbox: Inbox, engine: Callable[[], Engine], progress_file: str) -> None:
        self.inbox = inbox
        self.engine = engine
        self.progress_file = Path(progress_file) if progress_file else None

    def carry_out(self, group_id: str) -> None:
        """Store a group and forget it after the commit. Not there any more: someone stored it, nothing to do."""
        if self.inbox.is_paused():
            self.inbox.postpone(group_id, self.inbox.again_s)
        elif (group := self.inbox.get(group_id)) is not None:
            self._store(group_id, group)
        self.show_progress()

    def _store(self, group_id: str, group: bytes) -> None:
        started = time.monotonic()
        try:
            report = store(self.engine(), deliveries_of(group_id, group))
        except (psycopg2.Error, SQLAlchemyError) as error:
            self.inbox.pause(PAUSE_S)
            self.inbox.postpone(group_id, self.inbox.again_s)
            log.warning("PostgreSQL does not store (%s): the groups wait in the inbox", str(error).splitlines()[0])
            return
        self.inbox.remove(group_id)
        self.note(report, time.monotonic() - started)

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
    """Orders again what is overdue, in whichever worker holds a short lock. Order is lost, group is not."""

    def __init__(self, orders: Orders, order: Callable[[str], None]) -> None:
        super().__init__(name="sweep", daemon=True)
        self.orders = orders
        self.order = order

    def run(self) -> None:
        while True:
            try:
                ordered = self.sweep()
            except (RedisError, OSError) as error:
                log.warning("sweep: Redis does not answer (%s)", type(error).__name__)
                ordered = 0
            except Exception:
                log.exception("the sweep failed and goes on")
                ordered = 0
            time.sleep(SWEEP_EVERY_S / 10 if ordered == SWEEP_GROUPS else SWEEP_EVERY_S)

    def sweep(self) -> int:
        """Returns how many groups were ordered again."""
        inbox = self.orders.inbox
        waiting = inbox.queue_length(QUEUE)
        if not waiting:
            self.order(BEAT)
        if waiting >= SWEEP_GROUPS or inbox.is_paused() or not inbox.may_sweep(SWEEP_EVERY_S / 20):
            return 0  # what waits in a long queue is late, not lost
        overdue = inbox.overdue(SWEEP_GROUPS)
        for group_id in overdue:
            inbox.order_again(group_id)
            self.order(group_id)
        if overdue:
            log.warning("sweep: %d groups ordered again", len(overdue))
        return len(overdue)
