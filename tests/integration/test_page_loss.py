"""The view page_loss: how many actions of a page are missing, and how many of these the logger declared lost."""

from uuid import uuid4

import pytest

from analytics_app.config.limits import Limits
from tests.support.running import RunningStack
from tests.support.sending import envelope, post
from tests.support.tables import stored


@pytest.fixture
def user() -> str:
    return f"loss-{uuid4()}"


def test_missing_actions_are_counted_as_declared_or_unexplained(stack: RunningStack, user: str) -> None:
    """Of 0..6 two are missing, one of them declared. Then the next page says that the first one had nine actions."""
    first, second = str(uuid4()), str(uuid4())
    actions = [{"name": "x", "seq": seq} for seq in (0, 1, 2, 5, 6)]
    url = f"{stack.analytics_url}/analytics"
    post(url, envelope(actions, user, page_id=first, lost=[[3, 3, "rate"]]))
    stored(stack, "raw_actions", user, 5)
    query = "SELECT expected, received, declared, unexplained FROM page_loss WHERE page_id = %(page)s"
    (loss,) = stack.rows(query, page=first)
    assert list(loss.values()) == [7, 5, 1, 1]
    post(url, envelope([{"name": "x"}], user, page_id=second, prev_page={"id": first, "seq": 9}))
    stored(stack, "raw_actions", user, 6)
    (loss,) = stack.rows(query, page=first)
    assert list(loss.values()) == [9, 5, 1, 3]


def test_an_action_declared_twice_or_received_after_all_hides_no_other_loss(stack: RunningStack, user: str) -> None:
    """Of 0..9 the logger declares 2..5 in two batches and 5..6 in one; 5 is received, 8 is missing and not declared."""
    page = str(uuid4())
    url = f"{stack.analytics_url}/analytics"
    actions = [{"name": "x", "seq": seq} for seq in (0, 1, 5, 7, 9)]
    post(url, envelope(actions, user, page_id=page, lost=[[2, 5, "queue"]]))
    post(url, envelope([], user, page_id=page, lost=[[2, 5, "quota"], [5, 6, "rate"]]))
    stored(stack, "raw_actions", user, 5)
    query = "SELECT expected, received, declared, unexplained FROM page_loss WHERE page_id = %(page)s AND declared = 4"
    (loss,) = stack.wait_for(query, page=page)
    assert list(loss.values()) == [10, 5, 4, 1]


def test_a_rejected_action_is_not_lost(stack: RunningStack, user: str) -> None:
    page = str(uuid4())
    post(
        f"{stack.analytics_url}/analytics",
        envelope([{"name": "x"}, {"name": "x", "page_x": "bad"}], user, page_id=page),
    )
    stored(stack, "raw_actions", user, 1)
    (loss,) = stack.rows("SELECT received, unexplained FROM page_loss WHERE page_id = %(page)s", page=page)
    assert list(loss.values()) == [2, 0]


def test_the_highest_seq_does_not_overflow_the_sum(stack: RunningStack, user: str) -> None:
    page, last = str(uuid4()), Limits.SEQ
    body = envelope([{"name": "x", "seq": last}], user, page_id=page, lost=[[0, last, "rate"]])
    post(f"{stack.analytics_url}/analytics", body)
    stored(stack, "raw_actions", user, 1)
    (loss,) = stack.rows("SELECT expected, received, declared FROM page_loss WHERE page_id = %(page)s", page=page)
    assert list(loss.values()) == [last + 1, 1, last]
