"""Who may look: the users of the admin area. They are researchers; the people of a study are `participants`."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Text
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.db import Model
from analytics_app.models import NOW, instant

ROLES = {"admin": "looks, replays rejected actions, manages users", "viewer": "looks"}


class User(Model):
    """Also what Flask-Login asks of a user."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('admin', 'viewer')", name="role"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    signed_in_at: Mapped[datetime | None] = instant()

    is_authenticated = is_active = True
    is_anonymous = False

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    def get_id(self) -> str:
        """What a session names its user by. It changes with the password, and so ends the sessions begun before."""
        return f"{self.id}.{hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]}"
