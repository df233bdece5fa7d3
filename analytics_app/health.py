"""/health, /ready and /metrics: for the machines that watch this one."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from analytics_app.client import only_ours
from analytics_app.exposition import Machinery
from analytics_app.metrics import API
from analytics_app.readings import Readings

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """This process answers."""
    return jsonify(success=True)


@bp.get("/ready")
def ready() -> tuple[Response, int]:
    """Whether a batch would be accepted now, and by what."""
    readings: Readings = current_app.extensions["readings"]
    redis = readings.redis.get()
    if redis is not None and redis.full:
        takes = "nobody"
    elif redis is not None and redis.takes_writes:
        takes = "redis"
    else:
        takes = "spool" if readings.spool().takes_writes else "nobody"
    return jsonify(success=takes != "nobody", takes=takes), 200 if takes != "nobody" else 503


@bp.get("/metrics")
@only_ours
def metrics() -> Response:
    """Prometheus' format: the counters of all API processes, and what workers and the inbox say."""
    registry = CollectorRegistry()
    registry.register(Machinery(current_app.extensions["readings"]))
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:  # one process, without gunicorn
        for counter in vars(API).values():
            registry.register(counter)
    # Whatever is asked for: the client's choice by the Accept header fails on a version that is no number.
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
