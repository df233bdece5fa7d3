"""The ingest endpoints: check a body's form, pass it to the publisher, answer when it is durable.

They validate no action and never touch PostgreSQL. docs/protocol.md lists every answer.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Literal

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from analytics_app.config.limits import Limits
from analytics_app.config.settings import Config
from analytics_app.ingest.publisher import Publisher, Unavailable
from analytics_app.ingest.rate_limit import RateLimit
from analytics_app.ingest.reject_notices import RejectNotices
from analytics_app.monitoring.api_metrics import API
from analytics_app.web.client import Clients
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.json_bytes import count_plain_actions, has_more_containers, is_deeper, parse
from analytics_app.wire.types import Json
from analytics_app.wire.uuid7 import uuid7

PARSED_TOGETHER = 131_072  # bytes of a body; of larger ones one at a time is parsed
DISCARD_BYTES_MAX = 67_108_864  # read and discarded before a 413, so that the browser sees the answer

Kind = Literal["analytics", "event"]
DryRun = Callable[[Delivery], Json]


class Refusal(Exception):
    """An answer other than 200: status, code, and a sentence that says what to do."""

    def __init__(self, status: int, error: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.error, self.message, self.retry_after = status, error, message, retry_after


class Collect:
    """The endpoints with what they need. `dry_run` answers `?validate=1`; it is passed in, because it needs the tables
    of the action types, and ingest depends on no database."""

    def __init__(
        self,
        config: Config,
        publisher: Publisher,
        rate_limit: RateLimit,
        notices: RejectNotices,
        clients: Clients,
        dry_run: DryRun,
    ) -> None:
        self.config = config
        self.origins = config.origins
        self.publisher = publisher
        self.rate_limit = rate_limit
        self.notices = notices
        self.clients = clients
        self.dry_run = dry_run
        self.parsing = threading.Lock()
        """Large bodies are read one at a time: this may take 30 times their memory."""

    def blueprint(self) -> Blueprint:
        bp = Blueprint("collect", __name__)

        @bp.post("/analytics", strict_slashes=False)
        def analytics() -> Response:
            return self.accept("analytics")

        @bp.post("/event/", strict_slashes=False)
        def event() -> Response:
            return self.accept("event")

        bp.register_error_handler(Refusal, refused)
        return bp

    def accept(self, kind: Kind) -> Response:
        """Accept one body: 200 when it is durable. With `?validate=1` nothing is kept. Raises Refusal."""
        received_at = time.time_ns() // 1_000_000
        self.check_origin()
        self.check_rate()
        body = self.read_body()
        with self.parsing if len(body) > PARSED_TOGETHER else nullcontext():
            actions = self.check_form(body, kind)
        delivery = Delivery(str(uuid7()), received_at, kind, body)
        if request.query_string and request.args.get("validate", "0") not in ("", "0"):
            if actions > Limits.VALIDATED or len(body) > Limits.VALIDATED_BYTES:
                most = f"{Limits.VALIDATED} and {Limits.VALIDATED_BYTES} bytes"
                raise Refusal(413, "too_many", f"Validate fewer actions: at most {most} in one request.")
            return jsonify(self.dry_run(delivery))
        rejected = self.notices.of(body)
        try:
            self.publisher.publish(delivery)
        except Unavailable as error:
            message = f"Keep the batch and send it again later: {error}."
            raise Refusal(503, "unavailable", message, self.config.RETRY_AFTER_S) from error
        API.accepted.inc()
        answer = f'{{"success":true,"rejected":{rejected}}}\n' if rejected else '{"success":true}\n'
        return Response(answer, content_type="application/json")

    def check_origin(self) -> None:
        if "*" in self.origins:
            return
        origin = request.headers.get("Origin")
        if origin and origin not in self.origins:
            raise Refusal(403, "origin", f"Add {origin} to CORS_ORIGINS of the analytics app to let it send.")

    def check_rate(self) -> None:
        if self.rate_limit.limit and (seconds := self.rate_limit.retry_after(self.clients.address())):
            raise Refusal(429, "rate", f"Keep the batch and send it again in {seconds} s.", seconds)

    def read_body(self) -> bytes:
        """The body, decompressed."""
        limit = self.config.BODY_BYTES_MAX
        encoding = request.headers.get("Content-Encoding", "").strip().lower()
        if not encoding and request.query_string and request.args.get("compression") == "gzip":
            encoding = "gzip"
        if encoding not in ("", "identity", "gzip"):
            raise Refusal(415, "content_encoding", "Send the body as it is or with Content-Encoding: gzip.")
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            discard_body()
            raise too_large(limit) from None
        return gunzip(body, limit) if encoding == "gzip" else body

    def check_form(self, body: bytes, kind: Kind) -> int:
        """The number of actions. Refuses bodies without any action; the worker checks everything else."""
        if kind == "event" or not (count := count_plain_actions(body, self.config.NESTING_MAX)):
            count = self.count_actions(body, kind)
        if count > self.config.ACTIONS_MAX:
            raise Refusal(413, "too_many", f"Send smaller batches: at most {self.config.ACTIONS_MAX} actions in one.")
        return count if kind == "analytics" else 1

    def count_actions(self, body: bytes, kind: Kind) -> int:
        """The number of actions of any body."""
        if not body.strip():
            raise Refusal(400, "empty", "The body is empty: send a JSON array of actions, an envelope or an event.")
        deepest = self.config.NESTING_MAX
        if has_more_containers(body, most := Limits.CONTAINERS):
            raise Refusal(413, "too_many", f"Send smaller batches: at most {most} arrays and objects in one.")
        if is_deeper(body, deepest):
            raise too_deep(deepest)
        try:
            value = parse(body)
        except RecursionError:
            raise too_deep(deepest) from None
        except ValueError as error:
            raise Refusal(400, "json", f"The body is not JSON: {error}.") from None
        if not isinstance(value, dict | list) or (kind == "event" and not isinstance(value, dict)):
            wanted = "one event object" if kind == "event" else "an array of actions or an envelope"
            raise Refusal(400, "form", f"Send {wanted}, not {type_name(value)}.")
        if not value:
            raise Refusal(400, "empty", "The body contains nothing: send at least one action.")
        actions = value if isinstance(value, list) else value.get("actions")
        return len(actions) if isinstance(actions, list) else 1


def discard_body() -> None:
    stream, left = request.environ["wsgi.input"], DISCARD_BYTES_MAX
    while left > 0 and (piece := stream.read(min(left, 65_536))):
        left -= len(piece)


def gunzip(body: bytes, limit: int) -> bytes:
    """Decompress, at most up to the limit: a gzip bomb costs no more memory than a large body."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise Refusal(400, "gzip", "The body is not gzip: compress it again or drop the Content-Encoding.") from None
    if len(plain) > limit:
        raise too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise Refusal(400, "gzip", "The gzip body is truncated or has trailing data: send one complete gzip stream.")
    return plain


def too_large(limit: int) -> Refusal:
    return Refusal(413, "too_large", f"Send smaller batches: a body may have {limit} bytes, after decompression.")


def too_deep(levels: int) -> Refusal:
    return Refusal(400, "nesting", f"The body is nested too deeply: at most {levels} levels.")


def type_name(value: Any) -> str:
    names = {list: "an array", dict: "an object", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def refused(refusal: Refusal) -> Response:
    API.refused.labels(refusal.error).inc()
    response = jsonify(success=False, error=refusal.error, message=refusal.message)
    response.status_code = refusal.status
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
