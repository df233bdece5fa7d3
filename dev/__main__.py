"""`python -m dev`: claim the data folder, start the stack, say where everything is, wait for the end."""

import argparse
import contextlib
import fcntl
import logging
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import IO

from dev.embedded import psql
from dev.settings import Problem, Settings, is_free, load
from dev.stack import Interrupted, Stack

SHARED_MEMORY = "/dev/shm"  # noqa: S108 (no file of ours goes there)
ENDING_S = 2  # that a stack which was killed may still hold its folder and ports


def say(text: str) -> None:
    # A terminal that was closed must not keep the stack from ending well.
    with contextlib.suppress(OSError):
        print(text, flush=True)


def check_machine() -> None:
    """What a bare chroot may lack: without /proc nobody sees which processes are ours, and Celery needs semaphores."""
    if sys.platform == "linux" and not Path("/proc/self").exists():
        raise Problem("/proc is not mounted: as root, run `mount -t proc proc /proc`.")
    if sys.platform == "linux" and not os.access(SHARED_MEMORY, os.W_OK):
        raise Problem(f"{SHARED_MEMORY} cannot be written: as root, run `mount -t tmpfs tmpfs {SHARED_MEMORY}`.")


def claim(data_dir: Path) -> IO[str]:
    """Make the folder ours for as long as the returned file is open."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "stack.lock").open("a+")
    except OSError as error:
        why = f"DATA_DIR={data_dir} cannot be written ({error.strerror})"
        raise Problem(f"{why}: make it writable, or set DATA_DIR to another folder.") from None
    deadline = time.monotonic() + ENDING_S
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
            # Only now: the guardian of the stack before removes its own until it lets the lock go.
            for folder in ("log", "run"):
                (data_dir / folder).mkdir(exist_ok=True)
            return lock


def check_ports(settings: Settings) -> None:
    for name, port in (("ANALYTICS_PORT", settings.analytics_port), ("STUDY_PORT", settings.study_port)):
        if not is_free(port):
            raise Problem(f"Port {port} is in use: stop what listens there, or say `make run {name}={port + 10}`.")


def greeting(settings: Settings, database_url: str, first_password: str, seconds: float) -> str:
    """What a person needs next; the first admin's password is said this once."""
    sign_in = f"  as admin, password {first_password} (written down nowhere: keep it)" if first_password else ""
    return f"""
Ready in {seconds:.1f} s. Ctrl-C ends everything; the data stay in {settings.data_dir}.

  Demo study    {settings.study_url}/?user=test
  In your page  <script src="{settings.analytics_url}/UserLogger.js" data-study="my-study"></script>
  Recording?    {settings.analytics_url}/status
  Admin         {settings.analytics_url}/admin/{sign_in}
  SQL           {shlex.join([psql(), database_url])}
  Logs          {settings.data_dir / "log"}
"""


def is_ending(starter: int) -> bool:
    """Whether the make that started this process is gone, or waits for us to end.

    A make that alone gets a SIGINT (Ctrl-C goes to all of the terminal's processes) waits for its children without
    telling them. While it waits it blocks the signal, which is all that can be seen of it.
    """
    if os.getppid() != starter:
        return True
    if signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []):  # inherited, so it says nothing about make
        return False
    with contextlib.suppress(OSError):
        status = dict(line.split(":", 1) for line in Path(f"/proc/{starter}/status").read_text().splitlines())
        blocked = bool(int(status["SigBlk"], 16) >> (signal.SIGINT - 1) & 1)
        # Of make alone: Python, for one, blocks all signals for a moment whenever it starts a process.
        return blocked and status["Name"].strip() in ("make", "gmake")
    return False


def run(settings: Settings, starter: int | None) -> None:
    """Start, wait, stop."""
    began = time.monotonic()
    check_machine()
    with claim(settings.data_dir) as lock:
        check_ports(settings)
        stack = Stack(settings, lock, say)
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, stack.request_stop)
        try:
            stack.start()
            say(greeting(settings, stack.env["DATABASE_URL"], stack.first_password, time.monotonic() - began))
            while not stack.stopping.wait(0.5):
                if starter and is_ending(starter):
                    break
            say("Stopping.")
        except Interrupted:
            say("Stopping.")
        finally:
            stack.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starter", type=int, metavar="PID", help="end when this parent process (make) has ended")
    arguments = parser.parse_args()
    logging.raiseExceptions = False  # a full disk costs lines of a log, not a screenful of tracebacks
    try:
        run(load(), arguments.starter)
    except Problem as problem:
        print(f"make run: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        what = f"{error.filename} cannot be used ({error.strerror})" if error.filename else str(error)
        print(f"make run: {what}: make it yours, or set DATA_DIR to another folder.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the stack could take the signal itself
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
