"""The built-in tables, step by step (Alembic by way of Flask-Migrate). `create_db` takes these steps."""

from __future__ import annotations

from pathlib import Path

from flask_migrate import Migrate

FOLDER = Path(__file__).resolve().parent

migrate = Migrate(directory=str(FOLDER))
