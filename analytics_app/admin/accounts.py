"""Create, authenticate, change and remove users."""

from __future__ import annotations

import secrets
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from analytics_app.database.locks import AdvisoryLock
from analytics_app.database.tables import ROLES, User

NAME_MAX = 80
PASSWORD_MIN, PASSWORD_MAX = 10, 200


class AccountError(Exception):
    """The change is not possible. The message is a sentence for the person who requested it."""


def any_user(session: Session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def create(session: Session, name: str, password: str, role: str) -> User:
    """Create and commit a user. The name is stripped.

    Raises:
        AccountError: the name, password or role is invalid, or the name is taken.
    """
    name = name.strip()
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise AccountError(f"The name must have 1 to {NAME_MAX} printable characters.")
    if role not in ROLES:
        raise AccountError(f"The role must be {' or '.join(ROLES)}.")
    user = User(name=name, password_hash=hash_password(password), role=role)
    session.add(user)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise AccountError(f"A user named {name} already exists.") from None
    return user


def hash_password(password: str) -> str:
    """Raises AccountError if the password is too short or too long."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise AccountError(f"The password must have {PASSWORD_MIN} to {PASSWORD_MAX} characters.")
    return generate_password_hash(password)


@cache
def dummy_hash() -> str:
    """Checked if the user does not exist: otherwise the faster answer would reveal which names exist."""
    return generate_password_hash(secrets.token_hex())


def authenticate(session: Session, name: str, password: str) -> User | None:
    """The user with this name and password; None if there is none."""
    name = name.strip()
    # `create` accepts printable names only, and a query with a NUL in it would fail.
    user = session.scalar(select(User).where(User.name == name)) if name.isprintable() else None
    matches = check_password_hash(user.password_hash if user else dummy_hash(), password[:PASSWORD_MAX])
    return user if matches else None


def change_role(session: Session, user: User, role: str) -> None:
    """Raises AccountError for an unknown role, or if this is the only admin."""
    if role not in ROLES:
        raise AccountError(f"The role must be {' or '.join(ROLES)}.")
    if role != "admin":
        require_another_admin(session, user)
    user.role = role
    session.commit()


def delete(session: Session, user: User) -> None:
    """Raises AccountError if this is the only admin."""
    require_another_admin(session, user)
    session.delete(user)
    session.commit()


def require_another_admin(session: Session, user: User) -> None:
    """Raises AccountError if this is the only admin: nobody could manage users without one.

    It locks the admins' rows, because two admins may remove each other at the same time.
    """
    admins = session.scalars(select(User.id).where(User.role == "admin").order_by(User.id).with_for_update()).all()
    if admins == [user.id]:
        raise AccountError(f"{user.name} is the only admin. Make another user an admin first.")


def first_admin(session: Session) -> str | None:
    """If there are no users yet, create the user `admin`. Returns its random password, which is not kept anywhere.

    Returns None if there are users. Several processes may call it at once: the lock lets one of them create the user.
    """
    session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.FIRST_ADMIN.value)))
    if any_user(session):
        return None
    password = secrets.token_urlsafe(12)
    create(session, "admin", password, "admin")
    return password
