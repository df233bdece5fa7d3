"""The servers that the API is compared with: Flask apps, run under the API's gunicorn settings."""

from __future__ import annotations

import os

from flask import Flask, request
from flask.typing import ResponseReturnValue
from redis import Redis

from analytics_app.celery_app import create_celery
from analytics_app.config.settings import Config

QUEUE = "floor"  # a Redis list; no worker of the stack reads it


def bare() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.get("/health")
    def health() -> ResponseReturnValue:
        return {"success": True}

    return app


def lpush() -> Flask:
    """Makes each body durable and does nothing else: one LPUSH per request, then the API's answer."""
    app = bare()
    client = Redis.from_url(os.environ["CELERY_BROKER_URL"])

    @app.post("/analytics")
    def analytics() -> ResponseReturnValue:
        client.lpush(QUEUE, request.get_data(cache=False))
        return {"success": True}

    return app


def send_task() -> Flask:
    """The original project's way: parse the JSON, pass the actions to a Celery task."""
    app = bare()
    celery = create_celery(Config(CELERY_BROKER_URL=os.environ["CELERY_BROKER_URL"]))

    @app.post("/analytics")
    def analytics() -> ResponseReturnValue:
        celery.send_task("log_actions", (request.get_json(force=True),), queue=QUEUE, ignore_result=True)
        return {"success": True}

    return app
