"""Every setting; the only reader of os.environ.

Precedence, highest first: the process's environment, `stack.env` in DATA_DIR (present while `make run` runs),
`analytics_app/.env`, `postgres.env`, the defaults below. The defaults are those of docker-compose.yml, so that a fresh
clone needs no file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dotenv import dotenv_values

from analytics_app.config.urls import POSTGRES_URL, URL_HINT, is_redis_url

ROOT = Path(__file__).resolve().parents[2]
POSTGRES_ENV = {"POSTGRES_USER": "DB_USER", "POSTGRES_PASSWORD": "DB_PASS", "POSTGRES_DB": "DB_NAME"}


class ConfigError(Exception):
    """A setting that cannot be used; the message says how to fix it."""


def setting(default: Any, help_text: str, least: int | None = None, secret: bool = False) -> Any:
    """A dataclass field with the help text that docs/deploy.md shows. A secret appears in no repr and no log."""
    return field(default=default, repr=not secret, metadata={"help": help_text, "least": least})


@dataclass(frozen=True)
class Config:
    """The checked settings. The names are those of the environment variables."""

    HOST: str = setting("0.0.0.0", "address that the API listens on")  # noqa: S104 (in a container)
    PORT: int = setting(5000, "port that the API listens on", 1)
    API_WORKERS: int = setting(2, "API processes", 1)
    API_THREADS: int = setting(32, "requests that one API process handles at the same time", 1)
    WORKER_CONCURRENCY: int = setting(2, "processes of one Celery worker", 1)

    DATABASE_URL: str = setting(
        "", "PostgreSQL, postgresql://user:password@host:port/name; takes precedence over DB_*", secret=True
    )
    DB_USER: str = setting("user", "PostgreSQL user (default: POSTGRES_USER in postgres.env)")
    DB_PASS: str = setting("", "PostgreSQL password (default: POSTGRES_PASSWORD in postgres.env)", secret=True)
    DB_NAME: str = setting("example", "PostgreSQL database (default: POSTGRES_DB in postgres.env)")
    DB_HOST: str = setting("db", "PostgreSQL host")
    DB_PORT: int = setting(5432, "PostgreSQL port", 1)

    CELERY_BROKER_URL: str = setting("redis://redis:6379/0", "Redis: the inbox and the Celery queue", secret=True)
    CELERY_RESULT_BACKEND: str = setting("", "accepted but not used: tasks have no results")

    DATA_DIR: str = setting(str(ROOT / "var"), "folder of the secret key and the spool; keep it on a persistent disk")
    SECRET_KEY: str = setting(
        "", "signs the admin area's cookies; default: generated and kept in DATA_DIR/secret_key", secret=True
    )

    CORS_ORIGINS: str = setting("*", "origins that may send, comma separated, or * for any")
    BODY_BYTES_MAX: int = setting(4_194_304, "bytes of a request body after decompression; above: 413", 1_024)
    ACTIONS_MAX: int = setting(20_000, "actions of one batch; above: 413", 1)
    NESTING_MAX: int = setting(32, "levels of arrays and objects in a body; above: 400", 4)

    REQUEST_DEADLINE_S: int = setting(60, "seconds that a request has to arrive; above: 408", 1)
    REQUEST_RATE_MIN: int = setting(500, "bytes a second at which a request must arrive after 5 seconds; below: 408", 1)
    REQUESTS_PER_ADDRESS: int = setting(
        64, "requests of one address that may be arriving at one API process; a further one ends the oldest", 1
    )
    RATE_LIMIT: int = setting(0, "request bodies a minute from one address, approximately; above: 429; 0: no limit", 0)
    TRUSTED_PROXIES: str = setting(
        "", "addresses or networks of proxies whose X-Forwarded-For is trusted, comma separated"
    )
    STATUS_PUBLIC: int = setting(1, "1: /status and /metrics are public; 0: for private addresses only", 0)

    GROUP_BYTES_MAX: int = setting(
        1_048_576, "bytes of one group of request bodies (a single body may be larger)", 1_024
    )
    REDIS_TIMEOUT_MS: int = setting(500, "milliseconds that Redis has to accept a group before the spool is used", 50)
    INBOX_HIGH_BYTES: int = setting(
        536_870_912, "bytes in the inbox at which the API answers 503; Redis' maxmemory must be 1.5 times that", 4_096
    )
    INBOX_LOW_BYTES: int = setting(429_496_729, "bytes in the inbox at which the API accepts again", 0)
    SPOOL_BYTES_MAX: int = setting(1_073_741_824, "bytes that the spool folder may contain; above: 503", 0)
    RETRY_AFTER_S: int = setting(5, "seconds of the Retry-After header of a 503", 1)

    REDELIVER_AFTER_S: int = setting(
        10, "seconds that a worker has to store the groups that it took; then they are taken again", 1
    )
    REDELIVER_AFTER_MAX_S: int = setting(
        120, "longest time between two tries of a group that fails repeatedly, in seconds", 1
    )
    WORKER_STALL_S: int = setting(30, "seconds without progress after which a worker is restarted", 5)
    PROGRESS_FILE: str = setting("", "file that a worker touches with each task; default: chosen by `manage.py worker`")
    CLOCK_SKEW_S: int = setting(300, "seconds that an event's timestamp may be in the future", 0)

    @property
    def sqlalchemy_url(self) -> str:
        """DATABASE_URL, or one made of DB_*, with the driver: SQLAlchemy 2.1 takes `postgresql://` as psycopg 3."""
        if not self.DATABASE_URL:
            user, password = quote(self.DB_USER, safe=""), quote(self.DB_PASS, safe="")
            return (
                f"postgresql+psycopg2://{user}:{password}@{self.DB_HOST}:{self.DB_PORT}/{quote(self.DB_NAME, safe='')}"
            )
        return "postgresql+psycopg2://" + self.DATABASE_URL.partition("://")[2]

    @property
    def libpq_url(self) -> str:
        """The same database as a URL for psql and R."""
        return "postgresql://" + self.sqlalchemy_url.partition("://")[2]

    @property
    def engine_options(self) -> dict[str, Any]:
        """Statements time out before the supervisor restarts the worker that waits for them (WORKER_STALL_S).

        `pool_pre_ping` replaces connections that a restart of PostgreSQL has closed.
        """
        stall_ms = self.WORKER_STALL_S * 1000
        connect_args = {
            "connect_timeout": 5,
            "application_name": "user-actions-logging",
            "options": f"-c statement_timeout={stall_ms * 2 // 3} -c lock_timeout={stall_ms // 3} -c timezone=UTC",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        }
        return {"pool_pre_ping": True, "pool_size": 5, "connect_args": connect_args}

    @property
    def celery(self) -> dict[str, Any]:
        """Tasks are acknowledged early and have no results: a lost task only delays its group until redelivery."""
        return {
            "broker_url": self.CELERY_BROKER_URL,
            "task_ignore_result": True,
            "task_acks_late": False,
            "task_time_limit": 300,
            "worker_prefetch_multiplier": 1,
            "worker_hijack_root_logger": False,
            "worker_send_task_events": False,
            "worker_cancel_long_running_tasks_on_connection_loss": False,
            "broker_connection_retry_on_startup": True,
            "broker_connection_max_retries": None,
            "broker_transport_options": {
                "socket_timeout": 5,
                "socket_connect_timeout": 2,
                "health_check_interval": 10,
                "max_retries": 0,
                "visibility_timeout": 60,
            },
        }

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(origin.strip().rstrip("/") for origin in self.CORS_ORIGINS.split(",") if origin.strip())

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(part.strip()) for part in self.TRUSTED_PROXIES.split(",") if part.strip())

    @property
    def spool_dir(self) -> Path:
        return Path(self.DATA_DIR) / "spool"


def settings_folder(environ: Mapping[str, str]) -> Path:
    """The folder of postgres.env and analytics_app/.env: the repository, or what a container mounts instead."""
    return Path(environ.get("SETTINGS_DIR") or ROOT)


def layers(environ: Mapping[str, str]) -> list[Mapping[str, str | None]]:
    """The sources of settings, the highest precedence first."""
    folder = settings_folder(environ)
    postgres = env_file(folder / "postgres.env")
    return [
        environ,
        env_file(Path(environ.get("DATA_DIR") or folder / "var") / "stack.env"),
        env_file(folder / "analytics_app" / ".env"),
        {ours: postgres.get(theirs) for theirs, ours in POSTGRES_ENV.items()},
    ]


def env_file(path: Path) -> dict[str, str | None]:
    """A file's settings; empty if there is no such file. Raises ConfigError if it exists but cannot be read."""
    try:
        return dotenv_values(stream=StringIO(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        why = f"{path} cannot be read ({error.strerror})"
        raise ConfigError(f"{why}: make it a file that user {os.geteuid()} may read.") from None


def load(environ: Mapping[str, str] | None = None) -> Config:
    """The settings of this process.

    Raises:
        ConfigError: a value cannot be used; the message names the setting and says what to write instead.
    """
    sources = layers(os.environ if environ is None else environ)
    values: dict[str, Any] = {}
    for spec in fields(Config):
        text = next((source[spec.name] for source in sources if source.get(spec.name)), None)
        if text is not None:
            values[spec.name] = number(spec.name, text, spec.metadata["least"]) if spec.type == "int" else text
    config = Config(**values)
    check(config)
    return config


def number(name: str, text: str, least: int | None) -> int:
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        raise ConfigError(f"{name}={text!r} is not a whole number: set {name} to one, or leave it out.") from None
    if least is not None and value < least:
        raise ConfigError(f"{name}={value} is too small: set {name} to {least} or more.")
    return value


def check(config: Config) -> None:
    """Check the settings against each other and against what their users can parse. Raises ConfigError."""
    if config.PORT > 65535 or config.DB_PORT > 65535:
        raise ConfigError("PORT and DB_PORT must be at most 65535: set them to the port of the service.")
    if config.DATABASE_URL and not POSTGRES_URL.fullmatch(config.DATABASE_URL):
        raise ConfigError(f"DATABASE_URL must be postgresql://user:password@host:port/name: {URL_HINT}.")
    if not config.DATABASE_URL and not POSTGRES_URL.fullmatch(config.sqlalchemy_url):
        raise ConfigError(
            f"DB_HOST={config.DB_HOST} is not a host: set it to a name or address, and the port as DB_PORT."
        )
    if not is_redis_url(config.CELERY_BROKER_URL):
        raise ConfigError(f"CELERY_BROKER_URL must be redis://:password@host:port/number: {URL_HINT}.")
    if config.INBOX_LOW_BYTES >= config.INBOX_HIGH_BYTES:
        raise ConfigError("INBOX_LOW_BYTES must be below INBOX_HIGH_BYTES: lower the one or raise the other.")
    try:
        config.proxies  # noqa: B018 (reading them checks them)
    except ValueError as error:
        raise ConfigError(f"TRUSTED_PROXIES cannot be read ({error}): give addresses or networks.") from None
    if not config.origins:
        raise ConfigError("CORS_ORIGINS is empty: set it to * or to the origins of your study, comma separated.")
