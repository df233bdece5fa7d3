"""/UserLogger.js, /UserLogger.min.js and /UserLogger.mjs, with ETag, and Brotli or gzip if the browser accepts it."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache

import brotli
from flask import Blueprint, Response, request

from analytics_app.config.settings import ROOT

bp = Blueprint("logger_files", __name__)

CACHE_S = 300  # browsers use a new version of the logger within five minutes


@cache
def content_of(name: str, _modified: float) -> tuple[dict[str, bytes], str]:
    """The file by encoding, the best first, and its ETag. `_modified`, the file's mtime, makes @cache read a new
    version."""
    plain = (ROOT / "static" / name).read_bytes()
    encoded = {"br": brotli.compress(plain), "gzip": gzip.compress(plain, 9, mtime=0), "identity": plain}
    return encoded, hashlib.sha256(plain).hexdigest()[:32]


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
    contents, etag = content_of(name, (ROOT / "static" / name).stat().st_mtime)
    encoding = next((coding for coding in contents if request.accept_encodings[coding] > 0), "identity")
    response = Response(contents[encoding], mimetype="text/javascript")
    if encoding != "identity":
        response.content_encoding = encoding
        etag += f"-{encoding}"
    response.vary.add("Accept-Encoding")
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.max_age = CACHE_S
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
