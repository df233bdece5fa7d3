"""What is written beside the actions of a group: rejects, batches, pages, participants."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor

from analytics_app.actions import base
from analytics_app.actions.base import fit, in_one_line, shown
from analytics_app.bulk import insert_values
from analytics_app.isolate import isolate
from analytics_app.judge import Judged
from analytics_app.models import Batch, Page, Participant, RejectedAction
from analytics_app.protocol import Json, Reject

COLUMNS = Page.__table__.columns.keys()

# In one page the seq tells which word was the last; between pages, perhaps of two devices, the server's clock does.
LATER = """CASE WHEN participants.consent_page_id = excluded.consent_page_id
THEN participants.consent_seq < excluded.consent_seq
ELSE coalesce(participants.consent_at, '-infinity') <= excluded.consent_at END"""
CONSENT = ", ".join(
    f"{name} = CASE WHEN {LATER} THEN excluded.{name} ELSE participants.{name} END"
    for name in ("consent", "consent_at", "consent_page_id", "consent_seq")
)


def insert_rejects(cursor: Cursor, rejects: list[Reject]) -> Counter[str]:
    """Each once by its key, as the good ones; returns how many were new, by the first field at fault."""
    rows = {(reject.action.page_id, reject.action.seq): reject for reject in rejects}
    new = insert_values(
        cursor,
        RejectedAction,
        [reject_row(rows[key]) for key in sorted(rows)],
        "ON CONFLICT (page_id, seq) DO NOTHING RETURNING page_id::text, seq",
    )
    return Counter(next(iter(rows[key].reasons), "") for key in new)


def reject_row(reject: Reject) -> Json:
    """The bytes are kept whatever they hold; what is shown beside them is made fit to be stored."""
    action = reject.action
    return {
        "page_id": action.page_id,
        "seq": action.seq,
        "received_at": base.instant(action.received_at),
        "source": action.source,
        "name": shown(action.data.get("name")),
        "study": shown(action.data.get("study")) or "",
        "user_id": shown(action.data.get("user")),
        "message": in_one_line(reject.reasons),
        "reasons": fit(reject.reasons),
        "body": action.body,
        "context": json.dumps(action.context),
    }


def insert_batches(cursor: Cursor, said: list[tuple[Json, Json]]) -> None:
    """`batches` and `pages`. What the database refuses of a page is said in `batches.faults`."""
    batches: dict[str, Json] = {}
    pages: dict[str, Json] = {}
    for batch, page in said:
        batches.setdefault(batch["batch_id"], batch)
        known = pages.setdefault(page["page_id"], page)
        known.update({name: value for name, value in page.items() if value is not None})
    ordered = [pages[page_id] for page_id in sorted(pages)]
    refused = {page["page_id"]: why for page, why in isolate(cursor, ordered, lambda part: upsert_pages(cursor, part))}
    for batch in batches.values():
        if batch["page_id"] in refused:
            batch["faults"] = {**(batch["faults"] or {}), "page": [shown(refused[batch["page_id"]])]}
    insert_values(cursor, Batch, [batches[batch_id] for batch_id in sorted(batches)], "ON CONFLICT DO NOTHING")


def upsert_pages(cursor: Cursor, rows: list[Json]) -> None:
    """The first word on a page stands, later batches add what was not known; of the clock the last word stands."""
    settings = []
    for name in COLUMNS:
        kept, other = ("excluded", "pages") if name.startswith("clock_") else ("pages", "excluded")
        if name not in ("page_id", "study"):
            settings.append(f"{name} = coalesce({kept}.{name}, {other}.{name})")
    insert_values(cursor, Page, rows, f"ON CONFLICT (page_id) DO UPDATE SET {', '.join(settings)}")


def upsert_participants(cursor: Cursor, actions: list[Judged], batches: list[Json]) -> None:
    """First and last seen by the server's clock, and the last word on consent.

    `actions` are in the order of their keys; `batches` are the rows of those that they came in.
    """
    sent = {(batch["page_id"], batch["received_at"]): batch["sent_at"] for batch in batches}
    people: dict[tuple[str, str], Json] = {}
    for judged in actions:
        values: Json = judged.values
        seen: Any = base.instant(judged.action.received_at)
        if values["user_id"] is None:
            continue
        person = people.setdefault((values["study"], values["user_id"]), {"first_seen": seen, "last_seen": seen})
        person |= {"first_seen": min(person["first_seen"], seen), "last_seen": max(person["last_seen"], seen)}
        if values.get("name") == "consent":
            page_id, seq = judged.key
            said_at = happened_at(values["occurred_at"], sent.get((page_id, seen)), seen)
            if person.get("consent_page_id") in (None, page_id) or said_at >= person["consent_at"]:
                person |= {"consent": values["granted"], "consent_at": said_at}
                person |= {"consent_page_id": page_id, "consent_seq": seq}
    rows = [{"study": study, "user_id": user, **people[study, user]} for study, user in sorted(people)]
    insert_values(
        cursor,
        Participant,
        rows,
        f"""ON CONFLICT (study, user_id) DO UPDATE SET
        first_seen = least(participants.first_seen, excluded.first_seen),
        last_seen = greatest(participants.last_seen, excluded.last_seen), {CONSENT}""",
    )


def happened_at(occurred_at: datetime | None, sent_at: datetime | None, received_at: datetime) -> datetime:
    """By the server's clock: when it came, less how long it had waited, which a wrong clock measures as well as a
    right one. One that was set meanwhile may not put it into the future."""
    waited = sent_at - occurred_at if sent_at and occurred_at else timedelta()
    return received_at - max(waited, timedelta())
