"""Write `rejected_actions`."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from analytics_app.database.tables import RejectedAction
from analytics_app.processing.outcome import RejectLabel
from analytics_app.processing.rejection import reject_row
from analytics_app.storage.copy import insert_values
from analytics_app.wire.types import Key, Reject


def insert_rejects(cursor: Cursor, rejects: dict[Key, Reject]) -> dict[Key, RejectLabel]:
    """Each key once, as for valid actions; returns those that were new."""
    rows = {key: reject_row(rejects[key]) for key in sorted(rejects)}
    conflict = "ON CONFLICT (page_id, seq) DO NOTHING RETURNING page_id::text, seq"
    new = insert_values(cursor, RejectedAction, list(rows.values()), conflict)
    return {key: (rows[key]["code"], rows[key]["field"] or "") for key in new}
