"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from analytics_app.admin import accounts
from analytics_app.admin.access import View, page
from analytics_app.admin.throttle import Throttle
from analytics_app.database.db import db
from analytics_app.web.client import Clients

TOO_MANY = "Too many tries. Wait a quarter of an hour."


class SignIn(View):
    def __init__(self, throttle: Throttle, clients: Clients, **options: Any) -> None:
        super().__init__(**options)
        self.throttle = throttle
        self.clients = clients

    def is_accessible(self) -> bool:
        return accounts.any_user(db.session())

    def is_visible(self) -> bool:
        return False

    @page(methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect(wanted())
        fault, status = (self.try_in(), 401) if request.method == "POST" else (None, 200)
        if request.method == "POST" and fault is None:
            return redirect(wanted())
        form = self.render("admin/sign_in.html", fault=fault, name=request.form.get("name", ""))
        return form, 429 if fault == TOO_MANY else status

    def try_in(self) -> str | None:
        """Sign in; returns what is wrong."""
        name, address = request.form.get("name", "").strip(), self.clients.address()
        if not self.throttle.allows(name, address):
            return TOO_MANY
        user = accounts.authenticate(db.session(), name, request.form.get("password", ""))
        if user is None:
            return "This name and password do not belong together."
        self.throttle.forget(name, address)
        user.signed_in_at = datetime.now(UTC)
        db.session.commit()
        session.clear()
        session.permanent = True
        login_user(user)
        return None

    @page("/out", methods=("POST",))
    def out(self) -> ResponseReturnValue:
        logout_user()
        session.clear()
        flash("You have signed out.")
        return redirect(url_for("sign_in.index"))


def wanted() -> str:
    """The page that was asked for before the sign-in; only ever one of ours."""
    path = request.args.get("next", "")
    return path if path.startswith("/admin/") and "\\" not in path else url_for("admin.index")
