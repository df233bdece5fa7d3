"""What all views of the admin area share: access control, error pages and security headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import flask_admin
from flask import Blueprint, Flask, Request, Response, abort, current_app, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_admin.theme import Theme
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from analytics_app.admin import accounts
from analytics_app.admin.db import db
from analytics_app.database.tables import User

FOLDER = Path(__file__).resolve().parent
THEME = Theme(folder=str(FOLDER / "templates"), base_template="admin/frame.html")
CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
)

csrf = CSRFProtect()
login = LoginManager()
F = TypeVar("F", bound=Callable[..., Any])

ROW_ID = "<int(max=9223372036854775807):row_id>"  # for URL rules; ids are bigint
ADMINS_ONLY = "Only admins can do this."
NO_DATABASE = "PostgreSQL does not answer. Actions are still accepted, and will be stored when it is back."
NO_TABLES = "The tables do not exist yet. Run: python manage.py create_db"


class SessionInterface(SecureCookieSessionInterface):
    """Sessions of the admin area. Other requests have none: a batch does not pay for reading and signing cookies.

    The cookie is Secure if the page was requested over TLS, which a proxy may terminate. If it were always Secure,
    nobody could sign in at http://localhost.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None outside of the cookie's path; Flask then raises an error if something is written to the session."""
        return super().open_session(app, request) if request.path.startswith(self.get_cookie_path(app)) else None

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


@login.user_loader  # type: ignore[untyped-decorator]
def load_user(session_id: str) -> User | None:
    """The user of a session; None if the password was changed after the session began."""
    user_id, _, _ = session_id.partition(".")
    user = db.session.get(User, int(user_id)) if user_id.isdecimal() else None
    return user if user is not None and user.get_id() == session_id else None


def page(url: str = "/", methods: tuple[str, ...] = ("GET",)) -> Callable[[F], F]:
    """flask_admin.expose with types: registers a method as the view of a URL."""
    return cast(Callable[[F], F], flask_admin.expose(url, methods))


def admins_only(view: F) -> F:
    """Answer 403 unless an admin is signed in: for every view that changes data."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_admin:
            abort(403, ADMINS_ONLY)
        return view(*args, **kwargs)

    return cast(F, checked)


class View(flask_admin.BaseView):  # type: ignore[misc]
    """A section of the admin area, for signed-in users only."""

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    def inaccessible_callback(self, name: str, **_: Any) -> ResponseReturnValue:
        """Redirect to the sign-in page, or explain how to create the first user; a form or fragment gets a 401."""
        if not accounts.any_user(db.session()):
            return self.render("admin/first.html")
        if request.method != "GET" or request.headers.get("X-Fragment"):
            abort(401, "Your session has ended. Sign in again.")
        return redirect(url_for("sign_in.index", next=request.full_path.rstrip("?")))

    def render(self, template: str, **values: Any) -> str:
        """Render with `user`, the signed-in user. With `no_database` it is None, since loading it would fail again."""
        values.setdefault("user", None if values.get("no_database") else current_user)
        return cast(str, super().render(template, **values))

    def create_blueprint(self, admin: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(admin)
        blueprint.before_request(csrf.protect)
        blueprint.after_request(add_security_headers)
        blueprint.register_error_handler(HTTPException, self.http_error)
        blueprint.register_error_handler(SQLAlchemyError, self.database_error)
        return blueprint

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call the view once. Flask-Admin's own method calls it again after a TypeError, which hides the error."""
        return fn(self, *args, **kwargs)

    def http_error(self, error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        return self.render("admin/error.html", title=error.name, message=error.description), error.code

    def database_error(self, error: SQLAlchemyError) -> ResponseReturnValue:
        current_app.logger.warning("the admin area cannot query PostgreSQL: %s", type(error).__name__)
        if isinstance(error, ProgrammingError):
            title, message = "No tables", NO_TABLES
        else:
            title, message = "No database", NO_DATABASE
        return self.render("admin/error.html", title=title, message=message, no_database=True), 503


def add_security_headers(response: Response) -> Response:
    """Content from this server only, no embedding in a frame, no caching of pages."""
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
