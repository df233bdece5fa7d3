"""`?validate=1`: would this be accepted? Judges a body as the worker would, and stores nothing.

The door hands it what it would have published, so the same checks come first; collect.py finds it by its name
among the app's extensions and knows nothing of judging.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify

from analytics_app import envelope
from analytics_app.actions import base
from analytics_app.config import Limits
from analytics_app.delivery import Delivery
from analytics_app.judge import Judged, judge_all
from analytics_app.models import PositionScreen, RawAction
from analytics_app.protocol import Action, Json, Reject, flatten


def init_app(app: Flask) -> None:
    app.extensions["validate"] = validate


def validate(delivery: Delivery) -> Response:
    """Action by action, in the order of the body; 200 also where all are bad: the question was answered."""
    flat = flatten(delivery)
    if flat.batch.actions > Limits.VALIDATED:
        message = f"Ask about fewer: {Limits.VALIDATED} actions at a time."
        response = jsonify(success=False, error="too_many", message=message)
        response.status_code = 413
        return response
    verdicts = sorted([*flat.rejects, *judge_all(flat.actions)], key=lambda verdict: verdict.action.index)
    return jsonify(
        success=True,
        stored=False,
        accepted=sum(isinstance(verdict, Judged) for verdict in verdicts),
        rejected=sum(isinstance(verdict, Reject) for verdict in verdicts),
        actions=[told(verdict.action, verdict) for verdict in verdicts],
        batch=envelope.rows(flat.batch)[0]["faults"] or {},
    )


def told(action: Action, verdict: Judged | Reject) -> Json:
    said: Json = {"index": action.index, "name": base.shown(action.data.get("name"))}
    if isinstance(verdict, Reject):
        return {**said, "accepted": False, "errors": base.fit(verdict.reasons)}
    return {**said, "accepted": True, "tables": tables_of(verdict)}


def tables_of(judged: Judged) -> list[str]:
    """Where it would be found."""
    tables = [RawAction.__tablename__]
    if getattr(judged.type, "positions", base.positions)(judged.values):
        tables.append(PositionScreen.__tablename__)
    if hasattr(judged.type, "Table"):
        tables.append(judged.type.Table.__tablename__)
    return tables
