"""The WSGI entry point for gunicorn."""

from study_app import create_app

app = create_app()
