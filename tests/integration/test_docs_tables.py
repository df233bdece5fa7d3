"""docs/tables.md describes every table, view and column of the database, and no others."""

import re

from sqlalchemy import MetaData, text

import analytics_app.actions  # noqa: F401 (the views are complete once the action types have been imported)
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from analytics_app.database.db import create_engine
from analytics_app.database.views import views
from analytics_app.wire.reasons import Code
from dev.settings import ROOT

INTERNAL = {"users", "alembic_version"}
DERIVED = views().keys() - {"page_loss", "LayoutBoxes"}  # docs/tables.md describes them as their tables

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
        title, _, content = section.partition("\n")
        cells = re.findall(r"^\| (`.*?) \|", content, re.MULTILINE)
        also = re.search(r"Also:(.*?)\.\n", content, re.DOTALL)
        found[title.strip()] = set(re.findall(r"`(\w+)`", " ".join([*cells, also[1] if also else ""])))
    return found


def built_in(database_url: str) -> dict[str, set[str]]:
    """Column names by table and view, of what the migrations make. A type that somebody adds is not documented here."""
    engine = create_engine(Config(DATABASE_URL=database_url))
    create(engine, MetaData())
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for relation, column in connection.execute(text(COLUMNS)):
            found.setdefault(relation, set()).add(column)
    engine.dispose()
    return found


def test_every_column_is_described(database_url: str) -> None:
    there = built_in(database_url)
    assert there.keys() >= {"raw_actions", *views(there)}
    sections = described()
    shared, codes = sections.pop("Columns that several tables share"), sections.pop("Reason codes")
    sections.pop("The views")
    assert sections == {name: there[name] for name in there.keys() - INTERNAL - DERIVED}
    assert shared
    assert all(sum(column in columns for columns in there.values()) > 1 for column in shared)
    assert codes == {code.value for code in Code}
