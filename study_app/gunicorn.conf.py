"""Settings for `gunicorn --config study_app/gunicorn.conf.py study_app.wsgi:app`, called in the repository root."""

import os
from pathlib import Path

from study_app.config import load

_config = load()
bind = f"[{_config.host}]:{_config.port}" if ":" in _config.host else f"{_config.host}:{_config.port}"
workers = 1
# Threads, because browsers keep connections open, and each would occupy a synchronous worker.
threads = 8
# Keep heartbeat files in memory: on a container's overlay disk they can stall a worker until gunicorn kills it.
_memory = Path("/dev/shm")  # noqa: S108 - gunicorn creates its own file there with mkstemp
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
# The default path is the same for every gunicorn of a user, and the API runs another one.
control_socket_disable = True
