"""The Celery task, and what a worker starts with. A task may be lost or delivered twice: it only names a group."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready

from analytics_app.consumer.group_processor import GroupProcessor
from analytics_app.consumer.redelivery import Redelivery
from analytics_app.consumer.supervisor import die_with_parent

STORE_GROUP = "store_group"


def dispatch(celery: Celery, group_id: str) -> None:
    """Send the task for a group. Raises kombu.exceptions.OperationalError if Redis does not take it."""
    celery.send_task(STORE_GROUP, (group_id,), ignore_result=True, retry=False, argsrepr="-")


def register(celery: Celery, processor: GroupProcessor) -> None:
    """Define the task, and what runs beside it in a worker."""

    @celery.task(name=STORE_GROUP, ignore_result=True)
    def store_group(group_id: str) -> None:
        processor.process(group_id)

    @worker_ready.connect(weak=False)
    def start_redelivery(**_: Any) -> None:
        Redelivery(processor.inbox, lambda group_id: dispatch(celery, group_id)).start()
        processor.inbox.show_worker()  # the first heartbeat comes a second later; until then none would seem to run

    @worker_process_init.connect(weak=False)
    def tie_to_worker(**_: Any) -> None:
        """A pool process must not outlive a worker that was killed."""
        die_with_parent()
