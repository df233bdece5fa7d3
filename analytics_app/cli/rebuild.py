"""rebuild: raw_actions into the tables, once more."""

from __future__ import annotations

import click
import psycopg2
from tqdm import tqdm

from analytics_app.cli.context import with_app
from analytics_app.db import db
from analytics_app.rebuild import AlreadyRunning, Progress
from analytics_app.rebuild import rebuild as steps


@click.command("rebuild")
@click.option("--name", help="Only actions of this name.")
@click.option("--anew", is_flag=True, help="Begin at the beginning, also where a rebuild was interrupted.")
@with_app
def rebuild(name: str | None, anew: bool) -> None:
    """Split raw_actions into its tables again.

    Into positions_screen and the tables of the action types.

    For a type that was added later, or whose schema or rows were mended. May run while actions come in.
    Interrupted, it goes on where it was when it is called again.
    """
    try:
        progress = run(name, anew)
    except AlreadyRunning:
        raise click.ClickException("Another rebuild of this database is under way: wait until it ends.") from None
    except psycopg2.errors.UndefinedTable as error:
        table = str(error).splitlines()[0]
        raise click.ClickException(f"A table is not there ({table}): run create_db first.") from None
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise click.ClickException(f"PostgreSQL stopped it ({reason}); call rebuild again to go on.") from None
    what = "actions" if name is None else f"actions named {name}"
    click.echo(f"Split {progress.split} {what} again.")
    for kept, count in progress.kept.most_common():
        click.echo(f"{count} named {kept} do not fit today's schema: their rows stay as they were.", err=True)


def run(name: str | None, anew: bool) -> Progress:
    steps_left = steps(db.engine, name, anew)
    progress = next(steps_left)
    if progress.done:
        click.echo(f"Going on after {progress.done} actions; --anew begins at the beginning.", err=True)
    with tqdm(total=progress.total, initial=progress.done, unit=" actions") as bar:
        for progress in steps_left:
            bar.total = max(progress.total, progress.done)
            bar.update(progress.done - bar.n)
    return progress
