"""worker and worker_health."""

from __future__ import annotations

import sys

import click

from analytics_app.cli.context import settings
from analytics_app.consumer.supervisor import Supervisor, progress_age


@click.command("worker")
def worker() -> None:
    """Run the worker, restarted when it stalls."""
    sys.exit(Supervisor(settings()).run())


@click.command("worker_health")
def worker_health() -> None:
    """Check whether a worker makes progress.

    The one that writes PROGRESS_FILE; exits with 1 if it makes none.
    """
    config = settings()
    if not config.PROGRESS_FILE:
        raise click.ClickException(
            "PROGRESS_FILE is not set: set it to the same file for the worker and for this command."
        )
    try:
        age = progress_age(config)
    except OSError:
        raise click.ClickException("PROGRESS_FILE does not exist: no worker is running.") from None
    if age > config.WORKER_STALL_S:
        raise click.ClickException(f"No task was completed for {age:.0f} s.")
    click.echo(f"Last task {age:.1f} s ago.")
