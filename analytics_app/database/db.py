"""The base class of all tables, and the engine of processes that serve no HTTP."""

from __future__ import annotations

from sqlalchemy import Engine, MetaData
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.orm import DeclarativeBase

from analytics_app.config.settings import Config

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "pk": "%(table_name)s_pkey",
}


class Base(DeclarativeBase):
    """Indexes and constraints get PostgreSQL's own default names, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


def create_engine(config: Config) -> Engine:
    """It connects when it is first used, so it may be created before a fork."""
    return sqlalchemy_engine(config.sqlalchemy_url, **config.engine_options)
