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

from analytics_app.actions import base
from analytics_app.models import ActionTable


class Schema(base.Schema):
    stars = base.Number(1, 5, required=True)


class Table(ActionTable):
    __tablename__ = "ratings"

    stars: Mapped[float | None] = mapped_column(Double)


def rows(values: base.Json) -> list[base.Json]:
    return [base.row(Table, values)]
"""

STORE = """
import sys
from analytics_app import create_app
from analytics_app.db import db
from analytics_app.delivery import Delivery
from analytics_app.store import store

body = b'[{"name": "rating", "stars": 4, "user": "p"}, {"name": "rating", "stars": 9}, {"name": "click"}]'
with create_app().app_context():
    print(store(db.engine, [Delivery(sys.argv[1], 0, "analytics", body)]))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "analytics_app", tmp_path / "analytics_app", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_new_type_gets_its_table_and_its_rows(copy: Path, database_url: str) -> None:
    def run(*arguments: str) -> str:
        env = {**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(copy / "data"), "PYTHONPATH": str(copy)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("analytics_app/manage.py", "create_db")
    (copy / "analytics_app/actions/rating.py").write_text(RATING)
    registry = copy / "analytics_app/actions/__init__.py"
    text = registry.read_text().replace('    "click": click,\n', '    "click": click,\n    "rating": rating,\n')
    registry.write_text(text.replace("pageview, submit", "pageview, rating, submit"))

    assert run("analytics_app/manage.py", "create_db").startswith("Created in")
    receipt = str(uuid4())
    assert "stored=2" in run("-c", STORE, receipt)
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT page_id::text, seq, user_id, stars FROM ratings")
        assert cursor.fetchall() == [(receipt, 0, "p", 4.0)]
        cursor.execute("SELECT seq, reasons FROM rejected_actions")
        assert [row[0] for row in cursor.fetchall()] == [1]
    assert "All is there" in run("analytics_app/manage.py", "create_db")
