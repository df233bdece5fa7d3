"""Requests of the original project's logger are accepted from a browser: its array, headers and preflight."""

from uuid import uuid4

from playwright.sync_api import Page

from tests.support.running import RunningStack
from tests.support.sending import flat_action

# The original logger sends this response header as a request header, so that every POST has a preflight.
SEND = """([url, actions]) => fetch(url, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*'},
    body: JSON.stringify(actions),
}).then(answer => answer.status)"""


def test_its_array_is_accepted_from_another_origin_after_a_preflight(stack: RunningStack, page: Page) -> None:
    user = f"original-{uuid4()}"
    page.goto(f"{stack.study_url}/health")  # any page of another origin without a content security policy
    actions = [flat_action(user=user, condition_1="something", **{"data-species": "setosa"}) for _ in range(10)]
    status = page.evaluate(SEND, [f"{stack.analytics_url}/analytics", actions])
    assert status == 200  # otherwise the original logger sends it again
    rows = stack.wait_for(
        'SELECT data, condition_1 FROM "rawActions" WHERE user_id = %(user)s', lambda rows: len(rows) == 10, user=user
    )
    assert {(row["condition_1"], row["data"]["data-species"]) for row in rows} == {("something", "setosa")}
    positions = stack.rows('SELECT page_x, screen_y FROM "PositionsScreen" WHERE user_id = %(user)s', user=user)
    assert [tuple(row.values()) for row in positions] == [(1, 6)] * 10
