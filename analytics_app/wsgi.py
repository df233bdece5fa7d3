"""Entry point of the API: gunicorn --config analytics_app/gunicorn.conf.py analytics_app.wsgi:app."""

from analytics_app import create_app

app = create_app()
