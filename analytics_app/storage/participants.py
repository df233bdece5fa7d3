"""Write `participants`: when each was first and last seen, and the latest consent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor

from analytics_app.actions import CONSENT as CONSENT_TYPE
from analytics_app.database.tables import Participant
from analytics_app.processing.validation import ValidAction
from analytics_app.storage.copy import insert_values
from analytics_app.wire.times import instant
from analytics_app.wire.types import Json

# Within a page, seq tells which consent is the latest. Between pages, which may be on two devices, the server's clock.
IS_LATER = """CASE WHEN participants.consent_page_id = excluded.consent_page_id
THEN participants.consent_seq < excluded.consent_seq
ELSE coalesce(participants.consent_at, '-infinity') <= excluded.consent_at END"""
CONSENT = ", ".join(
    f"{name} = CASE WHEN {IS_LATER} THEN excluded.{name} ELSE participants.{name} END"
    for name in ("consent", "consent_at", "consent_page_id", "consent_seq")
)
UPSERT = f"""ON CONFLICT (study, user_id) DO UPDATE SET
first_seen = least(participants.first_seen, excluded.first_seen),
last_seen = greatest(participants.last_seen, excluded.last_seen), {CONSENT}"""


def upsert_participants(cursor: Cursor, actions: list[ValidAction], batches: list[Json]) -> None:
    """`actions` are sorted by their keys; `batches` are the rows of the batches that they came in."""
    sent = {(batch["page_id"], batch["received_at"]): batch["sent_at"] for batch in batches}
    people: dict[tuple[str, str], Json] = {}
    known: set[tuple[int, int]] = set()  # context and receipt: most actions of a batch say nothing new
    for valid in actions:
        context = valid.context
        is_consent = valid.type is CONSENT_TYPE
        if context.user_id is None or (not is_consent and (id(context), valid.action.received_at) in known):
            continue
        known.add((id(context), valid.action.received_at))
        seen: Any = instant(valid.action.received_at)
        person = people.setdefault((context.study, context.user_id), {"first_seen": seen, "last_seen": seen})
        person |= {"first_seen": min(person["first_seen"], seen), "last_seen": max(person["last_seen"], seen)}
        if is_consent:
            page_id, seq = valid.key
            given_at = on_server_clock(instant(valid.loaded.timestamp), sent.get((page_id, seen)), seen)
            if person.get("consent_page_id") in (None, page_id) or given_at >= person["consent_at"]:
                person |= {"consent": valid.loaded.granted, "consent_at": given_at}
                person |= {"consent_page_id": page_id, "consent_seq": seq}
    rows = [{"study": study, "user_id": user, **people[study, user]} for study, user in sorted(people)]
    insert_values(cursor, Participant, rows, UPSERT)


def on_server_clock(occurred_at: datetime | None, sent_at: datetime | None, received_at: datetime) -> datetime:
    """When it happened by the server's clock: the receipt less the time that the action waited in the browser.

    A wrong clock measures this wait as well as a right one. The result is never in the future, also when the browser's
    clock was set back meanwhile.
    """
    waited = sent_at - occurred_at if sent_at and occurred_at else timedelta()
    return received_at - max(waited, timedelta())
