"""Ends what a killed starter leaves behind.

A process that is killed with SIGKILL cannot tidy up, so this one does it in its place. It reads from a pipe
which process groups run ("+123" started, "-123" ended); the kernel closes the pipe whichever way the starter
goes. It also inherits the lock on DATA_DIR, so that the next `make run` waits until all is gone.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO


class Guardian:
    """The starter's end of the pipe."""

    def __init__(self, lock: IO[str], scraps: Sequence[Path]) -> None:
        """Start the process; at the end it removes the scraps: files and folders that only a running stack has."""
        self._process = subprocess.Popen(
            [sys.executable, "-SE", __file__, *map(str, scraps)],
            stdin=subprocess.PIPE,
            bufsize=0,  # several threads tell: each word is one write, and the kernel keeps it whole
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )

    def tell(self, word: str) -> None:
        """One line; that the guardian itself was killed must not end the rest."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{word}\n".encode())

    def dismiss(self) -> None:
        """Let it tidy up; returns when it has."""
        self._process.communicate()


def main(scraps: list[str]) -> None:
    """Wait for the starter's end, then kill the groups that still run and remove its files and folders."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(signal.Signals[name], signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    for scrap in map(Path, scraps):
        if scrap.is_dir():
            shutil.rmtree(scrap, ignore_errors=True)
        else:
            scrap.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
