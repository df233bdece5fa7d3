"""Nothing any more: made the views, which `create_db` now makes from analytics_app/views.py."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Kept because databases stand at it."""
