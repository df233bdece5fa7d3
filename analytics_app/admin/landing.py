"""The landing page: is it recording? Two fragments of it are asked for again and again while it is open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue

from analytics_app.admin import recording
from analytics_app.admin.access import View, page
from analytics_app.admin.drawing import chart
from analytics_app.db import db


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
    publisher = current_app.extensions["publisher"]
    with db.engine.connect() as connection:
        return {"state": recording.state(connection, publisher.inbox)}


def hour() -> dict[str, Any]:
    moment = datetime.now(UTC)
    with db.engine.connect() as connection:
        counts = recording.by_minute(connection, moment)
        rejects, more = recording.rejects_of_the_day(connection, moment)
    return {"chart": chart(counts, moment), "total": sum(counts.values()), "rejects": rejects, "more_rejects": more}
