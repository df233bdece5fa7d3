"""Generated bodies at the API and at the store: no 500, no dead worker, no valid action lost.

FUZZ_EXAMPLES is their number; `make fuzz` uses ten thousand.
"""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import create_engine

from analytics_app.config.settings import Config
from analytics_app.wire.delivery import Delivery
from tests.support.faults import wait_until_drained
from tests.support.fuzzing import Case, cases, misplaced, outcome_since
from tests.support.running import RunningStack
from tests.support.sending import post
from tests.support.storing import store

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 300)
DOCUMENTED = {200, 400, 413}

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def since(stack: RunningStack) -> str:
    return str(stack.rows("SELECT clock_timestamp() AS now")[0]["now"])


def test_fuzz_the_api(stack: RunningStack, since: str) -> None:
    """The rows are looked up once, at the end, because they are stored asynchronously."""
    accepted: list[Case] = []
    processes = stack.api.pid, stack.worker.pid

    @fuzzed
    @given(cases)
    def one(case: Case) -> None:
        answer = post(stack.analytics_url + case.path, case.body, **case.headers)
        assert answer.status in DOCUMENTED, (answer, case)
        assert answer.json["success"] == (answer.status == 200)
        if answer.status == 200:
            accepted.append(case)
        else:
            assert not case.valid, (answer, case)

    one()
    wait_until_drained(stack)
    assert sum(len(case.valid) for case in accepted) > EXAMPLES / 4
    assert not misplaced(accepted, outcome_since(stack, since))
    assert (stack.api.pid, stack.worker.pid) == processes


def test_fuzz_the_store(stack: RunningStack, since: str) -> None:
    """Bodies that the API would refuse are stored too: a group may come from an older version."""
    engine = create_engine(Config(DATABASE_URL=stack.database_url).sqlalchemy_url)
    stored: list[Case] = []

    @fuzzed
    @given(cases)
    def one(case: Case) -> None:
        if "Content_Encoding" not in case.headers:
            now = int(1e3 * 1_767_225_600)
            store(engine, [Delivery(str(uuid4()), now, case.path.strip("/"), case.body)])
            stored.append(case)

    one()
    engine.dispose()
    assert sum(len(case.valid) for case in stored) > EXAMPLES / 4
    assert not misplaced(stored, outcome_since(stack, "2025-12-31"))
