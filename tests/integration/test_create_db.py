"""manage.py create_db: what is missing is made, what is there stays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg2.extras import RealDictCursor
from sqlalchemy import Engine, MetaData, inspect

from analytics_app import actions
from analytics_app.config.settings import load
from analytics_app.database.create import create, upgrade
from analytics_app.database.db import create_engine
from dev.settings import ROOT
from tests.support.running import RunningStack, wait_until
from tests.support.storing import replay

TABLES = ["raw_actions", "positions_screen", "page_views", "clicks", "layouts", "submits"]
TABLES += ["contexts", "rejected_actions", "pages", "batches", "participants"]
OLD_DATABASE = Path(__file__).parent / "data/database_0005.sql"
KEY = "0198c2f1-0000-7000-8000-000000000003"


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(load({"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path)}))
    yield engine
    engine.dispose()


def manage(database_url: str, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """manage.py as a person runs it, from its own folder."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT / "analytics_app",
        env={**os.environ, "DATABASE_URL": database_url},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def query(database_url: str, sql: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def tables(database_url: str) -> set[object]:
    return {row[0] for row in query(database_url, "SELECT table_name FROM information_schema.tables")}


def test_it_creates_all_tables_and_the_second_time_says_that_all_is_there(database_url: str) -> None:
    first = manage(database_url, "create_db")
    assert first.returncode == 0, first.stderr
    assert all(name in first.stdout for name in [*TABLES, "rawActions", "PositionsScreen"])
    assert tables(database_url) >= {*TABLES, "rawActions", "PositionsScreen"}
    query(database_url, f"INSERT INTO raw_actions VALUES ('{KEY}', 0, now(), NULL, NULL, 1, 'x', '{{}}')")
    second = manage(database_url, "create_db")
    assert "All tables already exist" in second.stdout
    assert query(database_url, "SELECT count(*) FROM raw_actions") == [(1,)]


def test_drop_asks_for_the_database_s_name_first(database_url: str) -> None:
    manage(database_url, "create_db")
    query(database_url, f"INSERT INTO raw_actions VALUES ('{KEY}', 0, now(), NULL, NULL, 1, 'x', '{{}}')")
    for typed in ("yes\n", "\n", ""):
        refused = manage(database_url, "create_db", "--drop", typed=typed)
        assert refused.returncode != 0
        assert query(database_url, "SELECT count(*) FROM raw_actions") == [(1,)]
    done = manage(database_url, "create_db", "--drop", typed=database_url.rpartition("/")[2] + "\n")
    assert done.returncode == 0, done.stderr
    assert query(database_url, "SELECT count(*) FROM raw_actions") == [(0,)]


DESCRIPTION = """
SELECT 'column', table_name, column_name, concat_ws(' ', data_type, is_nullable, column_default, is_identity)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'view', viewname, '', definition FROM pg_views WHERE schemaname = 'public'
ORDER BY 1, 2, 3
"""
"""All of a schema except the order of a table's columns: a migration appends the ones that it adds."""


@pytest.mark.parametrize(
    ("dropped", "made"),
    [
        ('VIEW "rawActions"', "rawActions"),
        (
            "TABLE raw_actions CASCADE",
            "Clicks, LayoutBoxes, Layouts, PageViews, PositionsScreen, Submits, page_loss, rawActions, raw_actions",
        ),
        ("TABLE positions_screen, clicks, users CASCADE", "Clicks, PositionsScreen, clicks, positions_screen, users"),
    ],
)
def test_what_somebody_dropped_is_made_again_as_it_was(
    engine: Engine, database_url: str, dropped: str, made: str
) -> None:
    create(engine, actions.METADATA)
    query(database_url, f"INSERT INTO pages (page_id) VALUES ('{KEY}')")
    before = query(database_url, DESCRIPTION)
    query(database_url, f"DROP {dropped}")
    repaired = manage(database_url, "create_db")
    assert repaired.stdout == f"Created in {database_url.rpartition('/')[2]}: {made}.\n", repaired.stderr
    assert query(database_url, DESCRIPTION) == before
    assert query(database_url, "SELECT count(*) FROM pages") == [(1,)]
    assert "All tables already exist" in manage(database_url, "create_db").stdout


def test_two_at_once_take_turns(database_url: str) -> None:
    command = [sys.executable, str(ROOT / "analytics_app/manage.py"), "create_db"]
    env = {**os.environ, "DATABASE_URL": database_url}
    both = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs


def test_drop_names_what_of_others_is_in_its_way_and_drops_nothing(database_url: str) -> None:
    manage(database_url, "create_db")
    query(database_url, "CREATE VIEW mine AS SELECT page_id FROM raw_actions")
    before = tables(database_url)
    refused = manage(database_url, "create_db", "--drop", typed=database_url.rpartition("/")[2] + "\n")
    assert refused.returncode == 1
    assert refused.stderr == (
        "Error: Nothing was dropped: view mine depends on table raw_actions. Drop that first, then run this again.\n"
    )
    assert tables(database_url) == before


def test_an_absent_database_is_one_sentence(database_url: str) -> None:
    answer = manage("postgresql://nobody:hush@127.0.0.1:1/none", "create_db", "--wait", "0")
    assert answer.returncode != 0
    assert "does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "hush" not in answer.stderr


@pytest.mark.parametrize(
    ("given", "wrong"),
    [(r":[^:@/]+@", ":hush@"), (r"//[^:]+:", "//nobody:"), (r"/[^/]+$", "/nowhere")],
    ids=["password", "user", "database"],
)
def test_a_database_that_refuses_is_one_sentence_at_once(database_url: str, given: str, wrong: str) -> None:
    url = re.sub(given, wrong, database_url)
    assert url != database_url
    answer = manage(url, "create_db", "--wait", "10")
    assert answer.returncode == 1
    assert answer.stderr.startswith("Error: PostgreSQL at 127.0.0.1:")
    assert " refused the connection (" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert "hush" not in answer.stderr


def test_outside_the_venv_is_one_sentence() -> None:
    """-S leaves out what pip installed, as the system's Python does."""
    command = [sys.executable, "-S", str(ROOT / "analytics_app/manage.py"), "db_url"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "Run it with .venv/bin/python" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_worker_s_health_is_unknown_where_progress_file_is_not_set(database_url: str) -> None:
    """Otherwise it would be the age of the current folder."""
    answer = manage(database_url, "worker_health")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Error: PROGRESS_FILE is not set")


def test_a_command_before_create_db_says_what_to_do(database_url: str) -> None:
    answer = manage(database_url, "rejected", "list")
    assert answer.returncode != 0
    assert "run python manage.py create_db first" in answer.stderr
    assert "Traceback" not in answer.stderr


def built_in(engine: Engine) -> MetaData:
    """The tables that the migrations make. A type that somebody adds brings its own, which `create_db` makes."""
    made = MetaData()
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    for name, table in actions.METADATA.tables.items():
        if name in names:
            table.to_metadata(made)
    return made


def test_the_migrations_make_exactly_what_the_tables_say(engine: Engine) -> None:
    upgrade(engine)
    made = built_in(engine)
    assert {*TABLES, "users"} == made.tables.keys()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), made) == []


def counts(database_url: str) -> dict[str, object]:
    """The number of rows of each table that is there."""
    there = [table for table in TABLES if table in tables(database_url)]
    return {table: query(database_url, f"SELECT count(*) FROM {table}")[0][0] for table in there}


def test_an_upgrade_keeps_the_rows_that_are_there(database_url: str) -> None:
    """From a database that the version before filled, with 33 rejects of every kind."""
    query(database_url, OLD_DATABASE.read_text())
    before = counts(database_url)
    assert all(before.values())
    kept = query(database_url, "SELECT id, message, reasons, body, replayed_at FROM rejected_actions ORDER BY id")
    upgraded = manage(database_url, "create_db")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert {table: number for table, number in counts(database_url).items() if table in before} == before
    now = query(database_url, "SELECT id, message, reasons, body, replayed_at FROM rejected_actions ORDER BY id")
    assert [tuple(map(bytes_of, row)) for row in now] == [tuple(map(bytes_of, row)) for row in kept]
    query(database_url, "SELECT * FROM page_loss")


SHOWN_BEFORE = {
    '"rawActions"': '"rawActions"',
    '"PositionsScreen"': '"PositionsScreen"',
    "clicks": '"Clicks"',
    "page_views": '"PageViews"',
    "submits": '"Submits"',
}
"""What a researcher read before an upgrade, and reads after it."""


def shown(database_url: str, relation: str) -> list[dict[str, Any]]:
    order = "page_id, seq, sample" if relation == '"PositionsScreen"' else "page_id, seq"
    with closing(psycopg2.connect(database_url)) as connection:
        cursor = connection.cursor(cursor_factory=RealDictCursor)
        cursor.execute(f"SELECT * FROM {relation} ORDER BY {order}")
        return [dict(row) for row in cursor]


def test_after_an_upgrade_the_views_show_every_column_as_before(database_url: str) -> None:
    query(database_url, OLD_DATABASE.read_text())
    before = {relation: shown(database_url, relation) for relation in SHOWN_BEFORE}
    assert manage(database_url, "create_db").returncode == 0
    for relation, view in SHOWN_BEFORE.items():
        rows = shown(database_url, view)
        assert len(rows) == len(before[relation]) > 0
        for old, new in zip(before[relation], rows, strict=True):
            assert old.keys() <= new.keys()
            assert {name: new[name] for name in old} == {name: about(value) for name, value in old.items()}, relation


def test_an_upgrade_waits_for_a_worker_and_keeps_what_it_stores(database_url: str) -> None:
    query(database_url, OLD_DATABASE.read_text())
    insert = f"INSERT INTO raw_actions (page_id, seq, received_at, data) VALUES ('{KEY}', 0, now(), '{{}}')"
    with closing(psycopg2.connect(database_url)) as worker:
        worker.cursor().execute(insert)
        command = [sys.executable, "manage.py", "create_db"]
        env = {**os.environ, "DATABASE_URL": database_url}
        upgrade_ = subprocess.Popen(command, cwd=ROOT / "analytics_app", env=env)
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'raw_actions'::regclass"
        wait_until(lambda: query(database_url, waiting), 30, "the upgrade waits")
        worker.commit()
    assert upgrade_.wait(60) == 0
    assert query(database_url, f"SELECT count(*) FROM raw_actions WHERE page_id = '{KEY}'") == [(1,)]


def test_an_upgrade_converts_small_numbers_and_leaves_tables_of_others_alone(database_url: str) -> None:
    query(database_url, OLD_DATABASE.read_text())
    query(database_url, "UPDATE positions_screen SET page_x = 1e-50; UPDATE clicks SET rel_x = 1e-300")
    query(database_url, "CREATE TABLE clicks_backup AS SELECT * FROM clicks")
    before = query(database_url, "SELECT * FROM clicks_backup")
    upgraded = manage(database_url, "create_db")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert query(database_url, "SELECT DISTINCT page_x FROM positions_screen") == [(0,)]
    assert query(database_url, "SELECT * FROM clicks_backup") == before


def about(value: object) -> object:
    """Coordinates are in single precision after the upgrade."""
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


def test_a_rebuild_after_an_upgrade_changes_nothing_that_is_shown(database_url: str) -> None:
    query(database_url, OLD_DATABASE.read_text())
    assert manage(database_url, "create_db").returncode == 0
    before = {view: shown(database_url, view) for view in SHOWN_BEFORE.values()}
    rebuilt = manage(database_url, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert {view: shown(database_url, view) for view in SHOWN_BEFORE.values()} == before


def bytes_of(value: object) -> object:
    return value.tobytes() if isinstance(value, memoryview) else value


def test_an_upgrade_gives_old_rejects_the_code_and_field_that_new_ones_have(database_url: str, engine: Engine) -> None:
    query(database_url, OLD_DATABASE.read_text())
    assert manage(database_url, "create_db").returncode == 0
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE rejected_actions SET replayed_at = NULL")
    converted = "SELECT id, code, field FROM rejected_actions ORDER BY id"
    before = query(database_url, converted)
    report = replay(engine, [int(str(row[0])) for row in before])  # writes today's code and field
    has_odd_text = "SELECT id FROM rejected_actions WHERE code = 'not_storable' AND message !~ 'Number' ORDER BY id"
    assert report.replayed == [row[0] for row in query(database_url, has_odd_text)]  # U+FFFD is stored today
    assert before == query(database_url, converted)
    assert len({row[1] for row in before}) >= 15


def test_tables_of_an_unknown_version_are_one_sentence(database_url: str) -> None:
    manage(database_url, "create_db")
    query(database_url, "UPDATE alembic_version SET version_num = '9999'")
    refused = manage(database_url, "create_db")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The tables are of a version that this one cannot upgrade")
    assert "Traceback" not in refused.stderr


def test_db_url_is_what_psql_takes(database_url: str) -> None:
    printed = manage(database_url.replace("postgresql://", "postgresql+psycopg2://"), "db_url").stdout.strip()
    assert printed == database_url
    assert query(printed, "SELECT 1") == [(1,)]


def test_help_lists_the_commands_with_a_line_each(database_url: str) -> None:
    shown = manage(database_url, "--help").stdout
    for command in ("create_db", "db_url", "worker"):
        assert command in shown


def test_it_refuses_a_database_that_cannot_hold_every_text(stack: RunningStack) -> None:
    """With it, no group could be stored: all would wait in the inbox, however right the tables are."""
    name = f"create_db_{uuid4().hex}"
    stack.rows(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
    refused = manage(stack.database_url.rpartition("/")[0] + "/" + name, "create_db")
    stack.rows(f"DROP DATABASE {name} WITH (FORCE)")
    assert refused.returncode == 1
    assert refused.stderr == "Error: The database has the encoding SQL_ASCII: use one made WITH ENCODING 'UTF8'.\n"
