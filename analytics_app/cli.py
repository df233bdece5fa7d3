"""The commands of manage.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from analytics_app import create_app, schema, watch
from analytics_app.config import Config, ConfigError, load
from analytics_app.db import db

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
def main() -> None:
    """The analytics app of User Actions Logging.

    Settings come from the environment, then var/stack.env (while `make run` runs), analytics_app/.env,
    postgres.env; docs/deploy.md lists them.
    """


def settings() -> Config:
    try:
        return load()
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the app; a wrong setting or an absent database is one sentence."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            with create_app(settings()).app_context():
                return command(*args, **kwargs)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            url = db_address()
            raise click.ClickException(f"PostgreSQL at {url} does not answer ({first_line(error)}).") from None

    return run


def db_address() -> str:
    return settings().libpq_url.rpartition("@")[2]


def first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0]


@main.command("create_db")
@click.option("--drop", is_flag=True, help="First drop all tables with all rows; asks for the database's name.")
@click.option("--wait", default=60, show_default=True, help="Seconds to wait for PostgreSQL.")
@with_app
def create_db(drop: bool, wait: int) -> None:
    """Create the tables that are missing; touch nothing that is there."""
    engine = db.engine
    schema.wait_for_database(engine, wait, lambda line: click.echo(line, err=True))
    name = engine.url.database
    if drop:
        said = click.prompt(f"This deletes every row. Type the name of the database ({name}) to go on")
        if said != name:
            raise click.ClickException("That is not its name: nothing was dropped.")
        schema.drop(engine)
        click.echo("All tables dropped.")
    created = schema.create(engine)
    click.echo(f"Created in {name}: {', '.join(created)}." if created else f"All is there in {name}: nothing to do.")


@main.command("db_url")
def db_url() -> None:
    """Print the database's URL as psql, R and pandas take it."""
    click.echo(settings().libpq_url)


@main.command("worker")
def worker() -> None:
    """Run the Celery worker, and start it again when it ends or makes no progress."""
    sys.exit(watch.Watch(settings()).run())


@main.command("worker_health")
def worker_health() -> None:
    """Succeed where the worker that writes PROGRESS_FILE makes progress."""
    config = settings()
    try:
        age = watch.progress_age(config)
    except OSError:
        raise click.ClickException("PROGRESS_FILE is not there: no worker runs.") from None
    if age > config.WORKER_STALL_S:
        raise click.ClickException(f"No task was done for {age:.0f} s.")
    click.echo(f"Last task {age:.1f} s ago.")
