"""The commands of manage.py, one file per subject."""

from __future__ import annotations

import click

from analytics_app.cli import database, rebuild, rejected, users, worker


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """The analytics app of User Actions Logging.

    Settings come from the environment, then stack.env of DATA_DIR (while `make run` runs),
    analytics_app/.env, postgres.env; docs/deploy.md lists them.
    """


for command in (
    database.create_db,
    database.db_url,
    rebuild.rebuild,
    rejected.rejected,
    users.create_user,
    users.createsuperuser,
    worker.worker,
    worker.worker_health,
):
    main.add_command(command)
