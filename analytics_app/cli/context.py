"""What commands run in: the settings, and the app where they need it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from analytics_app import create_app
from analytics_app.config import Config, ConfigError, load
from analytics_app.schema import is_refused

UNDEFINED_TABLE = "42P01"


def settings() -> Config:
    try:
        return load()
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the app; a wrong setting or an absent database is one sentence."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            with create_app(settings()).app_context():
                return command(*args, **kwargs)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            where, why = f"PostgreSQL at {address()}", first_line(error)
            if is_refused(error):
                mend = "set DATABASE_URL, or DB_USER, DB_PASS and DB_NAME, to what it knows"
                raise click.ClickException(f"{where} answers, and refuses ({why}): {mend}.") from None
            raise click.ClickException(f"{where} does not answer ({why}).") from None
        except ProgrammingError as error:
            if getattr(error.orig, "pgcode", None) != UNDEFINED_TABLE:
                raise
            raise click.ClickException("The tables are not there: run python manage.py create_db first.") from None

    return run


def address() -> str:
    """Where the database is, without what may hold a password."""
    url = make_url(settings().sqlalchemy_url)
    return f"{url.host}:{url.port or 5432}/{url.database}"


def first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0]
