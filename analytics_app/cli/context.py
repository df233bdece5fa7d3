"""What commands run in: the settings, and the app where they need it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from analytics_app import create_app
from analytics_app.config import Config, ConfigError, load


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
            address = settings().libpq_url.rpartition("@")[2]
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(f"PostgreSQL at {address} does not answer ({reason}).") from None

    return run


def db_address() -> str:
    return settings().libpq_url.rpartition("@")[2]


def first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0]
