"""/UserLogger.js, /UserLogger.min.js and /UserLogger.mjs, with ETag, and gzip if the browser accepts it."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache

from flask import Blueprint, Response, request

from analytics_app.config.settings import ROOT

bp = Blueprint("logger_files", __name__)

CACHE_S = 300  # browsers use a new version of the logger within five minutes


@cache
def content_of(name: str, _modified: float) -> tuple[bytes, bytes, str]:
    """The file, its gzip, and its ETag. `_modified`, the file's mtime, makes @cache read a new version."""
    plain = (ROOT / "static" / name).read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:32]


@bp.get("/UserLogger.js")
def readable() -> Response:
    return script("UserLogger.js")


@bp.get("/UserLogger.min.js")
def minified() -> Response:
    return script("UserLogger.min.js")


@bp.get("/UserLogger.mjs")
def module() -> Response:
    return script("UserLogger.mjs")


def script(name: str) -> Response:
    """A file of `static`; 304 if the browser has this version."""
    plain, packed, etag = content_of(name, (ROOT / "static" / name).stat().st_mtime)
    accepts_gzip = request.accept_encodings["gzip"] > 0
    response = Response(packed if accepts_gzip else plain, mimetype="text/javascript")
    if accepts_gzip:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(etag + ("-gzip" if accepts_gzip else ""))
    response.cache_control.public = True
    response.cache_control.max_age = CACHE_S
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
