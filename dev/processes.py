"""Finds the processes that belong to a stack, independent of their parents.

The children of a killed process are reparented to init, and Celery's pool and PostgreSQL's sessions are in other
process groups. Therefore each process of a stack has a marker in its environment, which its children inherit.
PostgreSQL and Redis overwrite their environment with a status text: they are identified by their working folder.
"""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

MARK = "USER_ACTIONS_STACK"
SERVERS = {"postgres", "redis-server"}
KILL_TIMEOUT_S = 5


def mark(data_dir: Path, name: str) -> dict[str, str]:
    """The environment variable that marks a process of this name."""
    return {MARK: str(data_dir / name)}


def find(data_dir: Path, names: set[str]) -> Iterator[psutil.Process]:
    """The running processes of these names, including children and orphans."""
    folders = {str(data_dir / name) for name in names}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            folder = process.cwd() if process.name() in SERVERS else process.environ().get(MARK)
            if folder in folders and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def resume(data_dir: Path, names: set[str]) -> None:
    """Resume paused processes: a paused process cannot react to a termination signal."""
    for process in find(data_dir, names):
        with contextlib.suppress(psutil.Error):
            process.resume()


def kill(data_dir: Path, names: set[str]) -> None:
    """Kill the processes, including any that they start in the meantime."""
    deadline = time.monotonic() + KILL_TIMEOUT_S
    while (alive := list(find(data_dir, names))) and time.monotonic() < deadline:
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(0.01)  # not psutil's wait(), which would reap our own children before Popen does
