"""The numbers of our advisory locks in PostgreSQL: arbitrary, the same in every process, each used for one purpose."""

from __future__ import annotations

from enum import IntEnum


class AdvisoryLock(IntEnum):
    CREATE_DB = 7_248_153
    """Two `create_db` at once take turns."""
    REBUILD = 7_248_154
    """Two rebuilds at once would replace each other's rows."""
    FIRST_ADMIN = 7_248_155
    """Two first starts at once would both create the first admin."""
