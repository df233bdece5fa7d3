"""A real stack for tests: `python -m dev` with its own data folder and ports."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import psycopg2.extras
from dotenv import dotenv_values

from dev import processes
from dev.checks import http_answers, postgres_answers, redis_answers, worker_answers
from dev.settings import ROOT, free_port

NAMES = ("api", "worker", "redis", "postgres", "study")
OURS = {"ANALYTICS_PORT", "STUDY_PORT", "ANALYTICS_URL", "DATA_DIR", "DATABASE_URL", "CELERY_BROKER_URL"}
READY_WITHIN_S = 60
PATIENCE_S = 30  # of a test that waits for something without a promised time: a busy machine is slow

Rows = list[dict[str, Any]]


def wait_until(condition: Callable[[], Any], timeout: float, what: str | Callable[[], str]) -> Any:
    """Poll until the condition is true; returns its value.

    Raises:
        AssertionError: it was false for `timeout` seconds; `what` describes the condition.
    """
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what() if callable(what) else what}"
        time.sleep(0.05)
    return result


@dataclass(frozen=True)
class Service:
    """One supervised process, which is restarted when it ends."""

    name: str
    data_dir: Path
    answers: Callable[[], bool]

    @property
    def pid(self) -> int:
        """The pid of its main process; waits until there is one."""
        return int(wait_until(self._pid_text, PATIENCE_S, f"{self.name} runs"))

    def _pid_text(self) -> str:
        """Empty while it does not run."""
        with contextlib.suppress(FileNotFoundError):
            return (self.data_dir / "run" / f"{self.name}.pid").read_text()
        return ""

    def kill(self, signal_: signal.Signals = signal.SIGKILL) -> None:
        """As `kill -9`; returns when the supervisor has restarted it."""
        pid = self.pid
        os.kill(pid, signal_)
        wait_until(lambda: self.pid != pid, PATIENCE_S, f"the supervisor restarts {self.name}")

    def pause(self) -> None:
        """Suspend it and its children, as if the machine were thrashing."""
        for process in processes.find(self.data_dir, {self.name}):
            process.suspend()

    def resume(self) -> None:
        processes.resume(self.data_dir, {self.name})

    def wait_ready(self, timeout: float = PATIENCE_S) -> None:
        wait_until(self.answers, timeout, f"{self.name} answers")


class RunningStack:
    """A stack, its services, and queries of its database."""

    def __init__(self, data_dir: Path, through: Sequence[str] = (), **settings: str) -> None:
        """Start it, optionally through another program. Returns at once; `wait_ready` waits until it answers."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir = data_dir
        analytics_port, study_port = free_port(), free_port()
        self.analytics_url = f"http://127.0.0.1:{analytics_port}"
        self.study_url = f"http://127.0.0.1:{study_port}"
        self.output_path = data_dir / "output.txt"
        own = {"DATA_DIR": str(data_dir), "ANALYTICS_PORT": str(analytics_port), "STUDY_PORT": str(study_port)}
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        with self.output_path.open("w") as output:
            self.process = subprocess.Popen(
                [*through, sys.executable, "-m", "dev", *([] if through else ["--starter", str(os.getpid())])],
                cwd=ROOT,
                env={**inherited, **own, **settings},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_ready(self) -> RunningStack:
        deadline = time.monotonic() + READY_WITHIN_S
        while "Ready in" not in self.output:
            ended = self.process.poll() is not None
            assert not ended, f"the stack ended while starting:\n{self.output}\n{self.log_tails()}"
            assert time.monotonic() < deadline, f"the stack is not ready:\n{self.output}\n{self.log_tails()}"
            time.sleep(0.05)
        env = dotenv_values(self.data_dir / "stack.env")
        self.database_url, self.broker_url = str(env["DATABASE_URL"]), str(env["CELERY_BROKER_URL"])
        self.api = self._service("api", lambda: http_answers(f"{self.analytics_url}/health"))
        self.study = self._service("study", lambda: http_answers(f"{self.study_url}/health"))
        self.worker = self._service("worker", lambda: worker_answers(self.broker_url))
        self.redis = self._service("redis", lambda: redis_answers(self.broker_url))
        self.postgres = self._service("postgres", lambda: postgres_answers(self.database_url))
        return self

    def _service(self, name: str, answers: Callable[[], bool]) -> Service:
        return Service(name, self.data_dir, answers)

    @property
    def output(self) -> str:
        """What the terminal would show."""
        return self.output_path.read_text()

    @property
    def psql_command(self) -> str:
        found = re.search(r"^ *SQL +(.*)$", self.output, re.MULTILINE)
        assert found, self.output
        return found[1]

    def log_tails(self) -> str:
        tails = (f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self._logs())
        return "\n".join(tails)

    def _logs(self) -> Iterator[Path]:
        return (path for path in sorted((self.data_dir / "log").glob("*.log")) if path.stat().st_size)

    def members(self) -> list[str]:
        """Pid and name of all its processes, including children."""
        found = []
        for process in processes.find(self.data_dir, {*NAMES, "schema"}):
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end meanwhile
                found.append(f"{process.pid} {process.name()}")
        return found

    @contextlib.contextmanager
    def hanging(self, service: Service) -> Iterator[None]:
        """Suspend a service for as long as the block takes, and the supervisor too, which would restart it."""
        self.process.send_signal(signal.SIGSTOP)
        service.pause()
        try:
            yield
        finally:
            service.resume()
            try:
                service.wait_ready()  # the supervisor's health check may be waiting for its answer
            finally:
                self.process.send_signal(signal.SIGCONT)

    def rows(self, sql: str, **params: Any) -> Rows:
        """The rows of a query, in a new session, so that it works as soon as a killed PostgreSQL is back."""
        with contextlib.closing(psycopg2.connect(self.database_url)) as connection:
            connection.autocommit = True
            with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(sql, params)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def wait_for(
        self, sql: str, until: Callable[[Rows], Any] = bool, timeout: float = PATIENCE_S, **params: Any
    ) -> Rows:
        """The rows of a query as soon as `until` is true for them; on failure, the message has the last ones."""
        last: Rows = []

        def satisfied() -> bool:
            nonlocal last
            with contextlib.suppress(psycopg2.OperationalError):
                last = self.rows(sql, **params)
                return bool(until(last))
            return False

        wait_until(satisfied, timeout, lambda: f"{sql} {params}, last {last!r:.3000}")
        return last

    def stop(self, signal_: signal.Signals = signal.SIGTERM, timeout: float = 45) -> None:
        """Send a signal and wait until it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal_)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the stack did not end within {timeout:g} s:\n{self.output}") from None
