"""Keeps a process running: starts it, waits until it responds, restarts it when it dies or hangs."""

import contextlib
import logging
import math
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from dev import processes

LOG_BYTES = 5_000_000  # per log file; one older file is kept
# "FATAL: the database system is starting up" or "... shutting down" is normal, and not shown in the terminal.
IMPORTANT = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b(?!:  the database system is)")
READY_TIMEOUT_S = 60
HANG_TIMEOUT_S = 10  # without a response
STABLE_AFTER_S = 5  # a process that ran for longer is restarted at once
MAX_PAUSE_S = 4  # before a restart


@dataclass(frozen=True)
class Account:
    """An unprivileged user that runs the servers if the caller is root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Spec:
    """What to run, and how to check it."""

    name: str
    argv: Sequence[str]
    answers: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    account: Account | None = None
    stdin: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 5
    watched: bool = False  # also restart it when it runs but does not respond
    stale: Path | None = None  # a file that a previous run may have left behind; removed before each start


class Process(threading.Thread):
    """One supervised process; the thread runs for as long as the process should run."""

    def __init__(self, spec: Spec, data_dir: Path, say: Callable[[str], None]) -> None:
        super().__init__(name=spec.name, daemon=True)
        self.spec = spec
        self.ready = threading.Event()
        self.failed = threading.Event()  # ended before it was ever ready: a restart would not help
        self.log_path = data_dir / "log" / f"{spec.name}.log"
        self._pid_path = data_dir / "run" / f"{spec.name}.pid"
        self._data_dir = data_dir
        self._say = say
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._log = logging.Logger(spec.name)
        self._log.addHandler(RotatingFileHandler(self.log_path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"))

    def run(self) -> None:
        pause, runs = 0.0, 0
        while not self._stopping.wait(pause):
            began = time.monotonic()
            ending = self._run_once(is_restart=runs > 0)
            if self._stopping.is_set():
                return
            runs += 1
            if not self.ready.is_set() and runs == 1:
                self.failed.set()
                return
            self.ready.clear()
            stable = time.monotonic() - began > STABLE_AFTER_S
            pause = 0 if stable else min(max(2 * pause, 0.25), MAX_PAUSE_S)
            self._say(f"{self.name} {ending}: restarting it" + (f" in {pause:g} s" if pause else ""))

    def _run_once(self, is_restart: bool) -> str:
        """Start the process and wait until it ends; returns how it ended."""
        try:
            if self.spec.stale:
                self.spec.stale.unlink(missing_ok=True)
            with self._starting:
                if self._stopping.is_set():
                    return "was stopped"
                child = self._child = self._spawn()
            return self._supervise(child, is_restart)
        except OSError as error:  # such as a full disk or a missing program
            return f"cannot be started ({error})"
        finally:
            processes.kill(self._data_dir, {self.name})

    def _supervise(self, child: subprocess.Popen[str], is_restart: bool) -> str:
        """Watch the child until it has ended or hangs; returns which."""
        self._pid_path.write_text(f"{child.pid}\n")
        if self._wait_until_ready(child):
            self.ready.set()
            if is_restart:
                self._say(f"{self.name} is running again")
            hangs = self._watch(child)
        else:
            hangs = child.poll() is None
        child.kill()
        child.wait()
        self._pid_path.unlink(missing_ok=True)
        return "does not respond" if hangs else f"died ({exit_reason(child.returncode)})"

    def _spawn(self) -> subprocess.Popen[str]:
        """Start the process in a separate session, so that Ctrl-C in the terminal only reaches `make run` itself."""
        account = self.spec.account
        child = subprocess.Popen(
            self.spec.argv,
            env={**os.environ, **self.spec.env, **processes.mark(self._data_dir, self.name)},
            cwd=self.spec.cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        threading.Thread(target=self._keep_log, args=[child.stdout], daemon=True).start()
        if child.stdin:
            with contextlib.suppress(BrokenPipeError), child.stdin:
                child.stdin.write(self.spec.stdin)
        return child

    def _keep_log(self, lines: IO[str]) -> None:
        for line in lines:
            self._log.info(line.rstrip("\n"))
            if IMPORTANT.search(line) and not self._stopping.is_set():
                self._say(f"{self.name}: {line.strip()}")

    def _wait_until_ready(self, child: subprocess.Popen[str]) -> bool:
        """No time limit unless the process is watched: the crash recovery of a database can take long."""
        deadline = time.monotonic() + (READY_TIMEOUT_S if self.spec.watched else math.inf)
        while child.poll() is None and time.monotonic() < deadline:
            if self.spec.answers():
                return True
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.1)
        return False

    def _watch(self, child: subprocess.Popen[str]) -> bool:
        """Return when the process has ended (False) or hangs (True)."""
        answered = time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(1)
                return False
            if not self.spec.watched or self._stopping.is_set() or self.spec.answers():
                answered = time.monotonic()
            elif time.monotonic() - answered > HANG_TIMEOUT_S:
                return True

    def stop(self, stop_now: threading.Event) -> None:
        """Send the stop signal; kill the process and its children after the grace period, or once stop_now is set."""
        self._stopping.set()
        with self._starting:
            child = self._child
        if child and child.poll() is None:
            processes.resume(self._data_dir, {self.name})
            child.send_signal(self.spec.stop_signal)
            deadline = time.monotonic() + self.spec.grace_s
            while child.poll() is None and time.monotonic() < deadline and not stop_now.wait(0.02):
                pass
            if child.poll() is None:
                self._say(f"{self.name} does not stop: killing it")
                processes.kill(self._data_dir, {self.name})
        if self.is_alive():
            self.join()


def exit_reason(code: int) -> str:
    """An exit status as text: "exit code 1" or "SIGKILL"."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
