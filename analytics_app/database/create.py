"""Create what is missing in the database, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, MetaData, inspect, text
from sqlalchemy.exc import OperationalError

from analytics_app.config.settings import ConfigError
from analytics_app.database.errors import first_line, is_wrong_setting
from analytics_app.database.locks import AdvisoryLock
from analytics_app.database.views import views

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def wait_for_database(engine: Engine, seconds: float, report: Callable[[str], None]) -> None:
    """Wait until PostgreSQL answers: compose starts it at the same time.

    Raises:
        sqlalchemy.exc.OperationalError: it did not answer in time, or it answers and refuses.
    """
    until = time.monotonic() + seconds
    reported = False
    while True:
        try:
            with engine.connect():
                return
        except OperationalError as error:
            if time.monotonic() > until or is_wrong_setting(error):
                raise
            if not reported:
                # Report the reason at once: a person may recognise one for which waiting is useless.
                report(f"Waiting for PostgreSQL: {first_line(error)}")
                reported = True
            time.sleep(0.5)


def create(engine: Engine, tables: MetaData) -> list[str]:
    """Create the tables and views that are missing; returns their names. Existing rows stay.

    The migrations create and change the built-in tables. What is missing afterwards, because somebody dropped it or
    an action type was added, is created from `tables` and from views.py.

    Raises:
        ConfigError: the database's encoding cannot store every text that a browser may send, or `upgrade` raised it.
    """
    with engine.connect() as connection:
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise ConfigError(f"The database has the encoding {encoding}: use one made WITH ENCODING 'UTF8'.")
        # It waits for its turn, however long the other create_db takes.
        connection.execute(text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": AdvisoryLock.CREATE_DB.value})
        before = existing(engine, tables)
        upgrade(engine)
        tables.create_all(engine)
        with engine.begin() as transaction:
            wanted = views(inspect(engine).get_table_names())
            for view in wanted.keys() - existing(engine, tables):
                transaction.execute(text(f'CREATE VIEW "{view}" AS {wanted[view]}'))
        return sorted(existing(engine, tables) - before)


def upgrade(engine: Engine) -> None:
    """Run the migrations that this database has not had.

    Raises:
        ConfigError: another version of this software created the database, and this one has no way from there.
    """
    from alembic import command  # imported here: it would cost every other process half a second at its start
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"engine": engine})
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigError(f"The tables are of a version that this one cannot upgrade ({error}).") from None


def existing(engine: Engine, tables: MetaData) -> set[str]:
    """The tables and views of ours that exist, without Alembic's own."""
    look = inspect(engine)
    return (tables.tables.keys() | views().keys()) & {*look.get_table_names(), *look.get_view_names()}


def drop(engine: Engine, tables: MetaData) -> None:
    """Drop every table and view of ours, with all rows."""
    with engine.begin() as connection:
        for view in views():
            connection.execute(text(f'DROP VIEW IF EXISTS "{view}"'))
        tables.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version, rebuild_progress"))
