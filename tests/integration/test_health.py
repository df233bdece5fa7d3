"""/health, /ready and /metrics, also while PostgreSQL or Redis hangs."""

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
from tests.support.fuzzing import encode
from tests.support.running import PATIENCE_S, RunningStack, Service, wait_until
from tests.support.sending import Answer, envelope, flat_action, post, send
from tests.support.serving import api


@pytest.fixture
def user() -> str:
    return f"health-{uuid4()}"


@contextmanager
def hanging(service: Service) -> Iterator[None]:
    """It hangs, which is worse than being down: connections are not refused."""
    service.pause()
    try:
        yield
    finally:
        service.resume()
        service.wait_ready()


def samples(answer: Answer) -> dict[str, float]:
    """The values by name, read by Prometheus' own parser; with labels, by the text of name and labels."""
    assert answer.status == 200
    text = answer.body.decode()
    parsed = {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
    lines = re.findall(r"^(\w+\{[^}]*\}) (\S+)$", text, re.MULTILINE)
    return {**parsed, **{name: float(value) for name, value in lines}}


def metrics(stack: RunningStack) -> dict[str, float]:
    return samples(send(f"{stack.analytics_url}/metrics"))


def wait_for_metrics(stack: RunningStack, until: Callable[[dict[str, float]], bool], what: str) -> dict[str, float]:
    """The first metrics for which `until` is true. Later ones may be older: each API process has its own probe."""
    return dict(wait_until(lambda: until(now := metrics(stack)) and now, PATIENCE_S, what))


def settled(stack: RunningStack) -> dict[str, float]:
    """The metrics once everything that other tests have sent is stored and counted."""
    with connect(stack.broker_url, timeout=5) as client:
        wait_until(lambda: not client.hlen(GROUPS), PATIENCE_S, "earlier groups are stored")
        return wait_for_metrics(
            stack,
            lambda now: now.get("ual_actions_stored_total") == int(client.hget(COUNTS, "stored") or 0),
            "all actions are counted",
        )


def test_accepted_refused_stored_duplicate_and_rejected_are_counted(stack: RunningStack, user: str) -> None:
    url = f"{stack.analytics_url}/analytics"
    before = settled(stack)
    body = envelope([flat_action(), {"name": "x", "page_x": "three"}, {"name": "y"}], user)
    assert post(url, body).status == 200
    stack.wait_for('SELECT 1 FROM "rawActions" WHERE user_id = %(user)s', lambda rows: len(rows) == 2, user=user)
    assert post(url, body).status == 200
    assert post(url, b"{").status == 400

    def grown() -> dict[str, float] | None:
        now = metrics(stack)
        growth = {name: now[name] - before.get(name, 0) for name in now}
        return growth if growth.get("ual_actions_duplicate_total", 0) >= 2 else None

    growth = wait_until(grown, PATIENCE_S, "the duplicates are counted")
    assert growth["ual_batches_accepted_total"] == 2
    assert growth['ual_batches_refused_total{error="json"}'] == 1
    assert growth["ual_groups_published_total"] == 2
    assert growth["ual_actions_stored_total"] == 2
    assert growth["ual_actions_duplicate_total"] == 2
    assert growth['ual_actions_rejected_total{code="not_a_number",field="page_x"}'] == 1
    assert growth["ual_store_seconds_count"] == 2
    assert growth["ual_lag_seconds_count"] == 2
    assert 0 < growth["ual_lag_seconds_sum"] < 30
    now = metrics(stack)
    assert now['ual_store_seconds_bucket{le="+Inf"}'] == now["ual_store_seconds_count"]
    assert now["ual_redis_up"] == now["ual_worker_up"] == 1


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text; version=abc", "text/plain; version=1.x", "image/png"]
)
def test_metrics_are_text_whatever_format_the_client_accepts(stack: RunningStack, accept: str) -> None:
    answer = send(f"{stack.analytics_url}/metrics", Accept=accept)
    assert "ual_redis_up" in samples(answer)
    assert answer.headers.get_content_type() == "text/plain"


def test_a_field_name_chosen_by_a_client_is_not_a_label(stack: RunningStack, user: str) -> None:
    """Otherwise each request could add a time series."""
    label = 'ual_actions_rejected_total{code="not_storable",field=""}'
    before = settled(stack).get(label, 0)
    body = encode(envelope([{"name": "x", "anna@example.org": "@@1e400@@"}], user))
    assert post(f"{stack.analytics_url}/analytics", body).status == 200
    stack.wait_for("SELECT 1 FROM rejected_actions WHERE user_id = %(user)s", user=user)
    wait_for_metrics(stack, lambda now: now.get(label, 0) > before, "it is counted")
    assert "anna" not in send(f"{stack.analytics_url}/metrics").body.decode()


def test_waiting_groups_are_shown_while_postgresql_hangs(stack: RunningStack, user: str) -> None:
    with hanging(stack.postgres):
        assert post(f"{stack.analytics_url}/analytics", envelope([flat_action()], user)).status == 200
        waiting = wait_until(lambda: (now := metrics(stack)).get("ual_inbox_groups") and now, PATIENCE_S, "it waits")
        assert waiting["ual_inbox_bytes"] > 0
        wait_until(lambda: metrics(stack).get("ual_oldest_unprocessed_seconds", 0) > 1, PATIENCE_S, "it ages")
    wait_until(lambda: metrics(stack).get("ual_inbox_groups") == 0, 60, "it is stored")


def test_metrics_and_ready_show_the_spool_while_redis_hangs(stack: RunningStack, user: str) -> None:
    def ask() -> Answer:
        return send(f"{stack.analytics_url}/ready")

    with hanging(stack.redis):
        before = wait_for_metrics(stack, lambda now: now["ual_redis_up"] == 0, "the hung Redis is noticed")
        assert "ual_queue_length" not in before
        ready = wait_until(
            lambda: (answer := ask()).json["takes"] == "spool" and answer, PATIENCE_S, "/ready says spool"
        )
        assert (ready.status, ready.json) == (200, {"success": True, "takes": "spool"})
        assert post(f"{stack.analytics_url}/analytics", envelope([flat_action()], user)).status == 200
        now = metrics(stack)
        assert now["ual_groups_spooled_total"] - before["ual_groups_spooled_total"] == 1
        assert now["ual_spool_bytes"] > 0
    wait_until(lambda: ask().json["takes"] == "redis", PATIENCE_S, "Redis accepts groups again")
    stack.wait_for('SELECT 1 FROM "rawActions" WHERE user_id = %(user)s', user=user)


def test_ready_is_503_when_neither_redis_nor_spool_accepts_groups(stack: RunningStack, tmp_path: Path) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    with api(stack, tmp_path, CELERY_BROKER_URL=nowhere, SPOOL_BYTES_MAX="0") as served:
        ready = send(f"{served.url}/ready")
        assert (ready.status, ready.json) == (503, {"success": False, "takes": "nobody"})
        assert send(f"{served.url}/health").status == 200
        refused = post(f"{served.url}/analytics", [flat_action()])
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")


def test_the_counters_are_sums_over_all_api_processes(stack: RunningStack, tmp_path: Path) -> None:
    with api(stack, tmp_path, API_WORKERS="3") as served:
        for _ in range(30):
            assert post(f"{served.url}/analytics", [flat_action()]).status == 200
        assert {samples(send(f"{served.url}/metrics"))["ual_batches_accepted_total"] for _ in range(10)} == {30.0}
