"""Who may send, what pages allow themselves, what logs must not hold, and what SQL is never made of."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from analytics_app.app import create_app
from analytics_app.config.settings import load
from tests.support.running import RunningStack, wait_until
from tests.support.sending import envelope, flat_action, post, send
from tests.support.serving import Api, api

ALLOWED, STRANGER = "https://study.example", "https://elsewhere.example"


@pytest.fixture(scope="module")
def listed(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("origins")
    with api(stack, folder, CORS_ORIGINS=f"{ALLOWED}/, http://localhost:8080") as served:
        yield served


def test_listed_origins_may_send(listed: Api) -> None:
    for origin in (ALLOWED, "http://localhost:8080"):
        answer = post(f"{listed.url}/analytics", [flat_action()], Origin=origin)
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert post(f"{listed.url}/analytics", [flat_action()]).status == 200  # curl and servers have no origin


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "http://study.example", f"{ALLOWED}.evil.example", f"{ALLOWED}:444", "*"]
)
@pytest.mark.parametrize("path", ["analytics", "event/"])
def test_others_may_not(stack: RunningStack, listed: Api, origin: str, path: str) -> None:
    user = f"stranger-{uuid4()}"
    answer = post(f"{listed.url}/{path}", [flat_action(user=user)], Origin=origin)
    assert (answer.status, answer.json["error"]) == (403, "origin")
    granted = send(f"{listed.url}/{path}", method="OPTIONS", Origin=origin, Access_Control_Request_Method="POST")
    assert "Access-Control-Allow-Origin" not in granted.headers
    after = f"after-{user}"
    assert post(f"{listed.url}/analytics", [flat_action(user=after)]).status == 200
    stack.wait_for('SELECT 1 FROM "rawActions" WHERE user_id = %(user)s', user=after)
    assert stack.rows('SELECT 1 FROM "rawActions" WHERE user_id = %(user)s', user=user) == []


def test_every_page_is_protected(stack: RunningStack, tmp_path: Path) -> None:
    """Every GET without arguments that answers HTML, also those of rooms to come."""
    app = create_app(load({"DATA_DIR": str(tmp_path)}))
    paths = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments}
    pages = 0
    for path in sorted(paths):
        answer = send(f"{stack.analytics_url}{path}")
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.status < 500, path
        if answer.headers.get_content_type() == "text/html":
            pages += 1
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe-eval" not in policy, path
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert answer.headers["Referrer-Policy"], path
    assert pages >= 1


def secrets_of(stack: RunningStack) -> list[str]:
    passwords = [urlsplit(url).password for url in (stack.database_url, stack.broker_url)]
    key = (stack.data_dir / "secret_key").read_text().strip()
    return [secret for secret in (*passwords, key) if secret]


def test_no_log_holds_a_secret(stack: RunningStack) -> None:
    assert len(secrets_of(stack)) == 3
    logs = {path.name: path.read_text(errors="replace") for path in (stack.data_dir / "log").glob("*.log")}
    assert {"api.log", "worker.log", "redis.log", "postgres.log"} <= set(logs)
    for name, text in logs.items():
        assert [secret for secret in secrets_of(stack) if secret in text] == [], name


def test_no_log_holds_a_secret_when_connecting_fails(stack: RunningStack, tmp_path: Path) -> None:
    """Errors of drivers like to quote the address that they could not reach."""
    password = f"pw{uuid4().hex}"
    parts = urlsplit(stack.database_url)
    wrong = parts._replace(netloc=f"{parts.username}:{password}@{parts.hostname}:{parts.port}").geturl()
    settings = {"DATABASE_URL": wrong, "CELERY_BROKER_URL": f"redis://:{password}@127.0.0.1:1/0"}
    with api(stack, tmp_path, SECRET_KEY=f"key{password}", **settings) as served:
        assert "Redis does not answer" in send(f"{served.url}/status").body.decode()
        assert post(f"{served.url}/analytics", [flat_action()]).status == 200
        wait_until(lambda: "batches go to the spool" in served.log, 10, "the failure is logged")
        wait_until(lambda: "no reading" in served.log, 10, "and that of PostgreSQL")
        for path in ("/status", "/metrics", "/ready"):
            assert password not in send(f"{served.url}{path}").body.decode()
        assert password not in served.log


def test_no_repr_holds_a_secret() -> None:
    password = uuid4().hex
    environ = {
        "DATABASE_URL": f"postgresql://u:{password}@h/d",
        "CELERY_BROKER_URL": f"redis://:{password}@h/0",
        "SECRET_KEY": password,
        "DB_PASS": password,
    }
    config = load(environ)
    assert password not in f"{config!r} {config}"
    assert password in config.libpq_url  # they were read


def test_the_secret_key_is_its_owner_s(stack: RunningStack) -> None:
    assert stat.S_IMODE((stack.data_dir / "secret_key").stat().st_mode) == 0o600


def test_text_that_looks_like_sql_is_text(stack: RunningStack) -> None:
    user = f"sql-{uuid4()}"
    nasty = "'; DROP TABLE raw_actions; --\\\t\n\"%s %(name)s $1 \\N \\."
    fields = dict.fromkeys(("name", "element_id", "condition_1", "task", "session_id", "text", nasty), nasty)
    good = flat_action(**{**fields, "user": user})
    assert (
        post(f"{stack.analytics_url}/analytics", envelope([good, {"name": nasty, "page_x": nasty}], user)).status == 200
    )
    (row,) = stack.wait_for('SELECT * FROM "rawActions" WHERE user_id = %(user)s', user=user)
    assert (row["name"], row["condition_1"], row["data"][nasty]) == (nasty, nasty, nasty)
    (rejected,) = stack.wait_for("SELECT * FROM rejected_actions WHERE user_id = %(user)s", user=user)
    assert rejected["name"] == nasty
    assert json.loads(rejected["body"].tobytes())["page_x"] == nasty


def test_an_error_tells_nothing_of_the_server(stack: RunningStack) -> None:
    for path in ("/nowhere", "/analytics"):
        answer = send(f"{stack.analytics_url}{path}")
        assert answer.status in (404, 405)
        assert not re.search(r"Traceback|/analytics_app/|Werkzeug|Python", answer.body.decode())
