"""create_db and db_url."""

from __future__ import annotations

import click
import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from analytics_app import actions
from analytics_app.cli.context import settings, with_database
from analytics_app.config.settings import Config
from analytics_app.database import create


@click.command("create_db")
@click.option("--drop", is_flag=True, help="Drop all tables and their rows first; asks for confirmation.")
@click.option(
    "--wait", default=60, show_default=True, type=click.IntRange(min=0), help="Seconds to wait for PostgreSQL."
)
@with_database
def create_db(_config: Config, engine: Engine, drop: bool, wait: int) -> None:
    """Create the tables and columns that are missing.

    Existing rows are kept.
    """
    create.wait_for_database(engine, wait, lambda line: click.echo(line, err=True))
    name = engine.url.database
    if drop:
        drop_all(engine)
    created = create.create(engine, actions.METADATA)
    if created:
        click.echo(f"Created in {name}: {', '.join(created)}.")
    else:
        click.echo(f"All tables already exist in {name}.")


def drop_all(engine: Engine) -> None:
    """Drop all tables if the user confirms by typing the name of the database.

    Raises:
        click.ClickException: the name was wrong, or an object that is not ours depends on one of the tables.
    """
    name = engine.url.database
    typed = click.prompt(f"This deletes every row. Type the name of the database ({name}) to continue")
    if typed != name:
        raise click.ClickException("The name does not match. Nothing was dropped.")
    try:
        create.drop(engine, actions.METADATA)
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg2.errors.DependentObjectsStillExist):
            raise
        others = "; ".join((error.orig.diag.message_detail or "").splitlines())
        raise click.ClickException(f"Nothing was dropped: {others}. Drop that first, then run this again.") from None
    click.echo("All tables dropped.")


@click.command("db_url")
@click.option("--sqlalchemy", is_flag=True, help="The URL for pandas and SQLAlchemy, which names the driver psycopg2.")
def db_url(sqlalchemy: bool) -> None:
    """Print the URL of the database for psql."""
    config = settings()
    click.echo(config.sqlalchemy_url if sqlalchemy else config.libpq_url)
