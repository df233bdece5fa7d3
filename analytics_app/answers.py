"""What every answer carries: CORS, the server's time, security headers; and errors as JSON."""

from __future__ import annotations

import time

from flask import Flask, Response, current_app, jsonify, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException

from analytics_app.config import Config

PREFLIGHT_S = "86400"  # Firefox' limit; Chromium takes two hours of it
EXPOSED = "X-Server-Time, Retry-After"
PAGES = ("/admin", "/status", "/metrics")  # for people: no script of another site may read them


def init_app(app: Flask) -> None:
    app.after_request(add_headers)
    app.register_error_handler(HTTPException, as_json)
    app.register_error_handler(ParseException, no_http)
    app.register_error_handler(Exception, unexpected)


def add_headers(response: Response) -> Response:
    response.headers["X-Server-Time"] = str(time.time_ns() // 1_000_000)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.mimetype == "text/html":
        protect(response)
    if not request.path.startswith(PAGES):
        add_cors(response)
    return response


def protect(response: Response) -> None:
    """A page. It may allow itself more where it says so; Strict-Transport-Security is for what ends TLS to say."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")


def add_cors(response: Response) -> None:
    """Errors too: without these the logger sees a network error and never learns of a 413."""
    settings: Config = current_app.config["SETTINGS"]
    origin = request.headers.get("Origin", "")
    if "*" in settings.origins:
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.vary.add("Origin")
        # A refused origin may read its 403, which says what to do; its preflight stays ungranted.
        if origin in settings.origins or response.status_code == 403:
            response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS":
        # The original logger asks for leave to send Access-Control-Allow-Origin as a request header.
        asked = request.headers.get("Access-Control-Request-Headers", "Content-Type")
        response.headers["Access-Control-Allow-Headers"] = asked
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_S
        if request.headers.get("Access-Control-Request-Private-Network") == "true":
            response.headers["Access-Control-Allow-Private-Network"] = "true"


def as_json(error: HTTPException) -> Response:
    """404, 405 and what Werkzeug itself refuses, in the words of the protocol."""
    response = error.get_response()
    body = jsonify(success=False, error=error.name.lower().replace(" ", "_"), message=error.description)
    response.data, response.content_type = body.data, "application/json"
    return Response(response.data, error.code, headers=list(response.headers))


def no_http(error: ParseException) -> Response:
    """A chunked body that breaks off its form while it is read: the client's fault, and no trace in the log."""
    return as_json(BadRequest(f"The body is not HTTP: {error}."))


def unexpected(error: Exception) -> Response:
    """A fault of our own: the client keeps its batch and sends it again."""
    current_app.logger.exception("a request failed", exc_info=error)
    response = jsonify(success=False, error="server", message="The server failed; send the batch again later.")
    response.status_code = 503
    response.headers["Retry-After"] = str(current_app.config["SETTINGS"].RETRY_AFTER_S)
    return response
