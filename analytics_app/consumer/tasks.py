"""The Celery task, and what a worker starts with. A task may be lost or delivered twice: it carries no data."""

from __future__ import annotations

from functools import partial
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready

from analytics_app.consumer.group_processor import GroupProcessor
from analytics_app.consumer.redelivery import Redelivery
from analytics_app.consumer.supervisor import die_with_parent

STORE_WAITING = "store_waiting"


def dispatch(celery: Celery) -> None:
    """Send the task that stores what waits. Raises kombu.exceptions.OperationalError if Redis does not take it."""
    celery.send_task(STORE_WAITING, ignore_result=True, retry=False)


def register(celery: Celery, processor: GroupProcessor) -> None:
    """Define the task, and what runs beside it in a worker."""

    @celery.task(name=STORE_WAITING, ignore_result=True)
    def store_waiting() -> None:
        if processor.store_waiting():
            dispatch(celery)

    @worker_ready.connect(weak=False)
    def start_redelivery(**_: Any) -> None:
        Redelivery(processor.inbox, partial(dispatch, celery)).start()

    @worker_process_init.connect(weak=False)
    def tie_to_worker(**_: Any) -> None:
        """A pool process must not outlive a worker that was killed."""
        die_with_parent()
