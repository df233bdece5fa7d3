"""The Celery factory: the sending side for the API, and the worker."""

from __future__ import annotations

from celery import Celery

from analytics_app.buffer.inbox import Inbox
from analytics_app.config.settings import Config
from analytics_app.consumer import tasks
from analytics_app.consumer.group_processor import GroupProcessor
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.database.db import create_engine

REDIS_TIMEOUT_S = 5.0


def create_celery(config: Config) -> Celery:
    """Celery as both sides configure it."""
    celery = Celery("analytics_app")
    celery.config_from_object(config.celery)
    return celery


def create_worker(config: Config) -> Celery:
    """Celery with the task and everything that it needs."""
    celery = create_celery(config)
    pipeline = Pipeline(create_engine(config), config.CLOCK_SKEW_S)
    inbox = Inbox.from_config(config, REDIS_TIMEOUT_S)
    tasks.register(celery, GroupProcessor(inbox, pipeline, config.PROGRESS_FILE))
    return celery
