"""The table `layouts`: the boxes of a page view's elements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "layouts",
        sa.Column("page_id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.SmallInteger),
        sa.Column("page_w", sa.REAL),
        sa.Column("page_h", sa.REAL),
        *(sa.Column(name, JSONB) for name in ("kind", "x", "y", "w", "h", "fixed", "ids", "texts")),
    )
