"""The lock on DATA_DIR: only one stack at a time may use it."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from dev.settings import Problem

CLEANUP_TIMEOUT_S = 2  # for how long a killed stack's cleanup process may still hold the lock


def claim(data_dir: Path) -> IO[str]:
    """Create the folder and lock it; the lock is held for as long as the returned file is open.

    Raises:
        Problem: the folder cannot be written, or another stack uses it.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "stack.lock").open("a+")
    except OSError as error:
        reason = f"DATA_DIR={data_dir} cannot be written ({error.strerror})"
        raise Problem(f"{reason}: make it writable, or set DATA_DIR to another folder.") from None
    deadline = time.monotonic() + CLEANUP_TIMEOUT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                lock.seek(0)
                raise Problem(
                    f"Another `make run` (process {lock.read().strip()}) uses DATA_DIR={data_dir}: "
                    "stop it, or set DATA_DIR to another folder."
                ) from None
            time.sleep(0.05)
        else:
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            # Only with the lock held: until then the cleanup of the previous stack may still remove these folders.
            for folder in ("log", "run"):
                (data_dir / folder).mkdir(exist_ok=True)
            return lock
