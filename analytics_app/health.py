"""/health and /ready."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> Response:
    """This process answers."""
    return jsonify(success=True)


@bp.get("/ready")
def ready() -> tuple[Response, int]:
    """Whether a batch would be accepted, and by what."""
    publisher = current_app.extensions["publisher"]
    takes = "nobody" if publisher.inbox_full else "spool" if publisher.redis_fails else "redis"
    return jsonify(success=takes != "nobody", takes=takes), 200 if takes != "nobody" else 503
