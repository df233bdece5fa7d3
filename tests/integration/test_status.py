"""/status: what a researcher sees, and what nobody is to see there."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, event

from analytics_app.config.settings import Config
from analytics_app.monitoring.study_activity import read_studies
from tests.support.fuzzing import encode
from tests.support.running import RunningStack, wait_until
from tests.support.sending import envelope, flat_action, post, send
from tests.support.serving import api


@pytest.fixture
def study() -> str:
    return f"status-{uuid4().hex[:12]}"


def page(stack: RunningStack) -> str:
    answer = send(f"{stack.analytics_url}/status")
    assert answer.status == 200
    return answer.body.decode()


def wait_for_page(stack: RunningStack, until: Callable[[str], bool], what: str) -> str:
    """The page of which `until` is true. The next one may be older: each API process looks for itself."""
    last = ""

    def satisfied() -> bool:
        nonlocal last
        last = page(stack)
        return until(last)

    wait_until(satisfied, 30, lambda: f"{what}, last {last[last.find('<main>') :]}")
    return last


def row(page: str, study: str) -> str:
    """The study's row of the table as a person reads it; empty while it is not there."""
    found = re.search(rf"<tr>\s*<th scope=.row.>{study}.*?</tr>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_a_study_s_actions_participants_and_rejects_are_counted(stack: RunningStack, study: str) -> None:
    actions = [flat_action(), flat_action(), {"name": "x", "page_x": "three"}]
    for person in ("anna", "bert"):
        assert (
            post(f"{stack.analytics_url}/analytics", envelope(actions, f"{person}-{study}", study=study)).status == 200
        )
    counted = "4 2 2 in total 2 2 page_x: not a valid number"
    shown = wait_for_page(stack, lambda page: counted in row(page, study), f"the row says {counted}")
    assert re.search(r"seconds? ago|ms ago", row(shown, study))
    wait_for_page(stack, lambda page: "Yes, it is recording" in page, "it is recording")


def test_the_numbers_of_a_study_are_of_one_moment(stack: RunningStack, study: str) -> None:
    """A group that is stored while they are read is in all of them or in none."""
    engine = create_engine(Config(DATABASE_URL=stack.database_url).sqlalchemy_url)
    body = envelope([flat_action(), {"name": "x", "page_x": "three"}], f"anna-{study}", study=study)
    posted: list[int] = []

    def store_between(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """After the first query, and before the next."""
        if "FROM participants" in statement and not posted:
            posted.append(post(f"{stack.analytics_url}/analytics", body).status)
            stack.wait_for("SELECT 1 FROM rejected_actions WHERE study = %(study)s", study=study)

    try:
        event.listen(engine, "after_cursor_execute", store_between)
        assert study not in read_studies(engine).by_name
        assert posted == [200]
        seen = read_studies(engine).by_name[study]
        assert (seen.actions_last_hour, seen.participants, seen.rejects.total()) == (1, 1, 1)
    finally:
        engine.dispose()


def test_nobody_s_data_are_shown(stack: RunningStack, study: str) -> None:
    secret = f"secret-{uuid4().hex}"
    event = {"session_id": str(uuid4()), "timestamp": "2022-04-01 09:15:27", "category": secret, "name": secret}
    bodies: list[object] = [
        envelope([flat_action(element_id=secret), {"name": secret, "page_x": secret}], secret, study=study),
        envelope([{"name": "x", secret: "@@1e400@@"}], secret, study=study),
        [{"name": "x", "study": study, "timestamp": secret}],
        {secret: [secret]},
    ]
    for body in bodies:
        assert post(f"{stack.analytics_url}/analytics", encode(body)).status == 200
    inside = {"category": "page interaction", "name": "pageview", "data": {secret: secret, "host": "h", "path": "/"}}
    for sent in ({**event, "data": {secret: secret}}, {**event, **inside, "study": study}):
        assert post(f"{stack.analytics_url}/event/", sent).status == 200
    stack.wait_for(
        "SELECT 1 FROM rejected_actions WHERE position(convert_to(%(secret)s, 'UTF8') in body) > 0",
        lambda rows: len(rows) == 6,
        secret=secret,
    )
    shown = wait_for_page(
        stack,
        lambda page: all(why in row(page, study) for why in ("timestamp: not a valid number", "data: unknown field")),
        "the rejects are shown",
    )
    assert secret not in shown


def test_the_name_of_a_study_is_text_not_markup(stack: RunningStack) -> None:
    study = f"<img src=x onerror=alert(1)>{uuid4().hex[:8]}"
    assert post(f"{stack.analytics_url}/analytics", envelope([flat_action()], "p", study=study)).status == 200
    shown = wait_for_page(stack, lambda page: "&lt;img src=x" in page, "the study is shown")
    assert "<img" not in shown


def test_the_page_allows_itself_nothing_but_its_own_style_and_script(stack: RunningStack) -> None:
    answer = send(f"{stack.analytics_url}/status", Origin="https://elsewhere.example")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", answer.body.decode(), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert len(hashes) == 2
    assert all(f"'sha256-{text}'" in policy for text in hashes)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", answer.body.decode())


def test_it_can_be_kept_to_one_s_own_network(stack: RunningStack, tmp_path: Path) -> None:
    with api(stack, tmp_path, STATUS_PUBLIC="0", TRUSTED_PROXIES="127.0.0.1") as served:
        for path in ("/status", "/metrics"):
            assert send(f"{served.url}{path}").status == 200
            assert send(f"{served.url}{path}", X_Forwarded_For="192.168.1.5").status == 200
            stranger = send(f"{served.url}{path}", X_Forwarded_For="192.168.1.5, 8.8.8.8")
            assert (stranger.status, stranger.json["error"]) == (403, "forbidden")
        assert send(f"{served.url}/health", X_Forwarded_For="8.8.8.8").status == 200
        assert post(f"{served.url}/analytics", [flat_action()], X_Forwarded_For="8.8.8.8").status == 200


def test_the_api_s_address_leads_there(stack: RunningStack) -> None:
    answer = send(f"{stack.analytics_url}/")
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")
    assert "<h1" in answer.body.decode()


def test_missing_tables_are_said(stack: RunningStack, tmp_path: Path) -> None:
    name = f"status_{uuid4().hex}"
    stack.rows(f"CREATE DATABASE {name}")
    try:
        url = f"{stack.database_url.rpartition('/')[0]}/{name}"
        with api(stack, tmp_path, DATABASE_URL=url) as served:
            said = send(f"{served.url}/status").body.decode()
        assert "Recording, but not storing: the tables do not exist yet" in said
        assert "python manage.py create_db" in said
    finally:
        stack.rows(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_redis_that_would_be_full_before_the_inbox_is_said(stack: RunningStack, tmp_path: Path) -> None:
    """Its limit is 1gb."""
    with api(stack, tmp_path, INBOX_HIGH_BYTES="1000000000") as served:
        assert "Redis has too little memory" in send(f"{served.url}/status").body.decode()
    assert "Redis has too little memory" not in page(stack)
