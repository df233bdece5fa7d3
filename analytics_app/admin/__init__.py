"""The admin area at /admin/: is it recording, what came, what was rejected, and who may look.

Flask-Admin holds the views together, Flask-Login knows who asks, Flask-WTF guards the forms; the looks are our own.
The ingest path knows nothing of it.
"""

from __future__ import annotations

from datetime import timedelta

import flask_admin
from flask import Flask

from analytics_app.admin import access, words
from analytics_app.admin.actions import Actions
from analytics_app.admin.landing import Landing
from analytics_app.admin.people import People
from analytics_app.admin.rejects import Rejects
from analytics_app.admin.sign_in import SignIn
from analytics_app.admin.throttle import Throttle
from analytics_app.config import Config
from analytics_app.inbox import connect

SIGNED_IN_FOR = timedelta(hours=12)
REDIS_TIMEOUT_S = 0.5


def init_app(app: Flask) -> None:
    config: Config = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME="admin",
        SESSION_COOKIE_PATH="/admin",
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        WTF_CSRF_CHECK_DEFAULT=False,  # the door takes posts from everywhere; the admin's views check their own
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
    )
    app.session_interface = access.Cookie()
    app.extensions["admin_throttle"] = Throttle(
        connect(config.CELERY_BROKER_URL, REDIS_TIMEOUT_S), app.config["SECRET_KEY"]
    )
    access.csrf.init_app(app)
    # Not login.init_app: it would look into the session, for a cookie that is not used here, in every answer.
    app.login_manager = access.login  # type: ignore[attr-defined]
    app.jinja_env.filters.update(words.FILTERS)
    landing = Landing(name="Recording", endpoint="admin", url="/admin", static_folder=str(access.HERE / "static"))
    area = flask_admin.Admin(app, name="User Actions Logging", index_view=landing, theme=access.THEME)
    area.add_views(
        Actions(name="Actions", endpoint="actions", url="actions"),
        Rejects(name="Rejected", endpoint="rejects", url="rejected"),
        People(name="Users", endpoint="people", url="users"),
        SignIn(name="Sign in", endpoint="sign_in", url="sign-in"),
    )
