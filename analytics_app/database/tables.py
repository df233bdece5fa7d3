"""The tables that are not of one action type. docs/tables.md describes each column.

The table of an action type is in the type's file in `actions/`, derived from `ActionTable`. Every primary key starts
with `page_id`, except those of people (`participants`, `users`): partitions and distributed tables need it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.database.db import Base

EMPTY = sql("''")
JSON_TEXT = "json_text"  # in a column's `info`: its rows have JSON text, not values
NOW = sql("now()")
REJECTS_FILTERED_BY = ("user_id", "name", "study")  # the admin's list filters by these, newest first


def timestamptz(**options: Any) -> Mapped[datetime | None]:
    return mapped_column(DateTime(timezone=True), **options)


def pixels() -> Mapped[float | None]:
    """CSS px in single precision: exact to 0.01 px up to 100,000 px."""
    return mapped_column(REAL)


class RawAction(Base):
    """Every valid action, once. What its batch said for it is in its context.

    The index of received_at is small: the actions of a batch have the same value, which it stores once.
    """

    __tablename__ = "raw_actions"
    __table_args__ = (Index(None, "received_at"),)

    page_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    occurred_at: Mapped[datetime | None] = timestamptz()
    t: Mapped[float | None] = mapped_column(Double)
    context_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, info={JSON_TEXT: True})


class Context(Base):
    """Who acted, where, and under which conditions: one row for all actions of a page that have these in common."""

    __tablename__ = "contexts"
    __table_args__ = (Index(None, "user_id"),)

    page_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    context_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    study: Mapped[str] = mapped_column(Text, server_default=EMPTY)
    user_id: Mapped[str | None] = mapped_column(Text)
    session_id: Mapped[str | None] = mapped_column(Text)
    condition_1: Mapped[str | None] = mapped_column(Text)
    condition_2: Mapped[str | None] = mapped_column(Text)
    host: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str | None] = mapped_column(Text)
    task: Mapped[str | None] = mapped_column(Text)
    trial: Mapped[int | None] = mapped_column(Integer)
    viewport_w: Mapped[float | None] = pixels()
    viewport_h: Mapped[float | None] = pixels()
    data: Mapped[dict[str, Any]] = mapped_column(JSON, info={JSON_TEXT: True})


class ActionTable(Base):
    """The key that the table of every action type starts with. Its view adds the columns of the action's context."""

    __abstract__ = True

    # sort_order puts them before a table's own columns, so that a column added to the key comes last in it: rows are
    # looked up by action.
    page_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-1)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, sort_order=-1)

    @classmethod
    def own_columns(cls) -> list[str]:
        """The names of the columns after page_id and seq."""
        return cls.__table__.columns.keys()[2:]


class PositionScreen(ActionTable):
    """One row per position: each action with coordinates, each sample of a mouse path."""

    __tablename__ = "positions_screen"

    sample: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    t: Mapped[float | None] = mapped_column(Double)
    page_x: Mapped[float | None] = pixels()
    page_y: Mapped[float | None] = pixels()
    client_x: Mapped[float | None] = pixels()
    client_y: Mapped[float | None] = pixels()
    screen_x: Mapped[float | None] = pixels()
    screen_y: Mapped[float | None] = pixels()
    scroll_x: Mapped[float | None] = pixels()
    scroll_y: Mapped[float | None] = pixels()


class RejectedAction(Base):
    """Every invalid action, with its bytes and the reasons. `code` and `field` are those of the first reason."""

    __tablename__ = "rejected_actions"
    __table_args__ = (
        Index(None, "id"),
        Index(None, "received_at", "page_id", "seq"),
        *(Index(None, first, "received_at", "page_id", "seq") for first in REJECTS_FILTERED_BY),
    )

    page_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rejected_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    source: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    study: Mapped[str] = mapped_column(Text, server_default=EMPTY)
    user_id: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, server_default=sql("'invalid'"))
    field: Mapped[str | None] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    context: Mapped[str] = mapped_column(Text)
    replayed_at: Mapped[datetime | None] = timestamptz()


class Page(Base):
    """One document in one tab."""

    __tablename__ = "pages"

    page_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    study: Mapped[str] = mapped_column(Text, server_default=EMPTY)
    user_id: Mapped[str | None] = mapped_column(Text)
    session_id: Mapped[str | None] = mapped_column(Text)
    page_no: Mapped[int | None] = mapped_column(Integer)
    prev_page_id: Mapped[UUID | None] = mapped_column(Uuid)
    prev_page_seq: Mapped[int | None] = mapped_column(Integer)
    t0: Mapped[datetime | None] = timestamptz()
    env: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    config: Mapped[str | None] = mapped_column(Text)
    lib: Mapped[str | None] = mapped_column(Text)
    clock_offset: Mapped[float | None] = mapped_column(Double)
    clock_rtt: Mapped[float | None] = mapped_column(Double)


class Batch(Base):
    """One request body."""

    __tablename__ = "batches"
    __table_args__ = (Index(None, "received_at"),)

    page_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    batch_seq: Mapped[int | None] = mapped_column(Integer)
    attempt: Mapped[int | None] = mapped_column(Integer)
    sent_at: Mapped[datetime | None] = timestamptz()
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
    actions: Mapped[int] = mapped_column(Integer)
    lost: Mapped[list[Any] | None] = mapped_column(JSONB)
    faults: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Participant(Base):
    """One person in one study. The last two columns are filled in by the researcher."""

    __tablename__ = "participants"

    study: Mapped[str] = mapped_column(Text, primary_key=True, server_default=EMPTY)
    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    consent: Mapped[bool | None] = mapped_column(Boolean)
    consent_at: Mapped[datetime | None] = timestamptz()
    consent_page_id: Mapped[UUID | None] = mapped_column(Uuid)
    consent_seq: Mapped[int | None] = mapped_column(Integer)
    excluded: Mapped[str | None] = mapped_column(Text)
    withdrawn: Mapped[str | None] = mapped_column(Text)


ROLES = {"admin": "can replay rejected actions and manage users", "viewer": "read only"}


class User(Base):
    """A user of the admin area. Has the attributes that Flask-Login requires."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('admin', 'viewer')", name="role"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    signed_in_at: Mapped[datetime | None] = timestamptz()

    is_authenticated = is_active = True
    is_anonymous = False

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    def get_id(self) -> str:
        """The session's reference to the user. It changes with the password, which ends all earlier sessions."""
        return f"{self.id}.{hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]}"
