"""worker and worker_health."""

from __future__ import annotations

import sys

import click

from analytics_app import watch
from analytics_app.cli.context import settings


@click.command("worker")
def worker() -> None:
    """Run the worker, restarted when it stalls."""
    sys.exit(watch.Watch(settings()).run())


@click.command("worker_health")
def worker_health() -> None:
    """Say whether a worker makes progress.

    The one that writes PROGRESS_FILE; fails where it does not.
    """
    config = settings()
    if not config.PROGRESS_FILE:
        raise click.ClickException("PROGRESS_FILE is not set: set it to one file, for the worker and for this command.")
    try:
        age = watch.progress_age(config)
    except OSError:
        raise click.ClickException("PROGRESS_FILE is not there: no worker runs.") from None
    if age > config.WORKER_STALL_S:
        raise click.ClickException(f"No task was done for {age:.0f} s.")
    click.echo(f"Last task {age:.1f} s ago.")
