"""What the API and the worker are compared with: Flask apps under the API's gunicorn settings, and a consumer."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import closing
from io import StringIO
from typing import Any

import psycopg2
from flask import Flask, request
from flask.typing import ResponseReturnValue
from redis import Redis

from analytics_app.celery_app import create_celery
from analytics_app.config.limits import Limits
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


def consume() -> None:
    """Copies the actions of what `lpush` has pushed into a plain table: `python -m bench.floors`.

    The table has no index but its primary key, and keeps each action as received. One transaction takes what waits.
    """
    client = Redis.from_url(os.environ["CELERY_BROKER_URL"])
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {PLAIN}")
        connection.commit()
        while True:
            bodies: Any = client.lpop(QUEUE, Limits.GROUPS_STORED)
            if bodies:
                copy_plain(connection, bodies)
            else:
                time.sleep(0.005)


PLAIN = "plain (page_id uuid, seq int, data jsonb, PRIMARY KEY (page_id, seq))"


def copy_plain(connection: psycopg2.extensions.connection, bodies: Iterable[bytes]) -> None:
    """One transaction."""
    lines = []
    for batch in map(json.loads, bodies):
        for action in batch["actions"]:
            data = json.dumps(action).replace("\\", "\\\\")
            lines.append(f"{batch['page_id']}\t{action['seq']}\t{data}\n")
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY plain FROM STDIN", StringIO("".join(lines)))
    connection.commit()


if __name__ == "__main__":
    consume()
