"""Who may look: users, their roles and passwords; and everybody's own password."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from sqlalchemy import select

from analytics_app.admin import accounts
from analytics_app.admin.access import NUMBER, View, admins_only, page
from analytics_app.database.db import db
from analytics_app.database.tables import ROLES, User


class Users(View):
    @page()
    def index(self) -> ResponseReturnValue:
        users = db.session.scalars(select(User).order_by(User.name)).all() if current_user.is_admin else [current_user]
        return self.render("admin/users.html", users=users, roles=ROLES, least=accounts.PASSWORD_MIN)

    @page("/new", methods=("POST",))
    @admins_only
    def new(self) -> ResponseReturnValue:
        form = request.form
        done = "may sign in now; tell them the password."
        return self.attempt(
            lambda: accounts.create(db.session(), form.get("name", ""), form.get("password", ""), form.get("role", "")),
            f"{form.get('name', '').strip()} {done}",
        )

    @page(f"/{NUMBER}/role", methods=("POST",))
    @admins_only
    def role(self, number: int) -> ResponseReturnValue:
        user, role = known(number), request.form.get("role", "")
        return self.attempt(lambda: accounts.change_role(db.session(), user, role), f"{user.name} is {role} now.")

    @page(f"/{NUMBER}/password", methods=("POST",))
    def password(self, number: int) -> ResponseReturnValue:
        """An admin sets anybody's, everybody their own, for which they give the one they had."""
        user = known(number)
        own = user.id == current_user.id
        if not own and not current_user.is_admin:
            abort(403, "Only an admin may do this.")
        if own and not accounts.authenticate(db.session(), user.name, request.form.get("current", "")):
            return self.say("That is not your current password: nothing was changed.", "bad")

        def change() -> None:
            user.password_hash = accounts.hashed(request.form.get("password", ""))
            db.session.commit()
            if own:
                login_user(user)  # the session names its user by the password, too

        return self.attempt(change, f"{user.name} has a new password, and was signed out everywhere else.")

    @page(f"/{NUMBER}/delete", methods=("POST",))
    @admins_only
    def delete(self, number: int) -> ResponseReturnValue:
        user = known(number)
        return self.attempt(lambda: accounts.delete(db.session(), user), f"{user.name} is no user any more.")

    def attempt(self, change: Callable[[], object], done: str) -> ResponseReturnValue:
        try:
            change()
        except accounts.Wrong as error:
            db.session.rollback()
            return self.say(str(error), "bad")
        return self.say(done)

    def say(self, sentence: str, kind: str = "message") -> ResponseReturnValue:
        flash(sentence, kind)
        return redirect(url_for("users.index"))


def known(number: int) -> User:
    user = db.session.get(User, number)
    if user is None:
        abort(404, "There is no such user.")
    return user
