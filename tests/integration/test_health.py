"""/health, /ready and /metrics: true also while a server is away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from analytics_app.buffer.counters import COUNTS
from analytics_app.buffer.inbox import GROUPS, connect
from tests.support.running import PATIENCE_S, RunningStack, Service, wait_until
from tests.support.sending import Answer, envelope, flat_action, post, send
from tests.support.serving import api


@pytest.fixture
def user() -> str:
    return f"health-{uuid4()}"


@contextmanager
def away(service: Service) -> Iterator[None]:
    """It hangs, which is worse than being down: nothing refuses a connection."""
    service.pause()
    try:
        yield
    finally:
        service.resume()
        service.wait_ready()


def samples(answer: Answer) -> dict[str, float]:
    """Prometheus' own parser reads it; the names with their labels as they stand there."""
    assert answer.status == 200
    text = answer.body.decode()
    parsed = {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
    lines = re.findall(r"^(\w+\{[^}]*\}) (\S+)$", text, re.MULTILINE)
    return {**parsed, **{name: float(value) for name, value in lines}}


def metrics(stack: RunningStack) -> dict[str, float]:
    return samples(send(f"{stack.analytics_url}/metrics"))


def wait_for_metrics(stack: RunningStack, until: Callable[[dict[str, float]], bool], what: str) -> dict[str, float]:
    """Those of which `until` is true. The next ones may be older: each API process looks for itself."""
    return dict(wait_until(lambda: until(now := metrics(stack)) and now, PATIENCE_S, what))


def settled(stack: RunningStack) -> dict[str, float]:
    """The metrics once all that other tests have sent is stored and counted in them."""
    with connect(stack.broker_url, timeout=5) as client:
        wait_until(lambda: not client.hlen(GROUPS), PATIENCE_S, "what came before is stored")
        return wait_for_metrics(
            stack,
            lambda now: now.get("ual_actions_stored_total") == int(client.hget(COUNTS, "stored") or 0),
            "all of it is counted",
        )


def test_every_kind_of_thing_is_counted(stack: RunningStack, user: str) -> None:
    url = f"{stack.analytics_url}/analytics"
    before = settled(stack)
    body = envelope([flat_action(), {"name": "x", "page_x": "three"}, {"name": "y"}], user)
    assert post(url, body).status == 200
    stack.wait_for("SELECT 1 FROM raw_actions WHERE user_id = %(user)s", lambda rows: len(rows) == 2, user=user)
    assert post(url, body).status == 200
    assert post(url, b"{").status == 400

    def grown() -> dict[str, float] | None:
        now = metrics(stack)
        by = {name: now[name] - before.get(name, 0) for name in now}
        return by if by.get("ual_actions_duplicate_total", 0) >= 2 else None

    by = wait_until(grown, PATIENCE_S, "the repetition is counted")
    assert by["ual_batches_accepted_total"] == 2
    assert by['ual_batches_refused_total{error="json"}'] == 1
    assert by["ual_groups_published_total"] == 2
    assert by["ual_actions_stored_total"] == 2
    assert by["ual_actions_duplicate_total"] == 2
    assert by['ual_actions_rejected_total{code="not_a_number",field="page_x"}'] == 1
    assert by["ual_store_seconds_count"] == 2
    assert by["ual_lag_seconds_count"] == 2
    assert 0 < by["ual_lag_seconds_sum"] < 30
    now = metrics(stack)
    assert now['ual_store_seconds_bucket{le="+Inf"}'] == now["ual_store_seconds_count"]
    assert now["ual_redis_up"] == now["ual_worker_up"] == 1


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text; version=abc", "text/plain; version=1.x", "image/png"]
)
def test_metrics_answers_whatever_format_it_is_asked_for(stack: RunningStack, accept: str) -> None:
    answer = send(f"{stack.analytics_url}/metrics", Accept=accept)
    assert "ual_redis_up" in samples(answer)
    assert answer.headers.get_content_type() == "text/plain"


def test_a_name_that_a_stranger_chose_is_no_label(stack: RunningStack, user: str) -> None:
    """Else each request could add a time series for ever."""
    action = {"name": "x", "anna@example.org": "a\0b"}
    assert post(f"{stack.analytics_url}/analytics", envelope([action], user)).status == 200
    stack.wait_for("SELECT 1 FROM rejected_actions WHERE user_id = %(user)s", user=user)
    wait_until(
        lambda: metrics(stack).get('ual_actions_rejected_total{code="not_storable",field=""}'),
        PATIENCE_S,
        "it is counted",
    )
    assert "anna" not in send(f"{stack.analytics_url}/metrics").body.decode()


def test_what_waits_is_seen_while_postgres_hangs(stack: RunningStack, user: str) -> None:
    with away(stack.postgres):
        assert post(f"{stack.analytics_url}/analytics", envelope([flat_action()], user)).status == 200
        waiting = wait_until(lambda: (now := metrics(stack)).get("ual_inbox_groups") and now, PATIENCE_S, "it waits")
        assert waiting["ual_inbox_bytes"] > 0
        wait_until(lambda: metrics(stack).get("ual_oldest_unprocessed_seconds", 0) > 1, PATIENCE_S, "it ages")
    wait_until(lambda: metrics(stack).get("ual_inbox_groups") == 0, 60, "it is stored")


def test_metrics_and_ready_answer_while_redis_hangs(stack: RunningStack, user: str) -> None:
    def ask() -> Answer:
        return send(f"{stack.analytics_url}/ready")

    with away(stack.redis):
        before = wait_for_metrics(stack, lambda now: now["ual_redis_up"] == 0, "the hung Redis is noticed")
        assert "ual_queue_length" not in before
        ready = wait_until(lambda: (answer := ask()).json["takes"] == "spool" and answer, PATIENCE_S, "/ready says so")
        assert (ready.status, ready.json) == (200, {"success": True, "takes": "spool"})
        assert post(f"{stack.analytics_url}/analytics", envelope([flat_action()], user)).status == 200
        now = metrics(stack)
        assert now["ual_groups_spooled_total"] - before["ual_groups_spooled_total"] == 1
        assert now["ual_spool_bytes"] > 0
    wait_until(lambda: ask().json["takes"] == "redis", PATIENCE_S, "Redis takes again")
    stack.wait_for("SELECT 1 FROM raw_actions WHERE user_id = %(user)s", user=user)


def test_ready_says_no_when_nobody_takes(stack: RunningStack, tmp_path: Path) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    with api(stack, tmp_path, CELERY_BROKER_URL=nowhere, SPOOL_BYTES_MAX="0") as served:
        ready = send(f"{served.url}/ready")
        assert (ready.status, ready.json) == (503, {"success": False, "takes": "nobody"})
        assert send(f"{served.url}/health").status == 200
        refused = post(f"{served.url}/analytics", [flat_action()])
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")


def test_the_counters_of_all_api_processes_are_one_sum(stack: RunningStack, tmp_path: Path) -> None:
    with api(stack, tmp_path, API_WORKERS="3") as served:
        for _ in range(30):
            assert post(f"{served.url}/analytics", [flat_action()]).status == 200
        assert {samples(send(f"{served.url}/metrics"))["ual_batches_accepted_total"] for _ in range(10)} == {30.0}
