"""The only reader of the environment: a wrong value stops the start with the sentence that mends it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
# SETTINGS_DIR is what a container mounts in the repository's place, so that no .env is built into an image.
ENV_FILE = Path(os.environ.get("SETTINGS_DIR") or ROOT, "study_app", ".env")
STUDY = "iris-demo"


@dataclass(frozen=True)
class Config:
    """What may differ from one machine to the next; the defaults are those of the container."""

    host: str = "0.0.0.0"  # noqa: S104 - a container is reached from outside; `make run` sets 127.0.0.1
    port: int = 5000
    analytics_url: str = ""
    """Address of the analytics API as the participant's browser sees it; empty: the host of the request."""
    analytics_port: int = 5003
    """Port of the API on that host, for an empty analytics_url only."""


def load(environ: Mapping[str, str] | None = None, env_file: Path = ENV_FILE) -> Config:
    """Read the settings: the environment first, then study_app/.env, then the defaults; an empty value is none.

    Raises SystemExit with one sentence when a value cannot be right, or the file not be read.
    """
    try:
        file = dotenv_values(stream=StringIO(env_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        file = {}
    except OSError as error:  # also a folder that may not be entered, which dotenv would take for no file
        raise SystemExit(f"study_app: {env_file} cannot be read ({error.strerror}); let this user read it.") from None
    layers = (file, os.environ if environ is None else environ)
    given = {name: value.strip() for layer in layers for name, value in layer.items() if value and value.strip()}
    return Config(
        host=given.get("HOST", Config.host),
        port=_port(given, "PORT", Config.port),
        analytics_url=_url(given, "ANALYTICS_URL"),
        analytics_port=_port(given, "ANALYTICS_PORT", Config.analytics_port),
    )


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    value = given.get(name, str(default))
    if not re.fullmatch("[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise SystemExit(f"study_app: {name} is {value!r}; set it to a whole number from 1 to 65535, say {default}.")
    return int(value)


def _url(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "").rstrip("/")
    if value and not is_base_url(value):
        raise SystemExit(
            f"study_app: {name} is {value!r}; set it to the analytics server's address as a browser would open it, "
            "such as https://analytics.example.org, or leave it empty to use this server's host name."
        )
    return value


def is_base_url(value: str) -> bool:
    """Tell whether a browser could load a script below this address; it also goes into the CSP, so no blanks or ';'."""
    try:
        url = urlsplit(value)
        port_is_right = url.port is None or url.port > 0
    except ValueError:
        return False
    clean = not any(sign in value for sign in " \t\r\n;,'\"\\<>")
    return clean and port_is_right and url.scheme in ("http", "https") and bool(url.hostname) and not url.query
