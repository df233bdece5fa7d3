"""The ingest door: checks a body's form, hands it to the publisher, answers when it is durable.

It judges no action and never touches PostgreSQL. docs/protocol.md lists every answer.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from analytics_app.client import client_address
from analytics_app.config import Config
from analytics_app.delivery import Delivery
from analytics_app.metrics import API
from analytics_app.protocol import depth, parse
from analytics_app.publisher import Publisher, Unavailable
from analytics_app.ratelimit import RateLimit
from analytics_app.uuid7 import uuid7

bp = Blueprint("collect", __name__)

DISCARD_BYTES_MAX = 67_108_864  # read and thrown away before a 413, so that the browser sees the answer


class Refusal(Exception):
    """An answer other than 200: status, code and the sentence that says what to do."""

    def __init__(self, status: int, error: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.error, self.message, self.retry_after = status, error, message, retry_after


@bp.post("/analytics", strict_slashes=False)
def analytics() -> Response:
    return take("analytics")


@bp.post("/event/", strict_slashes=False)
def event() -> Response:
    return take("event")


def take(kind: str) -> Response:
    """Accept one body: 200 when it is durable; where it is only asked whether it would be, nothing is kept."""
    settings: Config = current_app.config["SETTINGS"]
    publisher: Publisher = current_app.extensions["publisher"]
    received_at = time.time_ns() // 1_000_000
    check_origin(settings)
    check_rate()
    body = read_body(settings)
    check_form(body, settings, kind)
    delivery = Delivery(str(uuid7()), received_at, kind, body)
    if request.args.get("validate", "0") not in ("", "0"):
        validate: Callable[[Delivery], Response] = current_app.extensions["validate"]
        return validate(delivery)
    try:
        publisher.publish(delivery)
    except Unavailable as error:
        message = f"Keep the batch and send it again later: {error}."
        raise Refusal(503, "unavailable", message, settings.RETRY_AFTER_S) from error
    API.accepted.inc()
    return jsonify(success=True)


def check_origin(settings: Config) -> None:
    origin = request.headers.get("Origin")
    if origin and "*" not in settings.origins and origin not in settings.origins:
        raise Refusal(403, "origin", f"Add {origin} to CORS_ORIGINS of the analytics app to let it send.")


def check_rate() -> None:
    limit: RateLimit = current_app.extensions["ratelimit"]
    if limit.limit and (seconds := limit.retry_after(client_address())):
        raise Refusal(429, "rate", f"Keep the batch and send it again in {seconds} s.", seconds)


def read_body(settings: Config) -> bytes:
    """The body, decompressed."""
    limit = settings.BODY_BYTES_MAX
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if not encoding and request.args.get("compression") == "gzip":
        encoding = "gzip"
    if encoding not in ("", "identity", "gzip"):
        raise Refusal(415, "content_encoding", "Send the body as it is or with Content-Encoding: gzip.")
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        discard_body()
        raise too_large(limit) from None
    return gunzip(body, limit) if encoding == "gzip" else body


def discard_body() -> None:
    stream, left = request.environ["wsgi.input"], DISCARD_BYTES_MAX
    while left > 0 and (piece := stream.read(min(left, 65_536))):
        left -= len(piece)


def too_large(limit: int) -> Refusal:
    return Refusal(413, "too_large", f"Send smaller batches: a body may have {limit} bytes, after decompression.")


def gunzip(body: bytes, limit: int) -> bytes:
    """Decompress, never further than the limit: a bomb costs no more memory than a large body."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise Refusal(400, "gzip", "The body is not gzip: compress it again or drop the Content-Encoding.") from None
    if len(plain) > limit:
        raise too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise Refusal(400, "gzip", "The gzip body ends too early or goes on behind its end: send it as one, whole.")
    return plain


def check_form(body: bytes, settings: Config, kind: str) -> None:
    """Refuse what no action can be found in; everything finer is the worker's affair."""
    if not body.strip():
        raise Refusal(400, "empty", "The body is empty: send a JSON array of actions, an envelope or an event.")
    try:
        value = parse(body)
    except RecursionError:
        raise too_deep(settings) from None
    except ValueError as error:
        raise Refusal(400, "json", f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict | list) or (kind == "event" and not isinstance(value, dict)):
        wanted = "one event object" if kind == "event" else "an array of actions or an envelope"
        raise Refusal(400, "form", f"Send {wanted}, not {type_name(value)}.")
    if not value:
        raise Refusal(400, "empty", "The body holds nothing: send at least one action.")
    if depth(value, settings.NESTING_MAX + 1) > settings.NESTING_MAX:
        raise too_deep(settings)
    actions = value if isinstance(value, list) else value.get("actions")
    if isinstance(actions, list) and len(actions) > settings.ACTIONS_MAX:
        raise Refusal(413, "too_many", f"Send smaller batches: one may have {settings.ACTIONS_MAX} actions.")


def too_deep(settings: Config) -> Refusal:
    return Refusal(400, "nesting", f"The body is nested too deep: {settings.NESTING_MAX} levels are read.")


def type_name(value: Any) -> str:
    names = {list: "an array", dict: "an object", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


@bp.app_errorhandler(Refusal)
def refused(refusal: Refusal) -> Response:
    API.refused.labels(refusal.error).inc()
    response = jsonify(success=False, error=refusal.error, message=refusal.message)
    response.status_code = refusal.status
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
