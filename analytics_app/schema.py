"""The database's schema: creating what is missing, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from flask import current_app
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError

from analytics_app.config import ROOT, ConfigError
from analytics_app.db import Model, db
from analytics_app.views import VIEWS

LOCK = 7_248_153  # any number, the same in every process: two create_db at once take turns

# The SQLSTATE of a connection that fails is not to be had: psycopg2 gives the text alone.
REFUSED = re.compile(
    r'authentication failed|no password supplied|no pg_hba\.conf entry|(role|database) ".*" does not exist'
)


def is_refused(error: OperationalError) -> bool:
    """The server answers, and will say no for as long as nobody changes a setting."""
    return REFUSED.search(str(error.orig)) is not None


def wait_for_database(engine: Engine, seconds: float, say: Callable[[str], None]) -> None:
    """Until it answers: compose starts it at the same time.

    Raises OperationalError after the time given, and at once where waiting would not help.
    """
    until = time.monotonic() + seconds
    said = False
    while True:
        try:
            with engine.connect():
                return
        except OperationalError as error:
            if time.monotonic() > until or is_refused(error):
                raise
            if not said:
                # The reason at once: of some, only a person can tell that they are nothing to wait for.
                say(f"Waiting for PostgreSQL: {str(error.orig).strip().splitlines()[0]}")
                said = True
            time.sleep(0.5)


def create(engine: Engine) -> list[str]:
    """Make the tables and views that are missing; returns their names. Rows that are there stay.

    The migrations make and change the built-in tables. What is missing after them, because somebody dropped it or an
    action type was added, comes from the models and from views.py.
    Raises ConfigError where the database cannot hold every text that a browser may send.
    """
    with engine.connect() as connection:
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise ConfigError(f"The database has the encoding {encoding}: use one made WITH ENCODING 'UTF8'.")
        connection.execute(text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))  # it waits for its turn
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = names(engine)
        upgrade()
        Model.metadata.create_all(engine)
        with engine.begin() as views:
            for view in VIEWS.keys() - names(engine):
                views.execute(text(f'CREATE VIEW "{view}" AS {VIEWS[view]}'))
        return sorted(names(engine) - before)


def upgrade(revision: str = "head") -> None:
    """Take the migrations' steps."""
    import flask_migrate  # only here: Alembic would cost every other process half a second at its start

    flask_migrate.Migrate(current_app, db, directory=str(ROOT / "analytics_app" / "migrations"))
    flask_migrate.upgrade(revision=revision)


def names(engine: Engine) -> set[str]:
    """Our tables and views that exist, Alembic's own bookkeeping left out."""
    look = inspect(engine)
    ours = Model.metadata.tables.keys() | VIEWS.keys()
    return ours & {*look.get_table_names(), *look.get_view_names()}


def drop(engine: Engine) -> None:
    """Every table and view of ours, with all rows."""
    with engine.begin() as connection:
        for view in VIEWS:
            connection.execute(text(f'DROP VIEW IF EXISTS "{view}"'))
        Model.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version, rebuild_progress"))
