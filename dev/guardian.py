"""Ends what a killed starter leaves behind.

A process that is killed with SIGKILL cannot tidy up, so this one does it in its place. It waits at a pipe, which the
kernel closes whichever way the starter goes. It also holds the lock on DATA_DIR, so that the next `make run` waits
until all is gone.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from dev import members


class Guardian:
    """The starter's end of the pipe."""

    def __init__(self, lock: IO[str], data_dir: Path, names: Sequence[str], runtime_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dev.guardian", str(data_dir), str(runtime_dir), *names],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Let it tidy up; returns when it has."""
        self._process.communicate()


def main(data_dir: Path, runtime_dir: Path, *names: str) -> None:
    """Wait for the starter's end; then end its processes and remove what only a running stack has."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    members.kill(data_dir, set(names))
    shutil.rmtree(runtime_dir, ignore_errors=True)
    shutil.rmtree(data_dir / "run", ignore_errors=True)
    (data_dir / "stack.env").unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
