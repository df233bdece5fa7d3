"""The headers of every answer (CORS, the server's time, security), and errors as JSON."""

from __future__ import annotations

import time

from flask import Flask, Response, jsonify, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException

from analytics_app.config.settings import Config

PREFLIGHT_S = "86400"  # Firefox' limit; Chromium caps it at two hours
EXPOSED = "X-Server-Time, Retry-After"
PAGES = ("/admin", "/status", "/metrics")  # without CORS headers: scripts of other sites must not read them


def init_app(app: Flask, config: Config) -> None:
    """Register the headers and the error handlers for the whole app."""

    origins = config.origins

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.add("X-Server-Time", str(time.time_ns() // 1_000_000))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.mimetype == "text/html":
            protect(response)
        if not request.path.startswith(PAGES):
            add_cors(response, origins)
        return response

    @app.errorhandler(Exception)
    def server_error(error: Exception) -> Response:
        """The server's own fault: the client keeps its batch and sends it again."""
        app.logger.exception("a request failed", exc_info=error)
        response = jsonify(success=False, error="server", message="The server failed; send the batch again later.")
        response.status_code = 503
        response.headers["Retry-After"] = str(config.RETRY_AFTER_S)
        return response

    app.register_error_handler(HTTPException, as_json)
    app.register_error_handler(ParseException, invalid_http)


def protect(response: Response) -> None:
    """Set what the page has not set itself. Strict-Transport-Security is up to the proxy that terminates TLS."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")


def add_cors(response: Response, origins: frozenset[str]) -> None:
    """On errors too: without these headers the logger sees a network error and never learns of a 413."""
    if "*" in origins:
        response.headers.add("Access-Control-Allow-Origin", "*")
    else:
        origin = request.headers.get("Origin", "")
        response.vary.add("Origin")
        # A refused origin may read its 403, which says what to do; its preflight is not granted.
        if origin in origins or response.status_code == 403:
            response.headers["Access-Control-Allow-Origin"] = origin
    response.headers.add("Access-Control-Expose-Headers", EXPOSED)
    if request.method == "OPTIONS":
        # The original logger requests permission to send Access-Control-Allow-Origin as a request header.
        requested = request.headers.get("Access-Control-Request-Headers", "Content-Type")
        response.headers["Access-Control-Allow-Headers"] = requested
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_S
        if request.headers.get("Access-Control-Request-Private-Network") == "true":
            response.headers["Access-Control-Allow-Private-Network"] = "true"


def as_json(error: HTTPException) -> Response:
    """404, 405 and the errors that Werkzeug raises itself, in the format of the protocol."""
    response = error.get_response()
    body = jsonify(success=False, error=error.name.lower().replace(" ", "_"), message=error.description)
    response.data, response.content_type = body.data, "application/json"
    return Response(response.data, error.code, headers=list(response.headers))


def invalid_http(error: ParseException) -> Response:
    """A chunked body that turns out to be malformed while it is read. It is the client's error, so it is not logged."""
    return as_json(BadRequest(f"The body is not HTTP: {error}."))
