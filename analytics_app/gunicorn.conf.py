"""How gunicorn runs the API. Threads, because a request waits for its group's fsync."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# Prometheus' client sums the counters of all API processes by way of files; it looks for the folder when imported.
_counters = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="user-actions-metrics-")

from analytics_app.config.settings import ConfigError, load

try:
    _settings = load()
except ConfigError as error:
    sys.exit(str(error))

bind = f"{_settings.HOST}:{_settings.PORT}"
workers = _settings.API_WORKERS
threads = _settings.API_THREADS
worker_class = "gthread"
keepalive = 30
timeout = 30
graceful_timeout = 15
memory = Path("/dev/shm")  # noqa: S108 (gunicorn makes its own file in it)
worker_tmp_dir = str(memory) if os.access(memory, os.W_OK) else None  # a slow disk must not look like a hung worker
accesslog = None
forwarded_allow_ips = _settings.TRUSTED_PROXIES or "127.0.0.1,::1"  # whose X-Forwarded-Proto is believed
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Threads do not survive the fork; and a spool left by a dead process must not wait for the first request."""
    worker.app.callable.publisher.start()


def on_exit(_server: Any) -> None:
    shutil.rmtree(_counters, ignore_errors=True)
