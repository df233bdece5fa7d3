"""Entry point of the Celery worker: celery --app analytics_app.worker worker."""

from analytics_app.celery_app import create_worker
from analytics_app.config.settings import load

app = create_worker(load())
