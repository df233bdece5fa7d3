"""/health, /ready and /metrics: for monitoring systems."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from analytics_app.monitoring.api_metrics import API
from analytics_app.monitoring.probes import Probes
from analytics_app.monitoring.prometheus import BufferMetrics
from analytics_app.web.client import Clients


def blueprint(probes: Probes, clients: Clients) -> Blueprint:
    bp = Blueprint("health", __name__)

    @bp.get("/health")
    def health() -> Response:
        """200 if this process answers."""
        return jsonify(success=True)

    @bp.get("/ready")
    def ready() -> tuple[Response, int]:
        """Whether a batch would be accepted now, and whether Redis or the spool would take it; 503 if neither."""
        takes = accepting_buffer(probes)
        return jsonify(success=takes != "nobody", takes=takes), 200 if takes != "nobody" else 503

    @bp.get("/metrics")
    @clients.only_local
    def metrics() -> Response:
        """Prometheus' text format: the counters of all API processes, of the workers, and of the buffer."""
        registry = CollectorRegistry()
        registry.register(BufferMetrics(probes))
        try:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        except ValueError:  # a single process, without gunicorn
            for counter in vars(API).values():
                registry.register(counter)
        # The same format for every Accept header: prometheus_client's own negotiation fails if the header contains a
        # version that is not a number.
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return bp


def accepting_buffer(probes: Probes) -> str:
    """`redis`, `spool` or `nobody`: the value of `takes` in the answer."""
    redis = probes.redis.get()
    if redis is not None and redis.full:
        return "nobody"
    if redis is not None and redis.takes_writes:
        return "redis"
    return "spool" if probes.spool().takes_writes else "nobody"
