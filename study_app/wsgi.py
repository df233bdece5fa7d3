"""The leaf that gunicorn loads."""

from study_app import create_app

app = create_app()
