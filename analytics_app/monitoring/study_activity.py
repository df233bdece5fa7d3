"""What PostgreSQL knows of each study, in numbers that may be public."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from analytics_app.wire.reasons import Code

STUDIES_SHOWN = 50
REJECTS_COUNTED = 10_000  # the newest: counting more would take too long for a page that refreshes itself

ACTIONS = """
SELECT study, count(*)
FROM raw_actions
JOIN contexts USING (page_id, context_id)
WHERE received_at > now() - interval '1 hour'
GROUP BY study
ORDER BY count(*) DESC
LIMIT :limit
"""
PEOPLE = """
SELECT study, count(*), count(*) FILTER (WHERE last_seen > now() - interval '1 hour'), max(last_seen)
FROM participants
GROUP BY study
ORDER BY max(last_seen) DESC
LIMIT :limit
"""
REJECTS = """
SELECT study, code, field, count(*)
FROM (
    SELECT study, code, field
    FROM rejected_actions
    WHERE received_at > now() - interval '1 day' AND replayed_at IS NULL
    ORDER BY received_at DESC
    LIMIT :limit
) AS newest
GROUP BY study, code, field
"""

RejectKind = tuple[Code, str]
"""Code and field of a reject; the field is empty if it is not one that we define."""


@dataclass
class StudyNumbers:
    actions_last_hour: int = 0
    participants: int = 0
    participants_last_hour: int = 0
    last_seen: datetime | None = None
    rejects: Counter[RejectKind] = field(default_factory=Counter)
    """Of the last day, not replayed."""


@dataclass(frozen=True)
class Studies:
    by_name: dict[str, StudyNumbers]
    tables_missing: bool = False


def read_studies(engine: Engine) -> Studies:
    """Raises sqlalchemy.exc.SQLAlchemyError if PostgreSQL does not answer in time."""
    # One snapshot: a group committed between two of the queries would have its rejects shown without its actions.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 2000"))
        try:
            return Studies(numbers_by_study(connection))
        except ProgrammingError:
            return Studies({}, tables_missing=True)


def numbers_by_study(connection: Connection) -> dict[str, StudyNumbers]:
    studies: dict[str, StudyNumbers] = {}
    for study, people, recent, last_seen in connection.execute(text(PEOPLE), {"limit": STUDIES_SHOWN}):
        studies[study] = StudyNumbers(0, people, recent, last_seen)
    for study, actions in connection.execute(text(ACTIONS), {"limit": STUDIES_SHOWN}):
        studies.setdefault(study, StudyNumbers()).actions_last_hour = actions
    for study, rejects in rejects_of_the_day(connection).items():
        studies.setdefault(study, StudyNumbers()).rejects = rejects
    return studies


def rejects_of_the_day(connection: Connection) -> dict[str, Counter[RejectKind]]:
    """The rejects of the last 24 hours that were not replayed, by study: the newest REJECTS_COUNTED.

    /status and the admin area both use it, so that their numbers agree.
    """
    studies: dict[str, Counter[RejectKind]] = {}
    for study, code, field_name, count in connection.execute(text(REJECTS), {"limit": REJECTS_COUNTED}):
        studies.setdefault(study, Counter())[Code(code), field_name or ""] += count
    return studies


def describe(kind: RejectKind) -> str:
    """`page_x: not a valid number`. It quotes nothing of what was sent."""
    code, field_name = kind
    return f"{field_name}: {code.text}" if field_name else code.text
