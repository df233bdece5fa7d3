"""rebuild: split raw_actions into the tables again."""

from __future__ import annotations

import click
import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from tqdm import tqdm

from analytics_app.cli.context import with_database
from analytics_app.config.settings import Config
from analytics_app.database.errors import first_line
from analytics_app.storage import rebuild as storage
from analytics_app.storage.rebuild import AlreadyRunning, Progress


@click.command("rebuild")
@click.option("--name", help="Only actions of this name.")
@click.option("--from-start", "--anew", is_flag=True, help="Start over, even if a rebuild was interrupted.")
@with_database
def rebuild(config: Config, engine: Engine, name: str | None, from_start: bool) -> None:
    """Split raw_actions into the other tables again.

    These are positions_screen and the tables of the action types. Use it after you have added an
    action type, or corrected its schema or rows. It can run while actions are received. If it was
    interrupted, the next run continues where it stopped.
    """
    try:
        progress = run(engine, config.CLOCK_SKEW_S, name, from_start)
    except AlreadyRunning:
        raise click.ClickException("Another rebuild of this database is in progress: wait until it ends.") from None
    except (psycopg2.Error, DBAPIError) as error:
        if isinstance(getattr(error, "orig", error), psycopg2.errors.UndefinedTable):
            message = f"A table is missing ({first_line(error)}): run create_db first."
        else:
            message = f"PostgreSQL stopped it ({first_line(error)}); run rebuild again to continue."
        raise click.ClickException(message) from None
    what = "actions" if name is None else f"actions named {name}"
    click.echo(f"Split {progress.split} {what} again.")
    for kept, count in progress.kept.most_common():
        click.echo(f"{count} named {kept} are invalid by today's schema: their rows were left unchanged.", err=True)


def run(engine: Engine, clock_skew_s: int, name: str | None, from_start: bool) -> Progress:
    """Rebuild with a progress bar."""
    steps = storage.rebuild(engine, name, from_start, clock_skew_s=clock_skew_s)
    progress = next(steps)
    if progress.done:
        click.echo(f"Continuing after {progress.done} actions; --from-start starts over.", err=True)
    with tqdm(total=progress.total, initial=progress.done, unit=" actions") as bar:
        for progress in steps:
            bar.total = max(progress.total, progress.done)
            bar.update(progress.done - bar.n)
    return progress
