"""worker and worker_health."""

from __future__ import annotations

import sys

import click

from analytics_app import watch
from analytics_app.cli.context import settings


@click.command("worker")
def worker() -> None:
    """Run the Celery worker, and start it again when it ends or makes no progress."""
    sys.exit(watch.Watch(settings()).run())


@click.command("worker_health")
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
