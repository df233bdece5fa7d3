"""The Celery tasks and what a worker starts with. A task is a work order: it may get lost or come twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_process_init, worker_ready

from analytics_app.orders import Sweep
from analytics_app.watch import die_with_parent


@shared_task(name="store_group", bind=True, ignore_result=True)
def store_group(self: Any, group_id: str) -> None:
    """Store the group of this id and remove it from the inbox."""
    self.app.orders.carry_out(group_id)


@worker_ready.connect
def start_sweep(sender: Any, **_: Any) -> None:
    Sweep(sender.app.orders, sender.app.order).start()
    sender.app.orders.inbox.show_worker()  # the sweep's first beat comes a second later: until then none would run


@worker_process_init.connect
def tie_to_worker(**_: Any) -> None:
    """A pool process must not outlive a worker that was killed."""
    die_with_parent()
