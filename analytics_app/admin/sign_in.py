"""Signing in and out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from analytics_app.admin import accounts
from analytics_app.admin.access import View, page
from analytics_app.admin.db import db
from analytics_app.admin.throttle import Throttle
from analytics_app.web.client import Clients

ADMIN_PATH = re.compile(r"/admin/[^\\\x00-\x20\x7f]*")
TOO_MANY_ATTEMPTS = "Too many attempts. Try again in 15 minutes."


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
            return redirect(next_url())
        error, status = (self.sign_in(), 401) if request.method == "POST" else (None, 200)
        if request.method == "POST" and error is None:
            return redirect(next_url())
        form = self.render("admin/sign_in.html", error=error, name=request.form.get("name", ""))
        return form, 429 if error == TOO_MANY_ATTEMPTS else status

    def sign_in(self) -> str | None:
        """Sign in with the name and password of the form. Returns an error message, or None on success."""
        name, address = request.form.get("name", "").strip(), self.clients.address()
        if not self.throttle.allows(name, address):
            return TOO_MANY_ATTEMPTS
        user = accounts.authenticate(db.session(), name, request.form.get("password", ""))
        if user is None:
            return "Wrong name or password."
        self.throttle.forget(name, address)
        user.signed_in_at = datetime.now(UTC)
        db.session.commit()
        session.clear()  # nothing from before the sign-in is kept, the CSRF token included
        session.permanent = True
        login_user(user)
        return None

    @page("/out", methods=("POST",))
    def sign_out(self) -> ResponseReturnValue:
        logout_user()
        session.clear()
        flash("You have signed out.")
        return redirect(url_for("sign_in.index"))


def next_url() -> str:
    """The page that was requested before the sign-in, if it is one of the admin area; otherwise the landing page.

    A backslash is refused because browsers read it as a slash: `/\\host` would lead to another server. They
    resolve `..`, and no header may contain a line break.
    """
    path = request.args.get("next", "")
    return path if ADMIN_PATH.fullmatch(path) and ".." not in path else url_for("admin.index")
