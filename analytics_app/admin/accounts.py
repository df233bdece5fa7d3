"""Making, finding and changing users; what it refuses, it refuses in a sentence."""

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


class Wrong(Exception):
    """What was asked for cannot be done; the message says why."""


def any_user(session: Session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def create(session: Session, name: str, password: str, role: str) -> User:
    """Raises Wrong."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise Wrong(f"A name has 1 to {NAME_MAX} printable characters.")
    if role not in ROLES:
        raise Wrong(f"The role is one of {', '.join(ROLES)}.")
    user = User(name=name, password_hash=hashed(password), role=role)
    session.add(user)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise Wrong(f"There is a user {name} already.") from None
    return user


def hashed(password: str) -> str:
    """Raises Wrong."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Wrong(f"A password has at least {PASSWORD_MIN} and at most {PASSWORD_MAX} characters.")
    return generate_password_hash(password)


@cache
def nobodys_hash() -> str:
    """Checked where there is no such user, so that both take as long."""
    return generate_password_hash(secrets.token_hex())


def authenticate(session: Session, name: str, password: str) -> User | None:
    """The user of this name and password."""
    name = name.strip()
    # No other name was ever given, and PostgreSQL cannot be asked for one that holds a NUL.
    user = session.scalar(select(User).where(User.name == name)) if name.isprintable() else None
    right = check_password_hash(user.password_hash if user else nobodys_hash(), password[:PASSWORD_MAX])
    return user if right else None


def change_role(session: Session, user: User, role: str) -> None:
    """Raises Wrong."""
    if role not in ROLES:
        raise Wrong(f"The role is one of {', '.join(ROLES)}.")
    if role != "admin":
        keep_an_admin(session, user)
    user.role = role
    session.commit()


def delete(session: Session, user: User) -> None:
    """Raises Wrong."""
    keep_an_admin(session, user)
    session.delete(user)
    session.commit()


def keep_an_admin(session: Session, user: User) -> None:
    """Nobody could manage users any more. The rows are locked: two admins may remove each other at once."""
    admins = session.scalars(select(User.id).where(User.role == "admin").order_by(User.id).with_for_update()).all()
    if admins == [user.id]:
        raise Wrong(f"{user.name} is the only admin: make somebody else one first.")


def first_admin(session: Session) -> str | None:
    """Make the user `admin` where there is no user at all; returns its random password, which is kept nowhere."""
    session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.FIRST_ADMIN.value)))
    if any_user(session):
        return None
    password = secrets.token_urlsafe(12)
    create(session, "admin", password, "admin")
    return password
