"""Everything on this machine until Ctrl-C: `make run`.

PostgreSQL and Redis (embedded, unless DATABASE_URL and CELERY_BROKER_URL name others), the schema, the API, the
worker and the demo study. supervisor.py says how each is kept running, guardian.py what happens if this one is killed.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from dev import members, servers, services
from dev.checks import postgres_answers, redis_answers
from dev.embedded import access
from dev.guardian import Guardian
from dev.settings import ROOT, Problem, Settings
from dev.supervisor import Process, Spec

STOP_ORDER = ["study", "api", "worker", "redis", "postgres"]  # each before those that it needs
OTHERS_ANSWER_WITHIN_S = 10
START_WITHIN_S = 120  # long enough for a database that recovers from a crash


class Interrupted(Exception):
    """Ctrl-C or SIGTERM came while the stack was starting."""


class Stack:
    """The processes of one `make run`, and what they share."""

    def __init__(self, settings: Settings, lock: IO[str], say: Callable[[str], None]) -> None:
        self.settings = settings
        self.stopping, self.hurry = threading.Event(), threading.Event()
        self.env = {"DATA_DIR": str(settings.data_dir)}
        self.first_password = ""  # of the admin area's first user; empty where there are users already
        self._say = say
        self._processes: dict[str, Process] = {}
        self._runtime_dir = Path(tempfile.mkdtemp(prefix="user-actions-logging-"))
        self._env_path = settings.data_dir / "stack.env"
        self._guardian = Guardian(lock, settings.data_dir, [*STOP_ORDER, "schema"], self._runtime_dir)

    def start(self) -> None:
        """Start all in the order in which they need each other; returns when every one answers.

        Raises:
            Problem: something cannot be started.
            Interrupted: `request_stop` was called meanwhile.
        """
        self._await_others()
        self._await(*self._launch(*self._embedded()))
        self._write_env()
        pages = self._launch(services.study(self.settings), services.api(self.settings, self.env))
        self._manage("create_db")
        worker = self._launch(services.worker(self.env))
        self.first_password = self._manage("create_user", "--first-admin")
        self._await(*pages, *worker)

    def stop(self) -> None:
        """End all; returns when none is left."""
        self.stopping.set()
        for name in STOP_ORDER:
            if process := self._processes.get(name):
                process.stop(self.hurry)
        self._guardian.dismiss()

    def request_stop(self, *_: object) -> None:
        """The handler of Ctrl-C and SIGTERM; whoever asks twice does not want to wait."""
        (self.hurry if self.stopping.is_set() else self.stopping).set()

    def _embedded(self) -> list[Spec]:
        """The servers that no setting names; on the way, the URLs of both."""
        self.env["CELERY_BROKER_URL"], self.env["DATABASE_URL"] = self.settings.broker_url, self.settings.database_url
        if all(self.env.values()):
            return []
        data_dir, reach = self.settings.data_dir, access(self.settings.data_dir)
        specs = []
        if not self.settings.broker_url:
            self.env["CELERY_BROKER_URL"] = reach.broker_url
            specs.append(servers.redis(data_dir, self._runtime_dir, reach))
        if not self.settings.database_url:
            self.env["DATABASE_URL"] = reach.database_url
            specs.append(servers.postgres(data_dir, self._runtime_dir, reach))
        return specs

    def _launch(self, *specs: Spec) -> list[Process]:
        """Start these side by side."""
        started = [Process(spec, self.settings.data_dir, self._say) for spec in specs]
        for process in started:
            self._processes[process.name] = process
            process.start()
        return started

    def _await(self, *processes: Process) -> None:
        """Wait until each answers."""
        deadline = time.monotonic() + START_WITHIN_S
        for process in processes:
            while not process.ready.wait(0.05):
                self._heed_stop()
                if process.failed.is_set() or time.monotonic() > deadline:
                    raise Problem(f"{process.name} did not start. {last_words(process.log_path)}")

    def _await_others(self) -> None:
        """Servers that the settings name are not ours to start."""
        others = [
            ("CELERY_BROKER_URL", redis_answers, self.settings.broker_url),
            ("DATABASE_URL", postgres_answers, self.settings.database_url),
        ]
        deadline = time.monotonic() + OTHERS_ANSWER_WITHIN_S
        for name, answers, url in others:
            while url and not answers(url):
                self._heed_stop()
                if time.monotonic() > deadline:
                    raise Problem(f"The server that {name} names does not answer: start it, or leave {name} out.")
                self.stopping.wait(0.2)

    def _write_env(self) -> None:
        """For `python analytics_app/manage.py` in another terminal."""
        self._env_path.touch(mode=0o600)
        self._env_path.write_text("".join(f"{name}='{value}'\n" for name, value in self.env.items()))

    def _manage(self, *arguments: str) -> str:
        """Run a command of manage.py to its end; returns what it said, which is in no log: it may be a password."""
        log_path = self.settings.data_dir / "log" / "schema.log"
        with log_path.open("w") as log:
            child = subprocess.Popen(
                [*services.MANAGE, *arguments],
                env={**os.environ, **self.env, **members.mark(self.settings.data_dir, "schema")},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        try:
            while child.poll() is None:
                self._heed_stop()
                self.stopping.wait(0.05)
        finally:
            child.kill()
            said, _ = child.communicate()
        if child.returncode:
            raise Problem(f"manage.py {arguments[0]} failed. {last_words(log_path)}")
        return said.strip()

    def _heed_stop(self) -> None:
        if self.stopping.is_set():
            raise Interrupted


def last_words(log_path: Path) -> str:
    """The end of a log, for somebody who asks why."""
    lines = log_path.read_text(errors="replace").splitlines()[-15:] if log_path.exists() else []
    return "\n  ".join([f"Its last words, in {log_path}:", *lines])
