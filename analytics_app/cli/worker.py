"""worker and worker_health."""

from __future__ import annotations

import os
import sys

import click

from analytics_app.cli.context import settings
from analytics_app.config.settings import ROOT
from analytics_app.consumer import supervisor


@click.command("worker")
def worker() -> None:
    """Run the worker, and restart it if it stalls."""
    settings()  # raises for an invalid one
    # In place of this process, because the supervisor needs none of the libraries that the other commands load.
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    os.execve(sys.executable, [sys.executable, "-m", supervisor.__name__], environment)  # noqa: S606 (no shell needed)


@click.command("worker_health")
def worker_health() -> None:
    """Check whether the worker makes progress.

    Exits with 1 unless the worker that writes PROGRESS_FILE has completed a task in the last
    WORKER_STALL_S seconds.
    """
    config = settings()
    if not config.PROGRESS_FILE:
        raise click.ClickException(
            "PROGRESS_FILE is not set: set it to the same file for the worker and for this command."
        )
    try:
        age = supervisor.progress_age(config)
    except OSError:
        raise click.ClickException("PROGRESS_FILE does not exist: no worker is running.") from None
    if age > config.WORKER_STALL_S:
        raise click.ClickException(f"No task was completed for {age:.0f} s.")
    click.echo(f"Last task {age:.1f} s ago.")
