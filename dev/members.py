"""Which processes belong to a stack, whoever their parent is by now.

A killed process leaves its children to init, and Celery's pool and PostgreSQL's sessions leave the process group too.
So each process of the project carries a mark in its environment, which children inherit. PostgreSQL and Redis write
their status over their environment: they are known by the folder that they work in.
"""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

MARK = "USER_ACTIONS_STACK"
SERVERS = {"postgres", "redis-server"}
GONE_WITHIN_S = 5


def mark(data_dir: Path, name: str) -> dict[str, str]:
    """What to put into the environment of the process of that name."""
    return {MARK: str(data_dir / name)}


def members(data_dir: Path, names: set[str]) -> Iterator[psutil.Process]:
    """The running processes of these names, children and orphans included."""
    places = {str(data_dir / name) for name in names}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            place = process.cwd() if process.name() in SERVERS else process.environ().get(MARK)
            if place in places and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def resume(data_dir: Path, names: set[str]) -> None:
    """Let paused ones go on: they could not heed a signal that asks them to end."""
    for process in members(data_dir, names):
        with contextlib.suppress(psutil.Error):
            process.resume()


def kill(data_dir: Path, names: set[str]) -> None:
    """End them all, and what they may have started meanwhile."""
    deadline = time.monotonic() + GONE_WITHIN_S
    while (alive := list(members(data_dir, names))) and time.monotonic() < deadline:
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(0.01)  # not psutil's wait: it would take the exit status of our own children
