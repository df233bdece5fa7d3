"""The demo study: four pages that keep no state on the server, recorded through one script tag."""

from flask import Flask, Response

from study_app import pages
from study_app.config import Config, load
from study_app.headers import protect


def create_app(config: Config | None = None) -> Flask:
    """Create the app. Without a config, the settings are read from the environment and study_app/.env."""
    app = Flask(__name__)
    app.extensions["study"] = config or load()
    app.after_request(protect)
    app.register_blueprint(pages.blueprint)
    app.add_url_rule("/health", "health", lambda: Response("ok\n", mimetype="text/plain"))
    return app
