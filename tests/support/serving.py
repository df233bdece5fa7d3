"""A second API with other settings, on the stack's PostgreSQL and Redis."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.checks import http_answers
from dev.settings import ROOT, free_port
from tests.support.running import RunningStack, wait_until


@dataclass(frozen=True)
class Api:
    url: str
    log_path: Path
    pid: int

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def worker_pid(self) -> int:
        """Of an API with one process."""
        (child,) = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(child)


@contextlib.contextmanager
def api(stack: RunningStack, folder: Path, **settings: str) -> Iterator[Api]:
    """Start gunicorn with the stack's settings and `settings`, which take precedence."""
    port = free_port()
    env = {
        **os.environ,
        "DATABASE_URL": stack.database_url,
        "CELERY_BROKER_URL": stack.broker_url,
        "DATA_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **settings,
    }
    log_path = folder / "api.log"
    call = ["-m", "gunicorn", "--config", "analytics_app/gunicorn.conf.py", "analytics_app.wsgi:app"]
    with log_path.open("w") as log:
        process = subprocess.Popen([sys.executable, *call], cwd=ROOT, env=env, stdout=log, stderr=log)
    served = Api(f"http://127.0.0.1:{port}", log_path, process.pid)
    try:
        wait_until(lambda: http_answers(f"{served.url}/health"), 30, lambda: f"the API answers: {served.log}")
        yield served
    finally:
        process.terminate()
        process.wait(30)
