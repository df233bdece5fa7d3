"""Settings of gunicorn, which runs the API. It uses threads, because a request waits for its group's fsync.

They get requests that have arrived as a whole, see web/buffered_worker.py.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# prometheus_client sums the counters of all API processes through files in this folder. It reads the variable when it
# is imported, so the variable must be set before the app is imported.
_counters = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="user-actions-metrics-")

from analytics_app.config.settings import ConfigError, load

try:
    _settings = load()
except ConfigError as error:
    sys.exit(str(error))

bind = f"{_settings.HOST}:{_settings.PORT}"
workers = _settings.API_WORKERS
threads = _settings.API_THREADS
worker_class = "analytics_app.web.buffered_worker.BufferedWorker"
keepalive = 30
timeout = 30
graceful_timeout = 15
memory = Path("/dev/shm")  # noqa: S108 (gunicorn creates a file of its own in it)
# In memory, so that a slow disk does not look like a hung worker.
worker_tmp_dir = str(memory) if os.access(memory, os.W_OK) else None
accesslog = None
forwarded_allow_ips = _settings.TRUSTED_PROXIES or "127.0.0.1,::1"  # the proxies whose X-Forwarded-Proto is trusted
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Start the publisher's threads: after the fork, which threads do not survive, and before the first request.

    A spool that a dead process left behind is therefore drained even if no request comes.
    """
    worker.app.callable.publisher.start()


def on_exit(_server: Any) -> None:
    """Remove the counters' folder."""
    shutil.rmtree(_counters, ignore_errors=True)
