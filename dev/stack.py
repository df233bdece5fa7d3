"""The complete system on one machine, as started by `make run`.

PostgreSQL and Redis (embedded, unless DATABASE_URL and CELERY_BROKER_URL name other servers), the schema, the API, the
worker and the demo study. supervisor.py keeps each process running; cleanup.py kills them all if `make run` is killed.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from dev import processes, servers, services
from dev.checks import postgres_answers, redis_answers
from dev.cleanup import CleanupProcess
from dev.embedded import load_access
from dev.settings import ROOT, Problem, Settings
from dev.supervisor import Process, Spec

STOP_ORDER = ["study", "api", "worker", "redis", "postgres"]  # each one before the servers that it needs
EXTERNAL_SERVER_TIMEOUT_S = 10
START_TIMEOUT_S = 120  # long enough for the crash recovery of a database


class Interrupted(Exception):
    """Ctrl-C or SIGTERM was received while the stack was starting."""


class Stack:
    """The processes of one `make run` and what they share."""

    def __init__(self, settings: Settings, lock: IO[str], say: Callable[[str], None]) -> None:
        self.settings = settings
        self.stopping, self.stop_now = threading.Event(), threading.Event()
        self.env = {"DATA_DIR": str(settings.data_dir)}
        self.first_password = ""  # of the admin area's first user; empty if there are users already
        self._say = say
        self._processes: dict[str, Process] = {}
        self._runtime_dir = Path(tempfile.mkdtemp(prefix="user-actions-logging-"))
        self._env_path = settings.data_dir / "stack.env"
        self._cleanup = CleanupProcess(lock, settings.data_dir, [*STOP_ORDER, "schema"], self._runtime_dir)

    def start(self) -> None:
        """Start all processes in the order of their dependencies; returns when every one responds.

        Raises:
            Problem: a process cannot be started.
            Interrupted: `request_stop` was called in the meantime.
        """
        self._await_external()
        self._await(*self._launch(*self._embedded()))
        self._write_env()
        pages = self._launch(services.study(self.settings), services.api(self.settings, self.env))
        self._manage("create_db")
        worker = self._launch(services.worker(self.env))
        self.first_password = self._manage("create_user", "--first-admin")
        self._await(*pages, *worker)

    def stop(self) -> None:
        """Stop all processes; returns when none is left."""
        self.stopping.set()
        for name in STOP_ORDER:
            if process := self._processes.get(name):
                process.stop(self.stop_now)
        self._cleanup.run()

    def request_stop(self, *_: object) -> None:
        """Signal handler for Ctrl-C and SIGTERM; a second signal kills the processes without waiting."""
        (self.stop_now if self.stopping.is_set() else self.stopping).set()

    def _embedded(self) -> list[Spec]:
        """The embedded servers to start, if any; also sets the URLs of both servers in `env`."""
        self.env["CELERY_BROKER_URL"], self.env["DATABASE_URL"] = self.settings.broker_url, self.settings.database_url
        if all(self.env.values()):
            return []
        data_dir, access = self.settings.data_dir, load_access(self.settings.data_dir)
        specs = []
        if not self.settings.broker_url:
            self.env["CELERY_BROKER_URL"] = access.broker_url
            specs.append(servers.redis(data_dir, self._runtime_dir, access))
        if not self.settings.database_url:
            self.env["DATABASE_URL"] = access.database_url
            specs.append(servers.postgres(data_dir, self._runtime_dir, access))
        return specs

    def _launch(self, *specs: Spec) -> list[Process]:
        """Start the processes in parallel."""
        started = [Process(spec, self.settings.data_dir, self._say) for spec in specs]
        for process in started:
            self._processes[process.name] = process
            process.start()
        return started

    def _await(self, *processes: Process) -> None:
        """Wait until every process responds."""
        deadline = time.monotonic() + START_TIMEOUT_S
        for process in processes:
            while not process.ready.wait(0.05):
                self._raise_if_stopping()
                if process.failed.is_set() or time.monotonic() > deadline:
                    raise Problem(f"{process.name} did not start. {log_tail(process.log_path)}")

    def _await_external(self) -> None:
        """Wait for the servers that the settings name: they are started by others."""
        external = [
            ("CELERY_BROKER_URL", redis_answers, self.settings.broker_url),
            ("DATABASE_URL", postgres_answers, self.settings.database_url),
        ]
        deadline = time.monotonic() + EXTERNAL_SERVER_TIMEOUT_S
        for name, answers, url in external:
            while url and not answers(url):
                self._raise_if_stopping()
                if time.monotonic() > deadline:
                    raise Problem(f"The server in {name} does not respond: start it, or leave {name} unset.")
                self.stopping.wait(0.2)

    def _write_env(self) -> None:
        """Write the settings that `python analytics_app/manage.py` reads when it is called in another terminal."""
        self._env_path.touch(mode=0o600)
        self._env_path.write_text("".join(f"{name}='{value}'\n" for name, value in self.env.items()))

    def _manage(self, *arguments: str) -> str:
        """Run a manage.py command; returns its output, which is not logged because it may be a password."""
        log_path = self.settings.data_dir / "log" / "schema.log"
        with log_path.open("w") as log:
            child = subprocess.Popen(
                [*services.MANAGE, *arguments],
                env={**os.environ, **self.env, **processes.mark(self.settings.data_dir, "schema")},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        try:
            while child.poll() is None:
                self._raise_if_stopping()
                self.stopping.wait(0.05)
        finally:
            child.kill()
            output, _ = child.communicate()
        if child.returncode:
            raise Problem(f"manage.py {arguments[0]} failed. {log_tail(log_path)}")
        return output.strip()

    def _raise_if_stopping(self) -> None:
        if self.stopping.is_set():
            raise Interrupted


def log_tail(log_path: Path) -> str:
    """The last lines of a log, for an error message."""
    lines = log_path.read_text(errors="replace").splitlines()[-15:] if log_path.exists() else []
    return "\n  ".join([f"The end of its log, {log_path}:", *lines])
