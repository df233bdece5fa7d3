"""Who may see a page of the admin area, and what every such page is answered with."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import flask_admin
from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_admin.theme import Theme
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from analytics_app.admin import accounts
from analytics_app.database.db import db
from analytics_app.database.tables import User

HERE = Path(__file__).resolve().parent
THEME = Theme(folder=str(HERE / "templates"), base_template="admin/frame.html")
CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
)

csrf = CSRFProtect()
login = LoginManager()
F = TypeVar("F", bound=Callable[..., Any])

NUMBER = "<int(max=9223372036854775807):number>"  # in an address: what fits into the column of an id
AWAY = "PostgreSQL does not answer. What is sent meanwhile is kept, and is stored as soon as it is back."
NO_TABLES = "The tables are not there yet. Run: python manage.py create_db"


class Cookie(SecureCookieSessionInterface):
    """Secure wherever the page came over TLS, also where a proxy ends it; so that http://localhost works too."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


@login.user_loader  # type: ignore[untyped-decorator]
def user_of(session_id: str) -> User | None:
    """The user that a session names, unless the password was changed since."""
    number, _, _ = session_id.partition(".")
    user = db.session.get(User, int(number)) if number.isdecimal() else None
    return user if user is not None and user.get_id() == session_id else None


def page(url: str = "/", methods: tuple[str, ...] = ("GET",)) -> Callable[[F], F]:
    """flask_admin.expose, typed."""
    return cast(Callable[[F], F], flask_admin.expose(url, methods))


def admins_only(view: F) -> F:
    """For what changes something."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_admin:
            abort(403, "Only an admin may do this.")
        return view(*args, **kwargs)

    return cast(F, checked)


class View(flask_admin.BaseView):  # type: ignore[misc]
    """One subject of the admin area: for users who signed in."""

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    def inaccessible_callback(self, name: str, **_: Any) -> ResponseReturnValue:
        """To the sign-in, or to how the first user is made; a fragment that a page asks for gets a bare 401."""
        if not accounts.any_user(db.session()):
            return self.render("admin/first.html")
        if request.method != "GET" or request.headers.get("X-Fragment"):
            abort(401, "Your session has ended: sign in again.")
        return redirect(url_for("sign_in.index", next=request.full_path.rstrip("?")))

    def render(self, template: str, **values: Any) -> str:
        """With the user who looks; not where PostgreSQL is away and nobody can say who that is."""
        values.setdefault("user", None if values.get("alone") else current_user)
        return cast(str, super().render(template, **values))

    def create_blueprint(self, admin: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(admin)
        blueprint.before_request(csrf.protect)
        blueprint.after_request(protect)
        blueprint.register_error_handler(HTTPException, self.refuse)
        blueprint.register_error_handler(SQLAlchemyError, self.database_away)
        return blueprint

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Flask-Admin's own calls a view again where it raised TypeError, and so hides the error."""
        return fn(self, *args, **kwargs)

    def refuse(self, error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        return self.render("admin/error.html", title=error.name, message=error.description), error.code

    def database_away(self, error: SQLAlchemyError) -> ResponseReturnValue:
        current_app.logger.warning("the admin area cannot ask PostgreSQL: %s", type(error).__name__)
        title, message = ("No tables", NO_TABLES) if isinstance(error, ProgrammingError) else ("No database", AWAY)
        return self.render("admin/error.html", title=title, message=message, alone=True), 503


def protect(response: Response) -> Response:
    """Nothing from elsewhere, in no frame, in no cache."""
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
