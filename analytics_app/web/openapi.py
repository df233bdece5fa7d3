"""/openapi.json: the description of the public endpoints. Tests check the API against it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, request

bp = Blueprint("openapi", __name__)

DOCUMENT = Path(__file__).with_suffix(".json").read_bytes()


@bp.get("/openapi.json")
def openapi() -> Response:
    response = Response(DOCUMENT, mimetype="application/json")
    response.add_etag()
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.make_conditional(request)
    return response
