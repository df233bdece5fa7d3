"""Keeps a process running: start it, wait until it answers, start it again when it dies or hangs."""

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

from dev import members

LOG_BYTES = 5_000_000  # of one log file; one older one is kept
# A PostgreSQL that starts or stops turns its clients away in these words: that is no news.
IMPORTANT = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b(?!:  the database system is)")
READY_WITHIN_S = 60
HANGING_AFTER_S = 10  # without an answer
STEADY_AFTER_S = 5
LONGEST_PAUSE_S = 4


@dataclass(frozen=True)
class Account:
    """An unprivileged user, for servers that a caller who is root starts."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Spec:
    """What to run and how to tell that it is well."""

    name: str
    argv: Sequence[str]
    answers: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    account: Account | None = None
    stdin: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 5
    watched: bool = False  # started again too when it runs but does not answer
    stale: Path | None = None  # a file that an earlier life may have left, removed before each start


class Process(threading.Thread):
    """One supervised process; the thread lives as long as the process should run."""

    def __init__(self, spec: Spec, data_dir: Path, say: Callable[[str], None]) -> None:
        super().__init__(name=spec.name, daemon=True)
        self.spec = spec
        self.ready = threading.Event()
        self.failed = threading.Event()  # ended before it was ever ready: starting it again would not help
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
        pause, lives = 0.0, 0
        while not self._stopping.wait(pause):
            began = time.monotonic()
            how = self._live(again=lives > 0)
            if self._stopping.is_set():
                return
            lives += 1
            if not self.ready.is_set() and lives == 1:
                self.failed.set()
                return
            self.ready.clear()
            steady = time.monotonic() - began > STEADY_AFTER_S
            pause = 0 if steady else min(max(2 * pause, 0.25), LONGEST_PAUSE_S)
            self._say(f"{self.name} {how}: starting it again" + (f" in {pause:g} s" if pause else ""))

    def _live(self, again: bool) -> str:
        """One life, from start to end; returns how it ended."""
        try:
            if self.spec.stale:
                self.spec.stale.unlink(missing_ok=True)
            with self._starting:
                if self._stopping.is_set():
                    return "was stopped"
                child = self._child = self._spawn()
            return self._attend(child, again)
        except OSError as error:  # a full disk, a program that is gone
            return f"cannot be started ({error})"
        finally:
            members.kill(self._data_dir, {self.name})

    def _attend(self, child: subprocess.Popen[str], again: bool) -> str:
        """Be there until it has ended or is given up."""
        self._pid_path.write_text(f"{child.pid}\n")
        if self._wait_until_it_answers(child):
            self.ready.set()
            if again:
                self._say(f"{self.name} is back")
            hangs = self._watch(child)
        else:
            hangs = child.poll() is None
        child.kill()
        child.wait()
        self._pid_path.unlink(missing_ok=True)
        return "does not answer" if hangs else f"died ({ending(child.returncode)})"

    def _spawn(self) -> subprocess.Popen[str]:
        """Start the process in a session of its own, so that the terminal's Ctrl-C reaches the starter alone."""
        account = self.spec.account
        child = subprocess.Popen(
            self.spec.argv,
            env={**os.environ, **self.spec.env, **members.mark(self._data_dir, self.name)},
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

    def _wait_until_it_answers(self, child: subprocess.Popen[str]) -> bool:
        """A database that recovers from a crash takes as long as it takes; what is watched should be quick."""
        deadline = time.monotonic() + (READY_WITHIN_S if self.spec.watched else math.inf)
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
            elif time.monotonic() - answered > HANGING_AFTER_S:
                return True

    def stop(self, hurry: threading.Event) -> None:
        """End the process: asked first, killed with all its children when it does not heed within its grace."""
        self._stopping.set()
        with self._starting:
            child = self._child
        if child and child.poll() is None:
            members.resume(self._data_dir, {self.name})
            child.send_signal(self.spec.stop_signal)
            deadline = time.monotonic() + self.spec.grace_s
            while child.poll() is None and time.monotonic() < deadline and not hurry.wait(0.02):
                pass
            if child.poll() is None:
                self._say(f"{self.name} does not end: killing it")
                members.kill(self._data_dir, {self.name})
        if self.is_alive():
            self.join()


def ending(code: int) -> str:
    """An exit status in words: "exit code 1", "SIGKILL"."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
