"""The endpoint /analytics: each documented answer, and the rows that are stored after it."""

import gzip
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from analytics_app.config.settings import Config
from tests.support.running import PATIENCE_S, RunningStack
from tests.support.sending import envelope, flat_action, post, send

LIMITS = Config()


@pytest.fixture
def url(stack: RunningStack) -> str:
    return f"{stack.analytics_url}/analytics"


@pytest.fixture
def user() -> str:
    return f"collect-{uuid4()}"


def wait_for_actions(stack: RunningStack, user: str, expected: int) -> None:
    stack.wait_for(
        'SELECT count(*) AS n FROM "rawActions" WHERE user_id = %(user)s',
        lambda rows: rows[0]["n"] == expected,
        user=user,
    )


def test_an_array_of_the_original_logger_is_accepted_and_stored(stack: RunningStack, url: str, user: str) -> None:
    answer = post(url, [flat_action(user=user), flat_action("new brush", user=user, dimensions=[[1, 2], [3, 4]])])
    assert (answer.status, answer.json) == (200, {"success": True})
    rows = stack.wait_for(
        'SELECT name, data FROM "rawActions" WHERE user_id = %(user)s ORDER BY seq',
        lambda rows: len(rows) == 2,
        user=user,
    )
    assert [row["name"] for row in rows] == ["click", "new brush"]
    assert rows[1]["data"]["dimensions"] == [[1, 2], [3, 4]]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "image/png", ""])
def test_the_content_type_does_not_matter(stack: RunningStack, url: str, user: str, content_type: str) -> None:
    assert post(url, envelope([{"name": "x"}], user), Content_Type=content_type).status == 200
    wait_for_actions(stack, user, 1)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 400, "empty"),
        (b"  \n", 400, "empty"),
        (b"[]", 400, "empty"),
        (b"{}", 400, "empty"),
        (b"{", 400, "json"),
        (b"[NaN]", 400, "json"),
        (b'["\xff"]', 400, "json"),
        (b"[1,]", 400, "json"),
        (b"5", 400, "form"),
        (b"null", 400, "form"),
        (b'"click"', 400, "form"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "nesting"),
        (b"[" * 100_000, 400, "nesting"),
    ],
)
def test_a_body_that_contains_no_action_is_refused(url: str, body: bytes, status: int, error: str) -> None:
    answer = post(url, body)
    assert (answer.status, answer.json["success"], answer.json["error"]) == (status, False, error)
    assert answer.json["message"].endswith(".")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert int(answer.headers["X-Server-Time"]) > 0


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels - 2):  # the array and the action are two
        value = [value]
    return value


def test_nesting_is_accepted_up_to_its_limit(url: str) -> None:
    assert post(url, [{"deep": nested(LIMITS.NESTING_MAX)}]).status == 200
    answer = post(url, [{"deep": nested(LIMITS.NESTING_MAX + 1)}])
    assert (answer.status, answer.json["error"]) == (400, "nesting")


def body_of(size: int) -> bytes:
    frame = b'[{"filler":""}]'
    return frame[:-3] + b"x" * (size - len(frame)) + frame[-3:]


def test_a_body_is_accepted_up_to_its_limit(url: str) -> None:
    assert post(url, body_of(LIMITS.BODY_BYTES_MAX)).status == 200
    answer = post(url, body_of(LIMITS.BODY_BYTES_MAX + 1))
    assert (answer.status, answer.json["error"]) == (413, "too_large")


def test_fifty_megabytes_are_read_to_the_end_and_answered(url: str) -> None:
    """To a browser, a connection closed early is a network error, so the logger would never split the batch."""
    answer = post(url, body_of(50_000_000))
    assert (answer.status, answer.json["error"]) == (413, "too_large")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_batch_is_accepted_up_to_its_limit_of_actions(url: str) -> None:
    assert post(url, [{}] * LIMITS.ACTIONS_MAX).status == 200
    answer = post(url, [{}] * (LIMITS.ACTIONS_MAX + 1))
    assert (answer.status, answer.json["error"]) == (413, "too_many")


def test_gzip_may_be_declared_by_header_or_by_query(stack: RunningStack, url: str, user: str) -> None:
    packed = gzip.compress(json.dumps([flat_action(user=user)]).encode())
    assert post(url, packed, Content_Encoding="gzip").status == 200
    assert post(f"{url}?compression=gzip", packed).status == 200
    wait_for_actions(stack, user, 2)


def test_the_limit_of_a_compressed_body_applies_to_its_decompressed_size(url: str) -> None:
    bomb = gzip.compress(body_of(LIMITS.BODY_BYTES_MAX + 1))
    assert len(bomb) < 50_000
    assert post(url, bomb, Content_Encoding="gzip").status == 413
    assert post(url, gzip.compress(body_of(LIMITS.BODY_BYTES_MAX)), Content_Encoding="gzip").status == 200


PACKED = gzip.compress(b"[{}]", mtime=0)  # the same bytes in each process that collects the tests


@pytest.mark.parametrize("body", [b"not gzip", PACKED[:-9], 2 * PACKED])
def test_truncated_or_trailing_gzip_data_is_refused(url: str, body: bytes) -> None:
    answer = post(url, body, Content_Encoding="gzip")
    assert (answer.status, answer.json["error"]) == (400, "gzip")


def test_invalid_chunks_are_answered_with_400(stack: RunningStack) -> None:
    for chunks in (b"zz\r\n[{}]\r\n0\r\n\r\n", b"4\r\n[{}]XX0\r\n\r\n"):
        connection = HTTPConnection(urlsplit(stack.analytics_url).netloc, timeout=PATIENCE_S)
        connection.putrequest("POST", "/analytics")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(chunks)
        assert connection.getresponse().status == 400
        connection.close()


def test_an_unknown_encoding_is_415(url: str) -> None:
    answer = post(url, b"[{}]", Content_Encoding="br")
    assert (answer.status, answer.json["error"]) == (415, "content_encoding")


def test_the_preflight_of_the_original_logger_is_granted(url: str) -> None:
    """The original logger sends Access-Control-Allow-Origin as a request header, which a preflight must allow."""
    answer = send(
        url,
        method="OPTIONS",
        Origin="http://localhost:5002",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="access-control-allow-origin,content-type",
    )
    assert answer.status < 300
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "access-control-allow-origin" in answer.headers["Access-Control-Allow-Headers"]
    assert int(answer.headers["Access-Control-Max-Age"]) >= 7200


@pytest.mark.parametrize(("path", "method", "status"), [("/analytics", "GET", 405), ("/nothing", "GET", 404)])
def test_every_error_is_json_with_cors_headers(stack: RunningStack, path: str, method: str, status: int) -> None:
    answer = send(stack.analytics_url + path, method=method)
    assert (answer.status, answer.json["success"]) == (status, False)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Server-Time" in answer.headers["Access-Control-Expose-Headers"]


INVALID_ACTIONS: list[Any] = [
    5,
    None,
    [],
    "click",
    {"name": ["click"]},
    {"name": "click", "page_x": "left"},
    {"name": "click", "timestamp": -1},
    {"name": "mousemove", "n": 2, "x": [1], "y": [1], "dt": [0]},
    {"name": "x" * 201},
]


@pytest.mark.parametrize(
    ("text", "stored_text"), [(r"half \ud83d", "half \ufffd"), (r"a\u0000b", "a\ufffdb"), ("👍", "👍")]
)
def test_a_text_that_postgresql_cannot_store_costs_only_its_character(
    stack: RunningStack, url: str, user: str, text: str, stored_text: str
) -> None:
    """Half an emoji, where a page has cut a text, or a NUL."""
    action = f'{{"name": "click", "text": "{text}", "data": {{"{text}": ["{text}"]}}}}'
    body = f'{{"v": 2, "page_id": "{uuid4()}", "const": {{"user": "{user}", "condition_1": "{text}"}},'
    assert post(url, f'{body} "actions": [{action}]}}'.encode()).status == 200
    (row,) = stack.wait_for('SELECT * FROM "rawActions" WHERE user_id = %(user)s', bool, user=user)
    assert (row["data"]["text"], row["condition_1"]) == (stored_text, stored_text)
    assert row["data"]["data"] == {stored_text: [stored_text]}
    (click,) = stack.wait_for('SELECT text FROM "Clicks" WHERE user_id = %(user)s', bool, user=user)
    assert click["text"] == stored_text


def test_invalid_actions_are_rejected_and_the_valid_ones_beside_them_are_stored(
    stack: RunningStack, url: str, user: str
) -> None:
    """Each invalid action becomes a row of rejected_actions with its own bytes and reasons."""
    actions: list[Any] = []
    for invalid in INVALID_ACTIONS:
        actions += [flat_action("valid", user=user), invalid]
    body = json.dumps(actions)[:-1].encode() + b', {"name":"huge","n":1e400}]'
    assert post(url, body).status == 200
    wait_for_actions(stack, user, len(INVALID_ACTIONS))
    (page,) = stack.rows('SELECT DISTINCT page_id FROM "rawActions" WHERE user_id = %(user)s', user=user)
    rejected = stack.rows(
        "SELECT seq, body, reasons, message FROM rejected_actions WHERE page_id = %(page)s ORDER BY seq",
        page=page["page_id"],
    )
    assert [row["seq"] for row in rejected] == [*range(1, 2 * len(INVALID_ACTIONS), 2), 2 * len(INVALID_ACTIONS)]
    assert [json.loads(bytes(row["body"])) for row in rejected[:-1]] == INVALID_ACTIONS
    assert bytes(rejected[-1]["body"]) == b'{"name":"huge","n":1e400}'
    assert rejected[-1]["reasons"] == {"n": ["Number out of range."]}
    assert all(row["message"] for row in rejected)


def test_an_action_of_unknown_name_is_stored_in_raw_actions(stack: RunningStack, url: str, user: str) -> None:
    post(url, envelope([{"name": "unknown", "any": {"thing": [1]}}], user))
    (row,) = stack.wait_for('SELECT name, data FROM "rawActions" WHERE user_id = %(user)s', user=user)
    assert row["data"]["any"] == {"thing": [1]}


def test_a_trial_an_activation_and_a_fixed_element_are_columns(stack: RunningStack, url: str, user: str) -> None:
    """Pages may use these names for things of their own: what is not a number or a boolean there is no value."""
    marked = flat_action(task="pay", trial=2, activation=True, fixed=False)
    own = flat_action(trial="practice", activation=1, fixed="top")
    assert post(url, envelope([marked, own], user)).status == 200
    rows = stack.wait_for(
        'SELECT task, trial, activation, fixed FROM "Clicks" WHERE user_id = %(user)s ORDER BY seq',
        lambda rows: len(rows) == 2,
        user=user,
    )
    assert [tuple(row.values()) for row in rows] == [("pay", 2, True, False), (None, None, None, None)]
    (kept, *_) = stack.rows('SELECT data FROM "rawActions" WHERE user_id = %(user)s AND seq = 1', user=user)
    assert (kept["data"]["trial"], kept["data"]["fixed"]) == ("practice", "top")
