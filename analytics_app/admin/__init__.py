"""The admin area at /admin/: is it recording, what came, what was rejected, and who may look."""

from __future__ import annotations

from analytics_app.admin import models  # noqa: F401  (a table that create_db makes)
