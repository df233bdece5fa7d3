"""Write `batches` and `pages`."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from analytics_app.database.storable import shown
from analytics_app.database.tables import Batch, Page
from analytics_app.processing.prepare import Prepared
from analytics_app.storage.bisect import insert_all
from analytics_app.storage.copy import insert_values
from analytics_app.wire.types import Json

PAGE_COLUMNS = Page.__table__.columns.keys()


def insert_batches(cursor: Cursor, prepared: Prepared) -> None:
    """A page that the database refuses is named in `batches.faults` of its batches."""
    refused = dict(upsert_pages(cursor, prepared.pages))
    batches: dict[tuple[str, str], Json] = {}
    for batch in prepared.batches:
        batches.setdefault((batch["page_id"], batch["batch_id"]), batch)
    for batch in batches.values():
        if batch["page_id"] in refused:
            batch["faults"] = {**(batch["faults"] or {}), "page": [shown(refused[batch["page_id"]])]}
    insert_values(cursor, Batch, [batches[key] for key in sorted(batches)], "ON CONFLICT DO NOTHING")


def upsert_pages(cursor: Cursor, rows: list[Json]) -> list[tuple[str, str]]:
    """Merge the rows of each page and write them; returns the ids of those refused, with the database's message."""
    pages: dict[str, Json] = {}
    for row in rows:
        merged = pages.setdefault(row["page_id"], row)
        merged.update({name: value for name, value in row.items() if value is not None})
    ordered = [pages[page_id] for page_id in sorted(pages)]
    return [(page["page_id"], why) for page, why in insert_all(cursor, ordered, lambda part: upsert(cursor, part))]


def upsert(cursor: Cursor, rows: list[Json]) -> None:
    """Keep each column's first value, fill NULLs later; of the clock readings keep the newest."""
    settings = []
    for name in PAGE_COLUMNS:
        kept, other = ("excluded", "pages") if name.startswith("clock_") else ("pages", "excluded")
        if name not in ("page_id", "study"):
            settings.append(f"{name} = coalesce({kept}.{name}, {other}.{name})")
    insert_values(cursor, Page, rows, f"ON CONFLICT (page_id) DO UPDATE SET {', '.join(settings)}")
