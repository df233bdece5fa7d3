"""Users of the admin area, the indexes that its lists page by, and the host of an event's click or form."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("signed_in_at", INSTANT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("role IN ('admin', 'viewer')", name="role"),
    )
    # A list of one user's, one name's or one study's actions, newest first, begins where its index begins.
    for table in ("raw_actions", "rejected_actions"):
        for column in ("user_id", "name", "study"):
            name = f"{table}_{column}_received_at_page_id_seq_idx"
            op.create_index(name, table, [column, "received_at", "page_id", "seq"])
    op.drop_index("raw_actions_study_user_id_idx", "raw_actions")
    op.create_index(
        "rejected_actions_received_at_page_id_seq_idx", "rejected_actions", ["received_at", "page_id", "seq"]
    )
    op.drop_index("rejected_actions_received_at_idx", "rejected_actions")
    for table in ("clicks", "submits"):
        op.add_column(table, sa.Column("host", sa.Text()))
