"""The parent process of a Celery worker: starts it, and restarts it when it ends or makes no progress.

A worker can be alive and yet consume nothing (celery#8030, #10205). Neither its process nor a ping shows this, only
completed tasks do: the supervisor watches the file that each task touches.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from redis.exceptions import RedisError

from analytics_app.buffer.inbox import connect
from analytics_app.config.settings import ROOT, Config, load

log = logging.getLogger(__name__)

CHECK_EVERY_S = 0.5
RESTART_PAUSE_MAX_S = 10.0
START_WITHIN_S = 60.0  # for the first task, on a busy machine
WARM_SHUTDOWN_S = 20.0
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends: PR_SET_PDEATHSIG, prctl(2), Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Supervisor:
    def __init__(self, config: Config) -> None:
        self.config = config
        chosen = config.PROGRESS_FILE or f"{tempfile.gettempdir()}/user-actions-worker-{os.getpid()}.progress"
        self.progress = Path(chosen)
        self.redis = connect(config.CELERY_BROKER_URL, timeout=1)
        self.ending = False
        self.born = 0.0

    def run(self) -> int:
        """Run until SIGTERM or SIGINT, then let the worker finish its running tasks. Returns the exit code."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        pause = 0.0
        while not self.ending:
            child = self._start()
            self.born = self._last_task()
            why = self._watch(child)
            self._kill(child)
            if not self.ending:
                # A worker that did not complete a single task fails at its start: wait longer before each restart.
                pause = 0.0 if self._has_worked() else min(pause + 1.0, RESTART_PAUSE_MAX_S)
                log.error("worker %s: restarting it in %.0f s", why, pause)
                self._sleep(pause)
        self.progress.unlink(missing_ok=True)
        return 0

    def _start(self) -> subprocess.Popen[bytes]:
        self.progress.touch()
        command = [sys.executable, "-m", "celery", "--app", "analytics_app.worker", "worker", "--loglevel", "WARNING"]
        command += ["--concurrency", str(self.config.WORKER_CONCURRENCY), "--without-gossip", "--without-mingle"]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PROGRESS_FILE": str(self.progress)},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def _watch(self, child: subprocess.Popen[bytes]) -> str:
        """Return why the worker must be restarted, or after a signal to end."""
        stalled = 0.0
        while not self.ending:
            checked = time.monotonic()
            self._sleep(CHECK_EVERY_S)
            if child.poll() is not None:
                return f"ended with {child.returncode}"
            quiet = time.time() - self._last_task()
            # Without Redis no worker can make progress: that is not its fault.
            idle = quiet > 2 * CHECK_EVERY_S and self._redis_answers()
            stalled = stalled + time.monotonic() - checked if idle else 0.0
            patience = self.config.WORKER_STALL_S
            if stalled > (patience if self._has_worked() else max(patience, START_WITHIN_S)):
                return f"made no progress for {stalled:.0f} s"
        return "asked to end"

    def _last_task(self) -> float:
        """When the last task was completed, epoch seconds; or when the worker was started."""
        return self.progress.stat().st_mtime

    def _has_worked(self) -> bool:
        return self._last_task() > self.born

    def _redis_answers(self) -> bool:
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def _kill(self, child: subprocess.Popen[bytes]) -> None:
        """Shut it down warm if a signal asked for the end; then kill the process group, pool processes included."""
        if self.ending and child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(WARM_SHUTDOWN_S)
            except subprocess.TimeoutExpired:
                log.error("worker did not end within %.0f s: killed", WARM_SHUTDOWN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self.ending = True

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.ending and time.monotonic() < until:
            time.sleep(min(0.1, seconds))


def progress_age(config: Config) -> float:
    """Seconds since the worker that writes PROGRESS_FILE completed a task. Raises OSError if there is no file."""
    return time.time() - Path(config.PROGRESS_FILE).stat().st_mtime


if __name__ == "__main__":
    sys.exit(Supervisor(load()).run())
