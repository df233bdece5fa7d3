"""The settings. Only this module reads the environment; an invalid value stops the start and says how to fix it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
# In a container, SETTINGS_DIR is a mounted folder that replaces the repository, so that no .env is in the image.
ENV_FILE = Path(os.environ.get("SETTINGS_DIR") or ROOT, "study_app", ".env")
STUDY = "iris-demo"


@dataclass(frozen=True)
class Config:
    """Settings that may differ between machines; the defaults are those of the container."""

    host: str = "0.0.0.0"  # noqa: S104 - a container is reached from outside; `make run` sets 127.0.0.1
    port: int = 5000
    analytics_url: str = ""
    """URL of the analytics API as seen by the participant's browser; if empty, the host of the request is used."""
    analytics_port: int = 5003
    """Port of the API on that host; only used if analytics_url is empty."""


def load(environ: Mapping[str, str] | None = None, env_file: Path = ENV_FILE) -> Config:
    """Read the settings from the environment, then study_app/.env, then the defaults; an empty value counts as unset.

    Raises SystemExit with a one-sentence message if a value is invalid or the file cannot be read.
    """
    try:
        file = dotenv_values(stream=StringIO(env_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        file = {}
    except OSError as error:  # includes a folder without access, which dotenv itself would treat as a missing file
        raise SystemExit(
            f"study_app: {env_file} cannot be read ({error.strerror}); make it readable for this user."
        ) from None
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
        raise SystemExit(
            f"study_app: {name} is {value!r}; set it to a whole number from 1 to 65535, for example {default}."
        )
    return int(value)


def _url(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "").rstrip("/")
    if value and not is_base_url(value):
        raise SystemExit(
            f"study_app: {name} is {value!r}; set it to the URL of the analytics server as a browser would open it, "
            "such as https://analytics.example.org, or leave it empty to use this server's host name."
        )
    return value


def is_base_url(value: str) -> bool:
    """Whether a browser could load a script from this URL. It also goes into the CSP, so no spaces or semicolons."""
    try:
        url = urlsplit(value)
        port_is_valid = url.port is None or url.port > 0
    except ValueError:
        return False
    clean = not any(character in value for character in " \t\r\n;,'\"\\<>")
    return clean and port_is_valid and url.scheme in ("http", "https") and bool(url.hostname) and not url.query
