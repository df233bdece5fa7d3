"""Entry point of the Celery worker: celery --app analytics_app.worker worker."""

from analytics_app import create_app

app = create_app().extensions["celery"]
