"""Every setting and every limit; the only reader of os.environ.

Precedence, the first that names a setting wins: the process's environment, `stack.env` in DATA_DIR
(there while `make run` runs), `analytics_app/.env`, `postgres.env`, the default below. The defaults are those of
docker-compose.yml, so that a fresh clone needs no file.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dotenv import dotenv_values
from redis.connection import parse_url

ROOT = Path(__file__).resolve().parent.parent
# As SQLAlchemy reads it; the ingest path must not know it. What is left of a password that ends too early is no host.
POSTGRES_URL = re.compile(
    r"postgres(ql)?(\+\w+)?://([^:/@]*(:[^@]*)?@)?(\[[^]/?@]+\]|[^]:/?@[]*)(:[0-9]{1,5})?([/?].*)?"
)
MEND_URL = "write an @ : / ? # or % of the password as %40 %3A %2F %3F %23 %25, and the port as a number"
POSTGRES_ENV = {"POSTGRES_USER": "DB_USER", "POSTGRES_PASSWORD": "DB_PASS", "POSTGRES_DB": "DB_NAME"}


class ConfigError(Exception):
    """A setting that cannot be used; the message is the sentence that mends it."""


class Limits:
    """Lengths of single fields, the same for every study. What is longer is rejected with its bytes kept."""

    NAME = 200
    STUDY = 64
    USER = 200
    CONDITION = 200
    SESSION = 200
    LABEL = 1_000  # element ids, selectors, texts, tasks, form ids
    URL = 8_192
    TITLE = 2_000
    SAMPLES = 200  # positions in one mousemove
    SEQ = 2_147_483_646  # one less than an integer in SQL holds: page_loss counts to the highest seq + 1
    VALIDATED = 1_000  # actions that one `?validate=1` asks about
    SPREAD = 16_777_216  # bytes that an envelope's constants and views come to, laid under each of its actions
    PATHS = 134_217_728  # characters that the texts beside the positions of a body's mouse paths come to
    COORDINATE = 1e9  # CSS px; no screen is wider, and it keeps arithmetic in SQL exact
    TIMESTAMP_MS = 4_102_444_800_000  # the year 2100


def setting(default: Any, help_text: str, least: int | None = None, secret: bool = False) -> Any:
    """A dataclass field with the sentence that the documentation shows; a secret stays out of every repr and log."""
    return field(default=default, repr=not secret, metadata={"help": help_text, "least": least})


@dataclass(frozen=True)
class Config:
    """The settings as read, checked. Names are those of the environment."""

    HOST: str = setting("0.0.0.0", "address that the API listens on")  # noqa: S104 (in a container)
    PORT: int = setting(5000, "port that the API listens on", 1)
    API_WORKERS: int = setting(2, "API processes", 1)
    API_THREADS: int = setting(32, "requests that one API process answers at a time", 1)
    WORKER_CONCURRENCY: int = setting(2, "processes of one Celery worker", 1)

    DATABASE_URL: str = setting(
        "", "PostgreSQL, postgresql://user:password@host:port/name; wins over DB_*", secret=True
    )
    DB_USER: str = setting("user", "PostgreSQL user (POSTGRES_USER of postgres.env where not given)")
    DB_PASS: str = setting("", "PostgreSQL password (POSTGRES_PASSWORD of postgres.env where not given)", secret=True)
    DB_NAME: str = setting("example", "PostgreSQL database (POSTGRES_DB of postgres.env where not given)")
    DB_HOST: str = setting("db", "PostgreSQL host")
    DB_PORT: int = setting(5432, "PostgreSQL port", 1)

    CELERY_BROKER_URL: str = setting("redis://redis:6379/0", "Redis: the inbox and the Celery queue", secret=True)
    CELERY_RESULT_BACKEND: str = setting("", "accepted and not needed: tasks have no results")

    DATA_DIR: str = setting(
        str(ROOT / "var"), "folder of the secret key and the spool; keep it on a disk that survives"
    )
    SECRET_KEY: str = setting(
        "", "signs the admin area's cookies; generated into DATA_DIR/secret_key if not given", secret=True
    )

    CORS_ORIGINS: str = setting("*", "origins that may send, comma separated, or * for any")
    BODY_BYTES_MAX: int = setting(4_194_304, "bytes of a request body, after decompression; above: 413", 1_024)
    ACTIONS_MAX: int = setting(20_000, "actions of one batch; above: 413", 1)
    NESTING_MAX: int = setting(32, "levels of arrays and objects in a body; above: 400", 4)

    RATE_LIMIT: int = setting(0, "bodies a minute from one address, about; above: 429; 0: no limit", 0)
    TRUSTED_PROXIES: str = setting(
        "", "addresses or networks of proxies whose X-Forwarded-For is believed, comma separated"
    )
    STATUS_PUBLIC: int = setting(1, "1: /status and /metrics for everyone; 0: for private addresses only", 0)

    GROUP_BYTES_MAX: int = setting(1_048_576, "bytes that one group commit gathers (one body may be larger)", 1_024)
    REDIS_TIMEOUT_MS: int = setting(500, "milliseconds that Redis has to take a group before the spool does", 50)
    INBOX_HIGH_BYTES: int = setting(
        536_870_912, "bytes in the inbox at which the API answers 503; Redis' maxmemory must be 1.5 times that", 4_096
    )
    INBOX_LOW_BYTES: int = setting(429_496_729, "bytes in the inbox at which the API accepts again", 0)
    SPOOL_BYTES_MAX: int = setting(1_073_741_824, "bytes that the spool folder may hold; above: 503", 0)
    RETRY_AFTER_S: int = setting(5, "seconds of the Retry-After header of a 503", 1)

    ORDER_AGAIN_S: int = setting(10, "seconds after which a group not yet stored is ordered again", 1)
    ORDER_AGAIN_MAX_S: int = setting(120, "longest pause between two orders of a group that ends its worker", 1)
    WORKER_STALL_S: int = setting(30, "seconds without progress after which a worker is restarted", 5)
    PROGRESS_FILE: str = setting(
        "", "file that a worker touches with each task; its parent chooses one where not given"
    )
    CLOCK_SKEW_S: int = setting(300, "seconds that an event's timestamp may lie in the future", 0)

    @property
    def sqlalchemy_url(self) -> str:
        """DATABASE_URL, or one made of DB_*, with the driver named: SQLAlchemy 2.1 reads a bare one as psycopg 3."""
        if not self.DATABASE_URL:
            user, password = quote(self.DB_USER, safe=""), quote(self.DB_PASS, safe="")
            return (
                f"postgresql+psycopg2://{user}:{password}@{self.DB_HOST}:{self.DB_PORT}/{quote(self.DB_NAME, safe='')}"
            )
        return "postgresql+psycopg2://" + self.DATABASE_URL.partition("://")[2]

    @property
    def libpq_url(self) -> str:
        """The same database as psql, R and pandas take it."""
        return "postgresql://" + self.sqlalchemy_url.partition("://")[2]

    @property
    def engine_options(self) -> dict[str, Any]:
        """A database that hangs fails before the worker that waits for it is taken for one that hangs.

        One that came back is noticed at once.
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
        """A task is a work order that may get lost: acknowledged early, no results, no time in `unacked`."""
        return {
            "broker_url": self.CELERY_BROKER_URL,
            "task_ignore_result": True,
            "task_acks_late": False,
            "task_time_limit": 300,
            "worker_prefetch_multiplier": 4,
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
    """Where postgres.env and analytics_app/.env lie: the repository, or what a container mounts in its place."""
    return Path(environ.get("SETTINGS_DIR") or ROOT)


def layers(environ: Mapping[str, str]) -> list[Mapping[str, str | None]]:
    """The sources of settings, the strongest first."""
    folder = settings_folder(environ)
    postgres = env_file(folder / "postgres.env")
    return [
        environ,
        env_file(Path(environ.get("DATA_DIR") or folder / "var") / "stack.env"),
        env_file(folder / "analytics_app" / ".env"),
        {ours: postgres.get(theirs) for theirs, ours in POSTGRES_ENV.items()},
    ]


def env_file(path: Path) -> dict[str, str | None]:
    """A file's settings, none where it is not there. Raises ConfigError where it is and may not be read."""
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
        ConfigError: a value cannot be used; its text names the setting and what to write instead.
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
    """What no single setting shows."""
    if config.PORT > 65535 or config.DB_PORT > 65535:
        raise ConfigError("PORT and DB_PORT must be at most 65535: set them to the port of the service.")
    if config.DATABASE_URL and not POSTGRES_URL.fullmatch(config.DATABASE_URL):
        raise ConfigError(f"DATABASE_URL must be postgresql://user:password@host:port/name: {MEND_URL}.")
    if not config.DATABASE_URL and not POSTGRES_URL.fullmatch(config.sqlalchemy_url):
        raise ConfigError(f"DB_HOST={config.DB_HOST} is no host: give its name or address, and the port as DB_PORT.")
    if not is_redis_url(config.CELERY_BROKER_URL):
        raise ConfigError(f"CELERY_BROKER_URL must be redis://:password@host:port/number: {MEND_URL}.")
    if config.INBOX_LOW_BYTES >= config.INBOX_HIGH_BYTES:
        raise ConfigError("INBOX_LOW_BYTES must lie below INBOX_HIGH_BYTES: lower the one or raise the other.")
    try:
        config.proxies  # noqa: B018 (reading them checks them)
    except ValueError as error:
        raise ConfigError(f"TRUSTED_PROXIES cannot be read ({error}): give addresses or networks.") from None
    if not config.origins:
        raise ConfigError("CORS_ORIGINS is empty: set it to * or to the origins of your study, comma separated.")


def is_redis_url(url: str) -> bool:
    """Whether both who use it can: redis-py would pass over a number that is none, and Celery knows no unix://."""
    try:
        parse_url(url)  # type: ignore[no-untyped-call]
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("redis", "rediss") and re.fullmatch(r"/?\d*", parts.path) is not None


def secret_key(config: Config) -> str:
    """SECRET_KEY, or the one kept in DATA_DIR, made on the first start; never a default that works in production.

    Raises:
        ConfigError: DATA_DIR cannot be written.
    """
    if config.SECRET_KEY:
        return config.SECRET_KEY
    path = Path(config.DATA_DIR) / "secret_key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Two processes may start at once, and have the same number, each in a container of its own: the link is
            # what makes one of them the author.
            draft = path.with_name(f"secret_key.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"DATA_DIR={config.DATA_DIR} cannot be used ({error.strerror}): make it writable.") from None
