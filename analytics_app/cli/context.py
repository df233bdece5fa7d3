"""The settings and the database for the commands, and errors of both as one sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from analytics_app.config.settings import Config, ConfigError, load
from analytics_app.database.db import create_engine
from analytics_app.database.errors import TABLES_OUTDATED, first_line, is_wrong_setting


def settings() -> Config:
    """Raises click.ClickException with the message of the ConfigError."""
    try:
        return load()
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


def with_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """Pass the settings and an engine to a command, and turn its database errors into click.ClickException."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        config = settings()
        engine = create_engine(config)
        try:
            return command(config, engine, *args, **kwargs)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            server, reason = f"PostgreSQL at {address(config)}", first_line(error)
            if is_wrong_setting(error):
                advice = "Check DATABASE_URL, or DB_USER, DB_PASS and DB_NAME."
                raise click.ClickException(f"{server} refused the connection ({reason}). {advice}") from None
            raise click.ClickException(f"{server} does not answer ({reason}).") from None
        except ProgrammingError as error:
            if getattr(error.orig, "pgcode", None) not in TABLES_OUTDATED:
                raise
            raise click.ClickException("The tables do not exist yet: run python manage.py create_db first.") from None
        finally:
            engine.dispose()

    return run


def address(config: Config) -> str:
    """Host, port and name of the database: the URL without the user and the password."""
    url = make_url(config.sqlalchemy_url)
    return f"{url.host}:{url.port or 5432}/{url.database}"
