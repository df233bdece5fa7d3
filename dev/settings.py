"""The settings of `make run`, and the search for free ports."""

import os
import random
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


class Problem(Exception):
    """The reason why the stack cannot start; the text is one sentence that says what to do."""


@dataclass(frozen=True)
class Settings:
    """The settings, read from the environment and validated."""

    analytics_port: int
    study_port: int
    data_dir: Path
    database_url: str  # if empty, the embedded PostgreSQL is used
    broker_url: str  # if empty, the embedded Redis is used

    @property
    def analytics_url(self) -> str:
        return f"http://{HOST}:{self.analytics_port}"

    @property
    def study_url(self) -> str:
        return f"http://{HOST}:{self.study_port}"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; an empty value counts as unset.

    Raises:
        Problem: a value is invalid.
    """
    settings = Settings(
        analytics_port=port("ANALYTICS_PORT", environ.get("ANALYTICS_PORT") or "5003"),
        study_port=port("STUDY_PORT", environ.get("STUDY_PORT") or "5002"),
        data_dir=(ROOT / Path(environ.get("DATA_DIR") or "var").expanduser()).resolve(),
        # SQLAlchemy URLs may name a driver, which libpq does not accept.
        database_url=re.sub(r"^postgres\w*(\+\w+)?:", "postgresql:", environ.get("DATABASE_URL", "")),
        broker_url=environ.get("CELERY_BROKER_URL", ""),
    )
    if settings.analytics_port == settings.study_port:
        raise Problem(f"ANALYTICS_PORT and STUDY_PORT are both {settings.study_port}: set them to two different ports.")
    return settings


def port(name: str, text: str) -> int:
    """Parse a TCP port; raises Problem if it is invalid."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Problem(f"{name}={text} is not a port: set {name} to a number from 1 to 65535.")
    return int(text)


def is_free(number: int) -> bool:
    """Whether a server can listen on the port. With SO_REUSEADDR, as in servers, closed connections are ignored."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port below the range that the kernel uses for outgoing connections.

    In that range, a client that connects to a stopped server may be assigned the server's own port, connect to itself
    and prevent the server from starting again.
    """
    numbers = range(15_000, 30_000)
    return next(number for number in random.sample(numbers, len(numbers)) if is_free(number))
