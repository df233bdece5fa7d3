"""create_user, also as createsuperuser."""

from __future__ import annotations

import sys

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from analytics_app.admin import accounts
from analytics_app.cli.context import with_database
from analytics_app.config.settings import Config
from analytics_app.database.tables import ROLES

FIRST_ADMIN = "If there are no users yet, create `admin` with a random password and print it; otherwise do nothing."
FROM_STDIN = "Read the password from standard input."
PERMISSIONS = "; ".join(f"{role}: {permissions}" for role, permissions in ROLES.items())


@click.command("create_user")
@click.argument("name", required=False)
@click.option("--role", type=click.Choice(list(ROLES)), default="admin", show_default=True, help=PERMISSIONS)
@click.option("--password-stdin", is_flag=True, help=FROM_STDIN)
@click.option("--first-admin", is_flag=True, help=FIRST_ADMIN)
@with_database
def create_user(
    _config: Config, engine: Engine, name: str | None, role: str, password_stdin: bool, first_admin: bool
) -> None:
    """Create a user of the admin area (/admin/).

    Prompts for the name and the password if they are not given.
    """
    if first_admin:
        with Session(engine) as session:
            if password := accounts.first_admin(session):
                click.echo(password)
        return
    create(engine, name, role, password_stdin)


@click.command("createsuperuser")
@click.argument("name", required=False)
@click.option("--password-stdin", is_flag=True, help=FROM_STDIN)
@with_database
def createsuperuser(_config: Config, engine: Engine, name: str | None, password_stdin: bool) -> None:
    """The same as create_user --role admin."""
    create(engine, name, "admin", password_stdin)


def create(engine: Engine, name: str | None, role: str, password_stdin: bool) -> None:
    """Create a user; raises click.ClickException if name or password are invalid or the name is taken."""
    with engine.connect():
        pass  # fail before the prompts if the database does not answer
    name = name or click.prompt("Name")
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        with Session(engine) as session:
            user = accounts.create(session, name, password, role)
            click.echo(f"{user.name} can sign in at /admin/ as {role}.")
    except accounts.AccountError as error:
        raise click.ClickException(str(error)) from None
