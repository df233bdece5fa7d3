"""gunicorn --config study_app/gunicorn.conf.py study_app.wsgi:app, from the folder above."""

import os
from pathlib import Path

from study_app.config import load

_config = load()
bind = f"[{_config.host}]:{_config.port}" if ":" in _config.host else f"{_config.host}:{_config.port}"
workers = 1
# Threads, since a browser keeps connections open that would each occupy a synchronous worker.
threads = 8
# Heartbeats in memory: on a container's overlay disk they can stall a worker until gunicorn kills it.
_memory = Path("/dev/shm")  # noqa: S108 - gunicorn opens a file of its own there, by mkstemp
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
# Its default is one path for every gunicorn of a user, and the API is another one.
control_socket_disable = True
