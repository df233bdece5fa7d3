"""The landing page: is it recording? Two fragments of it are asked for again and again while it is open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue

from analytics_app import status
from analytics_app.admin import recording
from analytics_app.admin.access import View, page
from analytics_app.admin.drawing import chart
from analytics_app.db import db
from analytics_app.readings import Readings


class Landing(View):
    @page()
    def index(self) -> ResponseReturnValue:
        return self.render("admin/landing.html", **now(), **hour())

    @page("/now")
    def now(self) -> ResponseReturnValue:
        """The state, and the last actions as they come in."""
        return self.render("admin/landing_now.html", **now())

    @page("/hour")
    def hour(self) -> ResponseReturnValue:
        """The last hour, and the rejects."""
        return self.render("admin/landing_hour.html", **hour())


def now() -> dict[str, Any]:
    readings: Readings = current_app.extensions["readings"]
    redis, spool = readings.redis.get(), readings.spool()
    with db.engine.connect() as connection:
        last = recording.last_actions(connection)
        active = recording.active_now(connection, datetime.now(UTC))
    return {
        "verdict": status.verdict(redis, readings.postgres.get(), spool),
        "redis": redis,
        "received": moment(status.last_received(redis, spool)),
        "stored": moment(redis.counts.get("last_stored")) if redis else None,
        "active": active,
        "last": last,
    }


def hour() -> dict[str, Any]:
    present = datetime.now(UTC)
    with db.engine.connect() as connection:
        counts = recording.by_minute(connection, present)
        rejects, more = recording.rejects_of_the_day(connection, present)
    return {"chart": chart(counts, present), "total": sum(counts.values()), "rejects": rejects, "more_rejects": more}


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
