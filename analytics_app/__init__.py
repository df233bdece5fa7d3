"""User Actions Logging: the API that collects and the worker that stores."""

from __future__ import annotations

from collections.abc import Callable

from celery import Celery, Task
from flask import Flask
from sqlalchemy import Engine

from analytics_app import (  # noqa: F401  (tasks registers itself)
    admin,
    answers,
    collect,
    events,
    health,
    logger_files,
    openapi,
    status,
    tasks,
    validate,
)
from analytics_app.config import Config, load, secret_key
from analytics_app.db import db
from analytics_app.inbox import Inbox, connect
from analytics_app.orders import Orders
from analytics_app.publisher import Publisher
from analytics_app.ratelimit import RateLimit
from analytics_app.readings import Readings
from analytics_app.spool import Spool


def create_app(config: Config | None = None) -> Flask:
    """The Flask app, with Celery in its extensions. Raises ConfigError."""
    config = config or load()
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SETTINGS=config,
        SECRET_KEY=secret_key(config),
        SQLALCHEMY_DATABASE_URI=config.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=config.engine_options,
        MAX_CONTENT_LENGTH=config.BODY_BYTES_MAX,
    )
    db.init_app(app)
    celery_init_app(app, config)
    app.extensions["readings"] = Readings(
        connect(config.CELERY_BROKER_URL, timeout=1),
        Spool(config.spool_dir, config.SPOOL_BYTES_MAX),
        engine_of(app),
        config.INBOX_HIGH_BYTES,
    )
    app.extensions["ratelimit"] = RateLimit(
        connect(config.CELERY_BROKER_URL, timeout=1), config.RATE_LIMIT, app.config["SECRET_KEY"]
    )
    answers.init_app(app)
    for room in (collect, logger_files, health, status, openapi):
        app.register_blueprint(room.bp)
    validate.init_app(app)
    admin.init_app(app)
    return app


def engine_of(app: Flask) -> Callable[[], Engine]:
    """The app's engine, for threads that carry no app context."""

    def engine() -> Engine:
        with app.app_context():
            return db.engine

    return engine


class Worker(Celery):
    """Celery with what a worker needs beside it."""

    orders: Orders
    order: Callable[[str], None]


def celery_init_app(app: Flask, config: Config) -> Worker:
    """Celery, the inbox and both its sides: the publisher of the API, the orders of the worker."""

    class AppTask(Task):  # type: ignore[type-arg]  # Celery 5.6 knows its parameters only in the stubs
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Worker(app.name, task_cls=AppTask)
    celery.config_from_object(config.celery)
    celery.set_default()
    events.allow_skew(config.CLOCK_SKEW_S)
    app.extensions["celery"] = celery

    def order(group_id: str) -> None:
        celery.send_task("store_group", (group_id,), ignore_result=True, retry=False, argsrepr="-")

    levels = (config.INBOX_HIGH_BYTES, config.INBOX_LOW_BYTES, config.ORDER_AGAIN_S, config.ORDER_AGAIN_MAX_S)

    def inbox(timeout: float) -> Inbox:
        client = connect(config.CELERY_BROKER_URL, timeout)
        return Inbox(client, *levels)

    timeout = config.REDIS_TIMEOUT_MS / 1000
    app.extensions["publisher"] = Publisher(
        inbox(timeout),
        Spool(config.spool_dir, config.SPOOL_BYTES_MAX),
        order,
        group_bytes=config.GROUP_BYTES_MAX,
        timeout=timeout,
    )
    celery.order = order
    celery.orders = Orders(inbox(5.0), lambda: db.engine, config.PROGRESS_FILE)
    return celery
