"""create_db and db_url."""

from __future__ import annotations

import click
import psycopg2
from sqlalchemy.exc import DBAPIError

from analytics_app import schema
from analytics_app.cli.context import settings, with_app
from analytics_app.db import db


@click.command("create_db")
@click.option("--drop", is_flag=True, help="First drop all tables with all rows; asks for the database's name.")
@click.option("--wait", default=60, show_default=True, help="Seconds to wait for PostgreSQL.")
@with_app
def create_db(drop: bool, wait: int) -> None:
    """Create the tables that are missing.

    Nothing that is there is touched.
    """
    engine = db.engine
    schema.wait_for_database(engine, wait, lambda line: click.echo(line, err=True))
    name = engine.url.database
    if drop:
        said = click.prompt(f"This deletes every row. Type the name of the database ({name}) to go on")
        if said != name:
            raise click.ClickException("That is not its name: nothing was dropped.")
        try:
            schema.drop(engine)
        except DBAPIError as error:
            if not isinstance(error.orig, psycopg2.errors.DependentObjectsStillExist):
                raise
            others = "; ".join((error.orig.diag.message_detail or "").splitlines())
            raise click.ClickException(
                f"Nothing was dropped: {others}. Drop that first, then call this again."
            ) from None
        click.echo("All tables dropped.")
    created = schema.create(engine)
    click.echo(f"Created in {name}: {', '.join(created)}." if created else f"All is there in {name}: nothing to do.")


@click.command("db_url")
def db_url() -> None:
    """Print the URL that psql, R and pandas take."""
    click.echo(settings().libpq_url)
