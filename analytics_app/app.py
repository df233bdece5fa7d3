"""The Flask factory. It builds each part once and passes it to the parts that need it."""

from __future__ import annotations

from functools import partial

from flask import Flask

from analytics_app import admin
from analytics_app.admin.db import db
from analytics_app.buffer.inbox import Inbox, connect
from analytics_app.buffer.spool import Spool
from analytics_app.celery_app import create_celery
from analytics_app.config.secret_key import secret_key
from analytics_app.config.settings import Config
from analytics_app.consumer.tasks import dispatch
from analytics_app.ingest.collect import Collect
from analytics_app.ingest.publisher import Publisher
from analytics_app.ingest.rate_limit import RateLimit
from analytics_app.ingest.reject_notices import RejectNotices
from analytics_app.monitoring.probes import Probes
from analytics_app.processing.dry_run import dry_run
from analytics_app.web import headers, health, logger_files, openapi, status
from analytics_app.web.client import Clients

PROBE_TIMEOUT_S = 1.0


class App(Flask):
    """The Flask app, with what gunicorn has to start after the fork."""

    publisher: Publisher


def create_app(config: Config) -> App:
    """The API and its pages. Raises ConfigError."""
    secret = secret_key(config)
    app = App(__name__, static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=secret,
        SQLALCHEMY_DATABASE_URI=config.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=config.engine_options,
        MAX_CONTENT_LENGTH=config.BODY_BYTES_MAX,
    )
    db.init_app(app)
    with app.app_context():
        engine = db.engine

    spool = Spool(config.spool_dir, config.SPOOL_BYTES_MAX)
    app.publisher = create_publisher(config, spool)
    clients = Clients(config)
    client = connect(config.CELERY_BROKER_URL, PROBE_TIMEOUT_S)
    probes = Probes(client, spool, engine, config.INBOX_HIGH_BYTES)
    collect = Collect(
        config,
        app.publisher,
        RateLimit(client, config.RATE_LIMIT, secret),
        RejectNotices(client),
        clients,
        lambda delivery: dry_run(delivery, config.CLOCK_SKEW_S),
    )

    headers.init_app(app, config)
    app.register_blueprint(collect.blueprint())
    app.register_blueprint(logger_files.bp)
    app.register_blueprint(openapi.bp)
    app.register_blueprint(health.blueprint(probes, clients))
    app.register_blueprint(status.blueprint(probes, clients))
    admin.init_app(app, config, secret, probes, clients)
    return app


def create_publisher(config: Config, spool: Spool) -> Publisher:
    celery = create_celery(config)
    timeout = config.REDIS_TIMEOUT_MS / 1000
    return Publisher(
        Inbox.from_config(config, timeout),
        spool,
        partial(dispatch, celery),
        group_bytes=config.GROUP_BYTES_MAX,
        timeout=timeout,
    )
