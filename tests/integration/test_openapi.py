"""/openapi.json describes every route, answer and body, as the API really has them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from analytics_app.actions import mousemove
from analytics_app.actions.schema import ActionSchema
from analytics_app.app import create_app
from analytics_app.config.settings import Config
from analytics_app.web import openapi
from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action

DOCUMENT: dict[str, Any] = json.loads(openapi.DOCUMENT)
BAD_GZIP = {"Content-Encoding": "gzip"}


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """The value itself, or the one that it refers to."""
    if "$ref" not in value:
        return value
    found: Any = DOCUMENT
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@pytest.fixture(scope="module")
def apps(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flask]:
    """The app on the stack's servers, a strict one, a rate-limited one, and one without servers and spool."""
    here = {"DATABASE_URL": stack.database_url, "CELERY_BROKER_URL": stack.broker_url}
    away = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}

    def app(name: str, **settings: Any) -> Flask:
        return create_app(Config(DATA_DIR=str(tmp_path_factory.mktemp(name)), **settings))

    return {
        "here": app("here", **here),
        "strict": app("strict", **here, CORS_ORIGINS="https://study.example", STATUS_PUBLIC=0, BODY_BYTES_MAX=2_000),
        "limited": app("limited", **here, RATE_LIMIT=1),
        "away": app("away", **away, SPOOL_BYTES_MAX=0),
    }


@dataclass(frozen=True)
class Case:
    """A request and the documented status of its answer."""

    path: str
    status: int
    app: str = "here"
    method: str = "post"
    body: Any = None
    headers: dict[str, str] | None = None
    query: str = ""
    error: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status} {self.error}".strip()


def get(path: str, status: int = 200, app: str = "here", **options: Any) -> Case:
    return Case(path, status, app, "get", **options)


def cases_of_ingest(path: str, valid: Any) -> list[Case]:
    deep: Any = valid
    for _ in range(40):
        deep = {"deeper": deep}
    stranger = {"Origin": "https://elsewhere.example"}
    return [
        Case(path, 200, body=valid),
        Case(path, 200, body=valid, query="validate=1"),
        Case(path, 200, body=gzip.compress(json.dumps(valid).encode()), query="compression=gzip"),
        Case(path, 200, method="options", headers=stranger),
        Case(path, 400, body=b"", error="empty"),
        Case(path, 400, body=b"{", error="json"),
        Case(path, 400, body=b"17", error="form"),
        Case(path, 400, body=deep, error="nesting"),
        Case(path, 400, body=b"plain", headers=BAD_GZIP, error="gzip"),
        Case(path, 403, "strict", body=valid, headers=stranger, error="origin"),
        Case(path, 413, "strict", body={"x": "x" * 3_000}, error="too_large"),
        Case(path, 413, body={"actions": [{}] * 20_001}, error="too_many"),
        Case(path, 415, body=valid, headers={"Content-Encoding": "br"}, error="content_encoding"),
        Case(path, 429, "limited", body=valid, error="rate"),
        Case(path, 503, "away", body=valid, error="unavailable"),
    ]


ENVELOPE = DOCUMENT["paths"]["/analytics"]["post"]["requestBody"]["content"]["application/json"]["examples"]
EVENT = DOCUMENT["paths"]["/event/"]["post"]["requestBody"]["content"]["application/json"]["examples"]["click"]["value"]
FILES = ("/UserLogger.js", "/UserLogger.min.js", "/UserLogger.mjs", "/openapi.json")
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
CASES = [
    *cases_of_ingest("/analytics", ENVELOPE["envelope"]["value"]),
    Case("/analytics", 200, body=ENVELOPE["array"]["value"]),
    *cases_of_ingest("/event/", EVENT),
    *(get(path) for path in (*FILES, "/health", "/ready")),
    get("/ready", 503, "away"),
    get("/", 302),
    *(get(path) for path in ("/metrics", "/status")),
    *(get(path, 403, "strict", headers=ELSEWHERE, error="forbidden") for path in ("/metrics", "/status")),
]
UNREACHABLE = {"server"}  # an error of the server itself, which no request can cause


def ask(client: FlaskClient, case: Case) -> TestResponse:
    body = case.body if isinstance(case.body, bytes | None) else json.dumps(case.body).encode()
    return client.open(f"{case.path}?{case.query}", method=case.method, data=body, headers=case.headers)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_answer_is_as_described(apps: dict[str, Flask], case: Case) -> None:
    # Of three requests at least two are in the same minute, so one exceeds the limit of 1.
    responses = [ask(apps[case.app].test_client(), case) for _ in range(3 if case.status == 429 else 1)]
    response = next((response for response in responses if response.status_code == case.status), responses[0])
    described = resolved(DOCUMENT["paths"][case.path][case.method]["responses"][str(response.status_code)])
    assert response.status_code == case.status, response.text
    for header in described.get("headers", {}):
        assert header in response.headers
    if "content" in described:
        media = described["content"][response.mimetype]
        if "schema" in media:
            validator(media["schema"]).validate(response.json)
    else:
        assert response.status_code == 302 or not response.data
    if case.error:
        assert response.json
        assert response.json["error"] == case.error


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_has_not_changed_is_not_sent_again(apps: dict[str, Flask], path: str) -> None:
    client = apps["here"].test_client()
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_every_described_answer_is_given_to_some_request() -> None:
    given = {(case.path, case.method, str(case.status)) for case in CASES}
    files = {(path, "get", "304") for path in FILES}
    described = {
        (path, method, status) for path, method, operation in operations() for status in operation["responses"]
    }
    assert described == given | files
    errors = {case.error for case in CASES if case.error}
    bodies = [answer["content"]["application/json"] for answer in DOCUMENT["components"]["responses"].values()]
    enums = [body["schema"]["allOf"][1]["properties"]["error"]["enum"] for body in bodies]
    assert {code for enum in enums for code in enum} == errors | UNREACHABLE


def test_every_public_route_is_described(apps: dict[str, Flask]) -> None:
    routes = {
        (rule.rule, method.lower())
        for rule in apps["here"].url_map.iter_rules()
        for method in rule.methods or ()
        if not rule.rule.startswith("/admin") and (method == "POST" or method == "GET")
    }
    assert {(path, method) for path, method, _ in operations() if method != "options"} == routes


def test_the_document_is_served_and_its_references_exist(apps: dict[str, Flask]) -> None:
    served = apps["here"].test_client().get("/openapi.json")
    assert served.json == DOCUMENT
    assert DOCUMENT["openapi"] == "3.1.0"

    def references(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if "$ref" in value:
                yield value
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = list(references(DOCUMENT))
    assert found
    assert all(resolved(reference) for reference in found)
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


PATH = {"name": "mousemove", "n": 2, "dt": [0, 50], "x": [1, 1], "y": [1, 1]}
EVENT_PLACE = {"host": "h", "path": "/"}
VALID: list[Callable[[], Any]] = [
    lambda: [flat_action("click", user=17)],
    lambda: [{}],
    lambda: [PATH, {"name": "mousemove", "page_x": 1}],
    lambda: [{"name": "consent", "granted": True}],
    lambda: envelope([flat_action(), PATH], "p"),
]
INVALID: list[Callable[[], Any]] = [
    lambda: [{"page_x": "left"}],
    lambda: [{"name": ["click"]}],
    lambda: [{"user": "x" * 201}],
    lambda: [{"timestamp": -1}],
    lambda: [{"timestamp": 1e300}],
    lambda: [{"name": "consent"}],
    lambda: [{"name": "consent", "granted": "yes"}],
    lambda: [{**PATH, "dt": [0, -1]}],
    lambda: [{**PATH, "n": 1.5}],
    lambda: [{"name": "mousemove", "x": [1]}],
    lambda: [17],
    lambda: {"name": "click"},
    lambda: envelope([{"name": {}}], "p"),
    lambda: envelope([flat_action()], "p", page_id="no-uuid"),
    lambda: envelope([flat_action()], "p", const=[1]),
    lambda: envelope([flat_action()], "p", v=3),
    lambda: envelope([{"seq": -1}], "p"),
]
VALID_EVENTS: list[dict[str, Any]] = [
    EVENT,
    {**EVENT, "user": "p017", "more": 1},
    {**EVENT, "name": "pageview", "data": EVENT_PLACE},
    {**EVENT, "category": "form interaction", "name": "submit", "data": {**EVENT_PLACE, "form": {"a": [1]}}},
]
INVALID_EVENTS: list[dict[str, Any]] = [
    {key: value for key, value in EVENT.items() if key != "session_id"},
    {**EVENT, "session_id": "17"},
    {**EVENT, "name": ""},
    {**EVENT, "category": "weather"},
    {**EVENT, "category": "form interaction"},
    {**EVENT, "data": {**EVENT["data"], "more": 1}},
    {**EVENT, "data": EVENT_PLACE},
    {**EVENT, "timestamp": 17},
]


def accepted(app: Flask, path: str, body: Any) -> bool:
    answer = app.test_client().post(f"{path}?validate=1", json=body)
    assert answer.status_code == 200, answer.text
    return bool(answer.json and answer.json["rejected"] == 0)


@pytest.mark.parametrize("make", [*VALID, *INVALID])
def test_the_schema_of_a_body_accepts_what_validation_accepts(apps: dict[str, Flask], make: Callable[[], Any]) -> None:
    body, content = make(), DOCUMENT["paths"]["/analytics"]["post"]["requestBody"]["content"]["application/json"]
    assert accepted(apps["here"], "/analytics", body) is (make in VALID)
    assert validator(content["schema"]).is_valid(body) is (make in VALID)


@pytest.mark.parametrize("event", [*VALID_EVENTS, *INVALID_EVENTS])
def test_the_schema_of_an_event_accepts_what_validation_accepts(apps: dict[str, Flask], event: dict[str, Any]) -> None:
    assert accepted(apps["here"], "/event/", event) is (event in VALID_EVENTS)
    assert validator({"$ref": "#/components/schemas/Event"}).is_valid(event) is (event in VALID_EVENTS)


@pytest.mark.parametrize("name", sorted(name for name, field in ActionSchema().fields.items() if field.validators))
def test_every_common_field_of_actions_is_described_with_its_limit(name: str) -> None:
    field: Any = ActionSchema().fields[name]
    described = DOCUMENT["components"]["schemas"]["Action"]["properties"][name]
    (limit,) = field.validators
    if isinstance(limit, marshmallow.validate.Length):
        assert described["maxLength"] == limit.max
    else:
        assert (described["minimum"], described["maximum"]) == (limit.min, limit.max)


def test_the_fields_of_a_mouse_path_are_described() -> None:
    (path,) = [part["then"] for part in DOCUMENT["components"]["schemas"]["Action"]["allOf"]
               if part["if"]["properties"]["name"]["const"] == "mousemove"]  # fmt: skip
    own = set(mousemove.Schema().fields) - set(ActionSchema().fields) - {"pointer"}
    assert set(path["properties"]) == own
