"""Classify PostgreSQL's errors by SQLSTATE: is it the data's fault, the situation's, or a wrong setting?"""

from __future__ import annotations

import re

import psycopg2
from sqlalchemy.exc import OperationalError

# psycopg2 gives no SQLSTATE for a connection that fails, only the text.
CONNECTION_REFUSED = re.compile(
    r'authentication failed|no password supplied|no pg_hba\.conf entry|(role|database) ".*" does not exist'
)
TABLES_OUTDATED = ("42P01", "42703")  # undefined table, undefined column: create_db has not run


def is_fault_of_data(error: BaseException) -> bool:
    """SQLSTATE class 22 (data), 23 (constraints), 54 (too large for an index). ValueError: psycopg2 cannot send it."""
    return not isinstance(error, psycopg2.Error) or (error.pgcode or "")[:2] in ("22", "23", "54")


def blocks_every_group(error: BaseException) -> bool:
    """Whether any group would fail now: no connection, disk full, no privileges, read-only, shutdown, a table missing.

    False for a deadlock (40P01), a statement that takes too long (57014) and an internal error.
    """
    code: str | None = getattr(getattr(error, "orig", error), "pgcode", None)
    return code is None or (code[:2] in ("08", "25", "28", "3D", "42", "53", "55", "57", "58") and code != "57014")


def is_wrong_setting(error: OperationalError) -> bool:
    """The server answers and refuses; waiting does not help, a setting must be changed."""
    return CONNECTION_REFUSED.search(str(error.orig)) is not None


def first_line(error: BaseException) -> str:
    """The first line of an error's message; its type if it has none."""
    return next(iter(str(getattr(error, "orig", None) or error).strip().splitlines()), type(error).__name__)
