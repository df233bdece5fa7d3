"""Security headers, with one exception: the origin that the logger is loaded from and sends to."""

from urllib.parse import urlsplit

from flask import Response, current_app, request

from study_app.config import Config, is_base_url


def analytics_url() -> str:
    """URL of the analytics API for the requesting browser; empty if its Host header is not a valid host name.

    Set ANALYTICS_URL behind a proxy that terminates TLS: there the request's scheme is http, and a browser blocks an
    http script on an https page.
    """
    config: Config = current_app.extensions["study"]
    if config.analytics_url:
        return config.analytics_url
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""
    url = f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{config.analytics_port}"
    return url if is_base_url(url) else ""


def protect(response: Response) -> Response:
    """Add headers that allow this server's own files and the logger, and nothing else."""
    parts = urlsplit(analytics_url())
    origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "img-src 'self'; style-src 'self'; "
        f"script-src 'self'{origin}; connect-src 'self'{origin}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # Not "no-referrer": sendBeacon would send the Origin "null", which an API with a list of allowed origins refuses.
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    return response
