"""/status: is it recording? For people who do not know the system. It shows counts, and no participant's data."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from analytics_app.buffer.state import RedisState
from analytics_app.monitoring.formatting import duration, size, utc
from analytics_app.monitoring.probes import Probes
from analytics_app.monitoring.study_activity import STUDIES_SHOWN, Studies, StudyNumbers, describe
from analytics_app.monitoring.verdict import last_received, verdict
from analytics_app.web.client import Clients

REASONS_SHOWN = 5

FOLDER = Path(__file__).resolve().parent / "templates"
STYLE, SCRIPT = (Markup((FOLDER / name).read_text(encoding="utf-8")) for name in ("status.css", "status.js"))  # noqa: S704


def csp_source(inline: str) -> str:
    """The source expression of a Content-Security-Policy that allows exactly this inline text."""
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {csp_source(STYLE)}; script-src {csp_source(SCRIPT)}; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class StudyRow:
    name: str
    last: float | None
    """When its last action was received, epoch seconds."""
    numbers: StudyNumbers | None
    """None if PostgreSQL does not answer."""


def blueprint(probes: Probes, clients: Clients) -> Blueprint:
    bp = Blueprint("status", __name__, template_folder="templates")

    @bp.get("/")
    def root() -> ResponseReturnValue:
        """Opening the API's address in a browser leads to /status."""
        return redirect(url_for("status.status"))

    @bp.get("/status")
    @clients.only_local
    def status() -> Response:
        response = make_response(page(probes))
        response.headers["Content-Security-Policy"] = POLICY
        response.cache_control.no_store = True
        return response

    return bp


def page(probes: Probes) -> str:
    redis, postgres, spool, now = probes.redis.get(), probes.postgres.get(), probes.spool(), time.time()
    return render_template(
        "status.html",
        verdict=verdict(redis, postgres, spool, now),
        redis=redis,
        postgres=postgres,
        received=last_received(redis, spool),
        stored=redis and redis.counts.get("last_stored"),
        lag=redis and redis.counts.get("last_lag"),
        studies=study_rows(redis, postgres),
        now=now,
        style=STYLE,
        script=SCRIPT,
        reasons_shown=REASONS_SHOWN,
        describe=describe,
        duration=duration,
        size=size,
        utc=utc,
    )


def study_rows(redis: RedisState | None, postgres: Studies | None) -> list[StudyRow]:
    """The studies by their last action, newest first."""
    last = dict(redis.study_stored_at) if redis else {}
    numbers = postgres.by_name if postgres else {}
    for name, study in numbers.items():
        if study.last_seen is not None:
            last[name] = max(last.get(name, 0.0), study.last_seen.timestamp())
    rows = [
        StudyRow(name, last.get(name), numbers.get(name, StudyNumbers()) if postgres else None)
        for name in {*last, *numbers}
    ]
    return sorted(rows, key=lambda row: (-(row.last or 0.0), row.name))[:STUDIES_SHOWN]
