"""A process that cleans up when `make run` ends, even if `make run` was killed with SIGKILL.

It blocks on a pipe that the kernel closes when `make run` ends for whatever reason. It also holds the lock on DATA_DIR,
so that the next `make run` waits until the cleanup is complete.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from dev import processes


class CleanupProcess:
    """The end of the pipe that `make run` keeps open."""

    def __init__(self, lock: IO[str], data_dir: Path, names: Sequence[str], runtime_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dev.cleanup", str(data_dir), str(runtime_dir), *names],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )

    def run(self) -> None:
        """Start the cleanup by closing the pipe, and wait until it is complete."""
        self._process.communicate()


def main(data_dir: Path, runtime_dir: Path, *names: str) -> None:
    """Wait until `make run` ends; then kill its processes and remove the files that exist only while it runs."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    processes.kill(data_dir, set(names))
    shutil.rmtree(runtime_dir, ignore_errors=True)
    shutil.rmtree(data_dir / "run", ignore_errors=True)
    (data_dir / "stack.env").unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
