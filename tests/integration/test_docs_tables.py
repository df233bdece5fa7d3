"""docs/tables.md describes every table, view and column of the database, and no others."""

import re

from analytics_app.database.views import VIEWS
from analytics_app.wire.reasons import Code
from dev.settings import ROOT
from tests.support.running import RunningStack

INTERNAL = {"users", "rebuild_progress", "alembic_version"}
COPIES = {"rawActions", "PositionsScreen"}  # docs/tables.md describes them as their tables

COLUMNS = """
SELECT relname AS relation, attname AS column
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped
"""


def described() -> dict[str, set[str]]:
    """Column names by section: the first cells of its table, and the names after `Also:`."""
    found = {}
    for section in re.split(r"^## ", (ROOT / "docs/tables.md").read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        also = re.search(r"Also:(.*?)\.\n", text, re.DOTALL)
        found[title.strip()] = set(re.findall(r"`(\w+)`", " ".join([*cells, also[1] if also else ""])))
    return found


def in_the_database(stack: RunningStack) -> dict[str, set[str]]:
    """Column names by table and view."""
    found: dict[str, set[str]] = {}
    for row in stack.rows(COLUMNS):
        found.setdefault(row["relation"], set()).add(row["column"])
    return found


def test_every_column_is_described(stack: RunningStack) -> None:
    existing = in_the_database(stack)
    assert existing.keys() >= {"raw_actions", *VIEWS}
    sections = described()
    shared, codes = sections.pop("Columns that several tables share"), sections.pop("Reason codes")
    assert sections == {name: existing[name] for name in existing.keys() - INTERNAL - COPIES}
    assert shared
    assert all(sum(column in columns for columns in existing.values()) > 1 for column in shared)
    assert codes == {code.value for code in Code}
