"""Entry point of the API: gunicorn --config analytics_app/gunicorn.conf.py analytics_app.wsgi:app."""

from analytics_app.app import create_app
from analytics_app.config.settings import load

app = create_app(load())
