"""`python -m dev`: lock the data folder, start the stack, print where everything is, wait for Ctrl-C."""

import argparse
import contextlib
import logging
import os
import shlex
import signal
import sys
import time
from pathlib import Path

from dev.data_dir import claim
from dev.embedded import psql
from dev.settings import Problem, Settings, is_free, load
from dev.stack import Interrupted, Stack

SHARED_MEMORY = "/dev/shm"  # noqa: S108 (no file is created there)


def say(text: str) -> None:
    """Print a line; a closed terminal must not keep the stack from shutting down cleanly."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def check_machine() -> None:
    """Check what a minimal chroot may lack: /proc to find the stack's processes, /dev/shm for Celery's semaphores.

    Raises:
        Problem: one of them is missing.
    """
    if sys.platform == "linux" and not Path("/proc/self").exists():
        raise Problem("/proc is not mounted: as root, run `mount -t proc proc /proc`.")
    if sys.platform == "linux" and not os.access(SHARED_MEMORY, os.W_OK):
        raise Problem(f"{SHARED_MEMORY} cannot be written: as root, run `mount -t tmpfs tmpfs {SHARED_MEMORY}`.")


def check_ports(settings: Settings) -> None:
    """Raise Problem if a port is in use."""
    for name, port in (("ANALYTICS_PORT", settings.analytics_port), ("STUDY_PORT", settings.study_port)):
        if not is_free(port):
            raise Problem(f"Port {port} is in use: stop what uses it, or run `make run {name}={port + 10}`.")


def greeting(settings: Settings, database_url: str, first_password: str, seconds: float) -> str:
    """The text that is printed when everything runs; the first admin's password is shown only this once."""
    sign_in = f"  as admin, password {first_password} (shown only once: keep it)" if first_password else ""
    return f"""
Ready in {seconds:.1f} s. Press Ctrl-C to stop; the data stay in {settings.data_dir}.

  Demo study    {settings.study_url}/?user=test
  In your page  <script src="{settings.analytics_url}/UserLogger.js" data-study="my-study"></script>
  Recording?    {settings.analytics_url}/status
  Admin         {settings.analytics_url}/admin/{sign_in}
  SQL           {shlex.join([psql(), database_url])}
  Logs          {settings.data_dir / "log"}
"""


def is_ending(starter: int) -> bool:
    """Whether the make that started this process has ended, or is waiting for this process to end.

    Ctrl-C sends SIGINT to all processes of the terminal. If only make gets a SIGINT, it waits for its children without
    forwarding the signal. While it waits, it blocks SIGINT, and that is the only visible sign of it.
    """
    if os.getppid() != starter:
        return True
    if signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []):
        return False  # blocked in this process too, so the mask was inherited and says nothing about make
    with contextlib.suppress(OSError):
        status = dict(line.split(":", 1) for line in Path(f"/proc/{starter}/status").read_text().splitlines())
        blocked = bool(int(status["SigBlk"], 16) >> (signal.SIGINT - 1) & 1)
        # Only if it is make: Python, for example, blocks all signals briefly whenever it starts a process.
        return blocked and status["Name"].strip() in ("make", "gmake")
    return False


def run(settings: Settings, starter: int | None) -> None:
    """Start the stack, wait until it should stop, stop it."""
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
    parser.add_argument("--starter", type=int, metavar="PID", help="stop when this parent process (make) ends")
    arguments = parser.parse_args()
    logging.raiseExceptions = False  # on a full disk, drop log lines instead of printing tracebacks
    try:
        run(load(), arguments.starter)
    except Problem as problem:
        print(f"make run: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        reason = f"{error.filename} cannot be used ({error.strerror})" if error.filename else str(error)
        print(f"make run: {reason}: change its owner to this user, or set DATA_DIR to another folder.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the stack handles the signal itself
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
