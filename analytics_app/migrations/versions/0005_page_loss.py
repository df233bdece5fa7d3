"""page_loss counts what was declared by its seqs: twice declared, or arrived after all, it hides no other loss."""

from alembic import op

from analytics_app.views import PAGE_LOSS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: a researcher's own views may stand on it.
    op.execute(f"CREATE OR REPLACE VIEW page_loss AS {PAGE_LOSS}")
