"""What PostgreSQL knows of each study, in numbers that may be shown to anyone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from analytics_app.counts import reason

STUDIES_SHOWN = 50
REJECTS_READ = 5_000  # the newest; enough to say what goes wrong

HOUR = """
SELECT study, count(*)
FROM raw_actions
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
SELECT study, message, count(*)
FROM (
    SELECT study, message
    FROM rejected_actions
    WHERE received_at > now() - interval '1 day' AND replayed_at IS NULL
    ORDER BY received_at DESC
    LIMIT :limit
) AS newest
GROUP BY study, message
"""

# Sentences that quote nothing of what was sent; any other one stays in the database, for those who may read it.
PLAIN = re.compile(
    r"Not a valid (number|UUID|string|mapping type|list)|Not a (text|whole number|time such as [\d :.-]+)|"
    r"Not true or false|Not an object|Missing data for required field|Field may not be null|Unknown field|"
    r"(Longer than maximum|Shorter than minimum) length \d+|Length must be (between \d+ and \d+|\d+)|"
    r"Must be greater than or equal to [\d.e+-]+( and less than or equal to [\d.e+-]+)?|"
    r"Holds a (NUL character|lone surrogate)|Number out of range|Lies in the future of its receipt|"
    r"Neither an array of actions nor an envelope with a list of actions|dt, x and y must hold n samples each"
)
WHY = {
    "body": "the whole request could not be read",
    "server": "the server's own code failed on it",
    "database": "PostgreSQL refused it",
    "other": "a field was not as it must be",
}


@dataclass
class Study:
    """One study, in numbers."""

    last_hour: int = 0
    participants: int = 0
    participants_last_hour: int = 0
    last_seen: datetime | None = None
    rejects: Counter[str] = field(default_factory=Counter)
    """Of the last day, not put right since, by why."""


@dataclass(frozen=True)
class Studies:
    by_name: dict[str, Study]
    tables_missing: bool = False


def look(engine: Engine) -> Studies:
    """Raises sqlalchemy.exc.SQLAlchemyError where PostgreSQL does not answer in time."""
    # One snapshot: a group committed between two of the queries would have its rejects shown without its actions.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 2000"))
        try:
            return Studies(read(connection))
        except ProgrammingError:
            return Studies({}, tables_missing=True)


def read(connection: Connection) -> dict[str, Study]:
    studies: dict[str, Study] = {}
    for study, people, lately, last_seen in connection.execute(text(PEOPLE), {"limit": STUDIES_SHOWN}):
        studies[study] = Study(0, people, lately, last_seen)
    for study, actions in connection.execute(text(HOUR), {"limit": STUDIES_SHOWN}):
        studies.setdefault(study, Study()).last_hour = actions
    for study, message, times in connection.execute(text(REJECTS), {"limit": REJECTS_READ}):
        studies.setdefault(study, Study()).rejects[why(message)] += times
    return studies


def why(message: str) -> str:
    """The first reason of a reject in words that hold nothing of what was sent: below a field of ours, the name of
    a key may be anybody's."""
    sent_field, _, sentence = message.partition(": ")
    known = reason(sent_field.partition(".")[0])
    sentence = sentence.partition("; ")[0].rstrip(".")
    if known in WHY:
        return WHY[known]
    return (
        f"{known}: {sentence[0].lower()}{sentence[1:]}" if PLAIN.fullmatch(sentence) else f"{known}: not as it must be"
    )
