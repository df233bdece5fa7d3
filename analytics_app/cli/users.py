"""create_user, also as createsuperuser."""

from __future__ import annotations

import sys

import click

from analytics_app.admin import accounts
from analytics_app.admin.models import ROLES
from analytics_app.cli.context import with_app
from analytics_app.db import db

FIRST = "Where there is no user yet, make `admin` with a random password and print that; else do nothing."
FROM_STDIN = "Read the password from the standard input."
MAY = "; ".join(f"{role}: {may}" for role, may in ROLES.items())


@click.command("create_user")
@click.argument("name", required=False)
@click.option("--role", type=click.Choice(list(ROLES)), default="admin", show_default=True, help=MAY)
@click.option("--password-stdin", is_flag=True, help=FROM_STDIN)
@click.option("--first-admin", is_flag=True, help=FIRST)
@with_app
def create_user(name: str | None, role: str, password_stdin: bool, first_admin: bool) -> None:
    """Make a user of the admin area (/admin/).

    Asks for what is not given.
    """
    if first_admin:
        password = accounts.first_admin(db.session())
        if password:
            click.echo(password)
        return
    make(name or click.prompt("Name"), role, password_stdin)


@click.command("createsuperuser")
@click.argument("name", required=False)
@click.option("--password-stdin", is_flag=True, help=FROM_STDIN)
@with_app
def createsuperuser(name: str | None, password_stdin: bool) -> None:
    """The same as create_user --role admin."""
    make(name or click.prompt("Name"), "admin", password_stdin)


def make(name: str, role: str, password_stdin: bool) -> None:
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        user = accounts.create(db.session(), name, password, role)
    except accounts.Wrong as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{user.name} may sign in at /admin/ as {role}.")
