"""Which action a participant's consent is from: in one page its seq tells what was said last."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participants", sa.Column("consent_page_id", sa.Uuid()))
    op.add_column("participants", sa.Column("consent_seq", sa.Integer()))
    # It was the browser's clock: where that was ahead, the next word would not count before its time.
    op.execute("UPDATE participants SET consent_at = last_seen WHERE consent_at > last_seen")
