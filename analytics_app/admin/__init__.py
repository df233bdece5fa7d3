"""The admin area at /admin/, for signed-in users: recording state, actions, rejected actions, and users.

Flask-Admin registers the views, Flask-Login identifies the user, Flask-WTF protects the forms. The ingest path does not
depend on it.
"""

from __future__ import annotations

from datetime import timedelta

import flask_admin
from flask import Flask

from analytics_app.admin import access, template_filters
from analytics_app.admin.actions import Actions
from analytics_app.admin.recording import Recording
from analytics_app.admin.rejected import Rejected
from analytics_app.admin.sign_in import SignIn
from analytics_app.admin.throttle import Throttle
from analytics_app.admin.users import Users
from analytics_app.buffer.inbox import connect
from analytics_app.config.settings import Config
from analytics_app.monitoring.probes import Probes
from analytics_app.web.client import Clients

SESSION_LIFETIME = timedelta(hours=12)
REDIS_TIMEOUT_S = 0.5


def init_app(app: Flask, config: Config, secret: str, probes: Probes, clients: Clients) -> None:
    """Register the admin area. The app's sessions belong to it: their cookie is sent to /admin only."""
    app.config.update(
        SESSION_COOKIE_NAME="admin",
        SESSION_COOKIE_PATH="/admin",
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        WTF_CSRF_CHECK_DEFAULT=False,  # ingest accepts posts from any page; the admin views check for themselves
        WTF_CSRF_TIME_LIMIT=None,  # the token is valid as long as the session
    )
    app.session_interface = access.SessionInterface()
    access.csrf.init_app(app)
    # Not login.init_app, which reads the session after every request, ingest included, for a "remember me" cookie that
    # is not used here.
    app.login_manager = access.login  # type: ignore[attr-defined]
    app.jinja_env.filters.update(template_filters.FILTERS)
    throttle = Throttle(connect(config.CELERY_BROKER_URL, REDIS_TIMEOUT_S), secret)
    recording = Recording(
        probes, name="Recording", endpoint="admin", url="/admin", static_folder=str(access.FOLDER / "static")
    )
    admin = flask_admin.Admin(app, name="User Actions Logging", index_view=recording, theme=access.THEME)
    admin.add_views(
        Actions(name="Actions", endpoint="actions", url="actions"),
        Rejected(config.CLOCK_SKEW_S, name="Rejected", endpoint="rejected", url="rejected"),
        Users(name="Users", endpoint="users", url="users"),
        SignIn(throttle, clients, name="Sign in", endpoint="sign_in", url="sign-in"),
    )
