"""The tables of version 2.0. The steps that led to them (0001 to 0004) were never released."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

revision = "0005"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TEXT, INTEGER, UUID = sa.Text(), sa.Integer(), sa.Uuid()
DOUBLE: Any = sa.Double()
COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")


def columns(names: tuple[str, ...], kind: Any) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def study() -> sa.Column[str]:
    return sa.Column("study", TEXT, nullable=False, server_default=sa.text("''"))


def owner() -> list[sa.Column[Any]]:
    return [study(), *columns(("user_id", "session_id", "condition_1", "condition_2"), TEXT)]


def key(*more: str) -> list[SchemaItem]:
    names = ("seq", *more)
    return [
        sa.Column("page_id", UUID, nullable=False),
        *(sa.Column(name, INTEGER, nullable=False, autoincrement=False) for name in names),
        sa.PrimaryKeyConstraint("page_id", *names),
    ]


def action_table(name: str, *own: SchemaItem, more_key: tuple[str, ...] = ()) -> None:
    op.create_table(
        name, *key(*more_key), sa.Column("occurred_at", INSTANT), *owner(), *columns(("path", "task"), TEXT), *own
    )
    op.create_index(f"{name}_study_user_id_idx", name, ["study", "user_id"])


def list_indexes(name: str) -> None:
    """What the admin's lists page by: newest first, of all rows or of one user, name or study."""
    for first in ("received_at", "user_id", "name", "study"):
        columns = [*dict.fromkeys((first, "received_at", "page_id", "seq"))]
        op.create_index(f"{name}_{'_'.join(columns)}_idx", name, columns)


def upgrade() -> None:
    op.create_table(
        "raw_actions",
        *key(),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("occurred_at", INSTANT),
        sa.Column("name", TEXT),
        *owner(),
        sa.Column("data", JSONB, nullable=False),
    )
    list_indexes("raw_actions")
    action_table(
        "positions_screen",
        sa.Column("name", TEXT),
        *columns(("t", *COORDINATES, "scroll_x", "scroll_y", "viewport_w", "viewport_h"), DOUBLE),
        more_key=("sample",),
    )
    action_table(
        "page_views",
        *columns(("host", "url", "title", "referrer", "nav"), TEXT),
        *columns(("viewport_w", "viewport_h", "page_w", "page_h", "dpr"), DOUBLE),
    )
    action_table(
        "clicks",
        *columns(("host", "element_id", "tag", "selector", "text", "pointer"), TEXT),
        sa.Column("button", INTEGER),
        sa.Column("mods", TEXT),
        *columns((*COORDINATES, "el_x", "el_y", "el_w", "el_h", "rel_x", "rel_y"), DOUBLE),
        sa.Column("trusted", sa.Boolean()),
    )
    action_table(
        "submits",
        *columns(("host", "element_id", "form_id"), TEXT),
        *columns(("fields", "form"), JSONB),
        sa.Column("valid", sa.Boolean()),
    )
    op.create_table(
        "rejected_actions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("page_id", UUID, nullable=False),
        sa.Column("seq", INTEGER, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("rejected_at", INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("name", TEXT),
        study(),
        sa.Column("user_id", TEXT),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("context", TEXT, nullable=False),
        sa.Column("replayed_at", INSTANT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rejected_actions_page_id_seq_idx", "rejected_actions", ["page_id", "seq"], unique=True)
    list_indexes("rejected_actions")
    op.create_table(
        "pages",
        sa.Column("page_id", UUID, nullable=False),
        study(),
        *columns(("user_id", "session_id"), TEXT),
        sa.Column("page_no", INTEGER),
        sa.Column("prev_page_id", UUID),
        sa.Column("prev_page_seq", INTEGER),
        sa.Column("t0", INSTANT),
        sa.Column("env", JSONB),
        *columns(("config", "lib"), TEXT),
        *columns(("clock_offset", "clock_rtt"), DOUBLE),
        sa.PrimaryKeyConstraint("page_id"),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", UUID, nullable=False),
        sa.Column("page_id", UUID, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        *columns(("batch_seq", "attempt"), INTEGER),
        sa.Column("sent_at", INSTANT),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("actions", INTEGER, nullable=False),
        *columns(("lost", "faults"), JSONB),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    op.create_index("batches_page_id_idx", "batches", ["page_id"])
    op.create_index("batches_received_at_idx", "batches", ["received_at"])
    op.create_table(
        "participants",
        study(),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("first_seen", INSTANT, nullable=False),
        sa.Column("last_seen", INSTANT, nullable=False),
        sa.Column("consent", sa.Boolean()),
        sa.Column("consent_at", INSTANT),
        sa.Column("consent_page_id", UUID),
        sa.Column("consent_seq", INTEGER),
        *columns(("excluded", "withdrawn"), TEXT),
        sa.PrimaryKeyConstraint("study", "user_id"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("signed_in_at", INSTANT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="users_name_key"),
        sa.CheckConstraint("role IN ('admin', 'viewer')", name="users_role_check"),
    )
