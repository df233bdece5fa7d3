"""The landing page: is it recording? While it is open, it requests two fragments of itself again and again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.typing import ResponseReturnValue

from analytics_app.admin import landing_queries
from analytics_app.admin.access import View, page
from analytics_app.admin.figures import chart
from analytics_app.admin.rejected import NO_FIELD
from analytics_app.database.db import db
from analytics_app.monitoring.probes import Probes
from analytics_app.monitoring.study_activity import REJECTS_COUNTED, describe, rejects_of_the_day
from analytics_app.monitoring.verdict import last_received, verdict


class Recording(View):
    def __init__(self, probes: Probes, **options: Any) -> None:
        super().__init__(**options)
        self.probes = probes

    @page()
    def index(self) -> ResponseReturnValue:
        return self.render("admin/landing.html", **now(self.probes), **hour())

    @page("/now")
    def now(self) -> ResponseReturnValue:
        """The state, and the last actions as they come in."""
        return self.render("admin/landing_now.html", **now(self.probes))

    @page("/hour")
    def hour(self) -> ResponseReturnValue:
        """The last hour, and the rejects."""
        return self.render("admin/landing_hour.html", **hour())


def now(probes: Probes) -> dict[str, Any]:
    redis, spool = probes.redis.get(), probes.spool()
    with db.engine.connect() as connection:
        last = landing_queries.last_actions(connection)
        active = landing_queries.active_now(connection, datetime.now(UTC))
    return {
        "verdict": verdict(redis, probes.postgres.get(), spool),
        "redis": redis,
        "received": moment(last_received(redis, spool)),
        "stored": moment(redis.counts.get("last_stored")) if redis else None,
        "active": active,
        "last": last,
    }


def hour() -> dict[str, Any]:
    present = datetime.now(UTC)
    with db.engine.connect() as connection:
        counts = landing_queries.by_minute(connection, present)
        rejects = sum(rejects_of_the_day(connection).values(), Counter())
    return {
        "chart": chart(counts, present),
        "total": sum(counts.values()),
        "rejects": rejects,
        "more_rejects": rejects.total() >= REJECTS_COUNTED,
        "describe": describe,
        "no_field": NO_FIELD,
        "day_ago": present - timedelta(days=1),
    }


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
