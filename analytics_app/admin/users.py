"""The users, their roles and passwords. A viewer sees and changes their own account only."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from sqlalchemy import select

from analytics_app.admin import accounts
from analytics_app.admin.access import ADMINS_ONLY, ROW_ID, View, admins_only, page
from analytics_app.admin.db import db
from analytics_app.database.tables import ROLES, User

NEW_ROLE = {"admin": "an admin", "viewer": "a viewer"}


class Users(View):
    @page()
    def index(self) -> ResponseReturnValue:
        users = db.session.scalars(select(User).order_by(User.name)).all() if current_user.is_admin else [current_user]
        return self.render("admin/users.html", users=users, roles=ROLES, password_min=accounts.PASSWORD_MIN)

    @page("/new", methods=("POST",))
    @admins_only
    def new(self) -> ResponseReturnValue:
        form = request.form
        return self.attempt(
            lambda: accounts.create(db.session(), form.get("name", ""), form.get("password", ""), form.get("role", "")),
            f"{form.get('name', '').strip()} can now sign in. Share the password with them.",
        )

    @page(f"/{ROW_ID}/role", methods=("POST",))
    @admins_only
    def role(self, row_id: int) -> ResponseReturnValue:
        user, role = user_or_404(row_id), request.form.get("role", "")
        success = f"{user.name} is now {NEW_ROLE.get(role, role)}."
        return self.attempt(lambda: accounts.change_role(db.session(), user, role), success)

    @page(f"/{ROW_ID}/password", methods=("POST",))
    def password(self, row_id: int) -> ResponseReturnValue:
        """Admins set any password, viewers their own; changing one's own password requires the current one."""
        user = user_or_404(row_id)
        own = user.id == current_user.id
        if not own and not current_user.is_admin:
            abort(403, ADMINS_ONLY)
        if own and not accounts.authenticate(db.session(), user.name, request.form.get("current", "")):
            return self.flash_and_redirect("The current password is wrong. Nothing was changed.", "bad")

        def change() -> None:
            user.password_hash = accounts.hash_password(request.form.get("password", ""))
            db.session.commit()
            if own:
                login_user(user)  # the new password invalidates this session too: see User.get_id

        return self.attempt(change, f"{user.name} has a new password. All other sessions of this user have ended.")

    @page(f"/{ROW_ID}/delete", methods=("POST",))
    @admins_only
    def delete(self, row_id: int) -> ResponseReturnValue:
        user = user_or_404(row_id)
        return self.attempt(lambda: accounts.delete(db.session(), user), f"{user.name} has been removed.")

    def attempt(self, change: Callable[[], object], success: str) -> ResponseReturnValue:
        """Make a change and report the result on the next page."""
        try:
            change()
        except accounts.AccountError as error:
            db.session.rollback()
            return self.flash_and_redirect(str(error), "bad")
        return self.flash_and_redirect(success)

    def flash_and_redirect(self, sentence: str, kind: str = "message") -> ResponseReturnValue:
        flash(sentence, kind)
        return redirect(url_for("users.index"))


def user_or_404(row_id: int) -> User:
    user = db.session.get(User, row_id)
    if user is None:
        abort(404, "No such user.")
    return user
