"""The database session of a request (Flask-SQLAlchemy)."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from analytics_app.database.db import Base

db = SQLAlchemy(model_class=Base)
