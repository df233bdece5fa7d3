"""docs/tables.md describes every table and every column, and none that is not there."""

import re

from analytics_app.db import Model
from dev.settings import ROOT

VIEWS = {"page_loss": {"page_id", "study", "user_id", "session_id", "page_no", "expected", "received", "declared",
                       "unexplained"}}  # fmt: skip
INTERNAL = {"users", "rebuilds"}


def described() -> dict[str, set[str]]:
    """Column names by section: first cells of the section's table, and what its `Also:` names."""
    found = {}
    for section in re.split(r"^## ", (ROOT / "docs/tables.md").read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        also = re.search(r"Also:(.*?)\.\n", text, re.DOTALL)
        found[title.strip()] = set(re.findall(r"`(\w+)`", " ".join([*cells, also[1] if also else ""])))
    return found


def test_every_column_is_described() -> None:
    tables = {name: set(table.columns.keys()) for name, table in Model.metadata.tables.items()}
    sections = described()
    shared = sections.pop("Columns that several tables share")
    assert dict(sections.items()) == {
        name: columns for name, columns in (tables | VIEWS).items() if name not in INTERNAL
    }
    everywhere = list(tables.values())
    assert all(sum(column in columns for columns in everywhere) > 1 for column in shared)
