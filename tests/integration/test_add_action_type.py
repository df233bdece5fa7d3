"""The how-to of analytics_app/actions/__init__.py, done word for word in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

from dev.settings import ROOT

RATING = """
from sqlalchemy import Double
from sqlalchemy.orm import Mapped, mapped_column

from analytics_app.actions.fields import Number
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType
from analytics_app.database.tables import ActionTable


class Schema(ActionSchema):
    stars = Number(1, 5, required=True)


class Table(ActionTable):
    __tablename__ = "ratings"

    stars: Mapped[float | None] = mapped_column(Double)


RATING = ActionType("rating", Schema, Table)
"""

STORE = """
import json, sys
from analytics_app.config.settings import load
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.database.db import create_engine
from analytics_app.wire.delivery import Delivery

body = b'[{"name": "rating", "stars": 4, "user": "p"}, {"name": "rating", "stars": 9}, {"name": "click"}]'
print(Pipeline(create_engine(load()), 0).store([Delivery(sys.argv[1], 0, "analytics", body)]).stored)
"""
LINE = "from analytics_app.actions.submit import SUBMIT as SUBMIT\n"
GREEN = ("test_the_migrations_make_exactly_what_the_tables_say", "test_every_column_is_described")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What of the project the how-to and the two tests that a new type could break need."""
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "var", ".*_cache")
    for folder in ("analytics_app", "dev", "docs", "static", "study_app", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def add_rating(copy: Path) -> None:
    """One file and one line."""
    (copy / "analytics_app/actions/rating.py").write_text(RATING)
    registry = copy / "analytics_app/actions/__init__.py"
    text = registry.read_text()
    assert LINE in text
    registry.write_text(text.replace(LINE, "from analytics_app.actions.rating import RATING as RATING\n" + LINE))


def run(copy: Path, database_url: str, *arguments: str) -> str:
    env = {**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(copy / "data"), "PYTHONPATH": str(copy)}
    done = subprocess.run([sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_type_gets_its_table_and_its_rows(copy: Path, database_url: str) -> None:
    run(copy, database_url, "analytics_app/manage.py", "create_db")
    add_rating(copy)
    assert run(copy, database_url, "analytics_app/manage.py", "create_db").startswith("Created in")
    receipt = str(uuid4())
    assert run(copy, database_url, "-c", STORE, receipt) == "2\n"
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT page_id::text, seq, user_id, stars FROM "Ratings"')
        assert cursor.fetchall() == [(receipt, 0, "p", 4.0)]
        cursor.execute("SELECT seq, code, field FROM rejected_actions")
        assert cursor.fetchall() == [(1, "out_of_range", "stars")]
    assert "All tables already exist" in run(copy, database_url, "analytics_app/manage.py", "create_db")


def test_the_tests_of_migrations_and_documentation_stay_green(copy: Path, database_url: str) -> None:
    add_rating(copy)
    selected = " or ".join(GREEN)
    files = [f"tests/integration/{name}.py" for name in ("test_create_db", "test_docs_tables")]
    passed = run(copy, database_url, "-m", "pytest", "-q", "-k", selected, *files)
    assert f"{len(GREEN)} passed" in passed


def test_a_misspelt_hook_is_an_error_at_the_import(copy: Path, database_url: str) -> None:
    add_rating(copy)
    file = copy / "analytics_app/actions/rating.py"
    file.write_text(file.read_text().replace("Schema, Table)", "Schema, tabel=Table)"))
    with pytest.raises(AssertionError, match="unexpected keyword argument 'tabel'"):
        run(copy, database_url, "analytics_app/manage.py", "create_db")
