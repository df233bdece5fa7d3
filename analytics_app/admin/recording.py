"""The landing page: is it recording? While it is open, its script polls the two fragments that it consists of."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue

from analytics_app.admin import landing_queries
from analytics_app.admin.access import View, page
from analytics_app.admin.db import db
from analytics_app.admin.figures import chart
from analytics_app.admin.rejected import NO_FIELD
from analytics_app.monitoring.probes import Probes
from analytics_app.monitoring.study_activity import REJECTS_COUNTED, describe, rejects_of_the_day
from analytics_app.monitoring.verdict import last_received, verdict


class Recording(View):
    def __init__(self, probes: Probes, **options: Any) -> None:
        super().__init__(**options)
        self.probes = probes

    @page()
    def index(self) -> ResponseReturnValue:
        return self.render("admin/landing.html", **current_state(self.probes), **last_hour())

    @page("/now")
    def now(self) -> ResponseReturnValue:
        """Fragment: the verdict, key figures and the last actions."""
        return self.render("admin/landing_now.html", **current_state(self.probes))

    @page("/hour")
    def hour(self) -> ResponseReturnValue:
        """Fragment: the actions of the last hour, and the rejected actions of the last day."""
        return self.render("admin/landing_hour.html", **last_hour())

    @page("/<path:unknown>")
    def unknown(self, unknown: str) -> ResponseReturnValue:
        """Any other address below /admin/: a page that says so, where the API answers with JSON."""
        abort(404)


def current_state(probes: Probes) -> dict[str, Any]:
    """The values of landing_now.html."""
    redis, spool = probes.redis.get(), probes.spool()
    with db.engine.connect() as connection:
        last = landing_queries.last_actions(connection)
        active = landing_queries.active_now(connection, datetime.now(UTC))
    return {
        "verdict": verdict(redis, probes.postgres.get(), spool, time.time()),
        "redis": redis,
        "received": utc_time(last_received(redis, spool)),
        "stored": utc_time(redis.counts.get("last_stored")) if redis else None,
        "active": active,
        "last": last,
    }


def last_hour() -> dict[str, Any]:
    """The values of landing_hour.html."""
    now = datetime.now(UTC)
    with db.engine.connect() as connection:
        counts = landing_queries.by_minute(connection, now)
        rejects = sum(rejects_of_the_day(connection).values(), Counter())
    return {
        "chart": chart(counts, now),
        "total": sum(counts.values()),
        "rejects": rejects,
        "more_rejects": rejects.total() >= REJECTS_COUNTED,
        "describe": describe,
        "no_field": NO_FIELD,
        "day_ago": now - timedelta(days=1),
    }


def utc_time(seconds: float | None) -> datetime | None:
    """Epoch seconds as a time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
