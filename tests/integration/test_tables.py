"""The actions of an envelope are stored in every table they belong to, once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.support.running import RunningStack
from tests.support.sending import COORDINATES, envelope, flat_action, post
from tests.support.tables import stored

T0 = 1_767_225_600_000


@pytest.fixture
def user() -> str:
    return f"tables-{uuid4()}"


def batch_of_four(user: str, **fields: Any) -> dict[str, Any]:
    """A page view, a mouse path, a click and a submit."""
    path = {"name": "mousemove", "n": 3, "dt": [0, 50, 50], "x": [640, 12, 9], "y": [300, -4, -9], "sx": 0, "sy": 600}
    actions = [
        {"name": "pageview", "nav": "load", "referrer": ""},
        {**path, "off": [10, 120], "client_x": 661, "client_y": 287, "timestamp": T0 + 500, "t": 500.5},
        flat_action("click", tag="button", rel_x=0.5, rel_y=0.25, task="buy", timestamp=T0 + 700),
        {"name": "submit", "form_id": "order", "fields": ["card", "name"], "valid": False},
    ]
    return envelope(actions, user, t0=T0, **fields)


def test_the_actions_of_an_envelope_are_stored_in_every_table_they_belong_to(stack: RunningStack, user: str) -> None:
    body = batch_of_four(
        user, prev_page={"id": str(uuid4()), "seq": 214}, page_no=3, env={"lang": "en"}, lost=[[9, 11, "queue"]]
    )
    assert post(f"{stack.analytics_url}/analytics", body).status == 200
    raw = stored(stack, "raw_actions", user, 4)
    assert [row["name"] for row in raw] == ["pageview", "mousemove", "click", "submit"]
    assert {(row["study"], row["condition_1"], row["condition_2"]) for row in raw} == {("tests", "A", "dark")}
    assert {str(row["page_id"]) for row in raw} == {body["page_id"]}
    assert raw[2]["data"]["title"] == "Cart"
    (view,) = stored(stack, "page_views", user, 1)
    assert (view["host"], view["path"], view["nav"], view["viewport_w"]) == ("shop.example", "/cart", "load", 1440)
    (click,) = stored(stack, "clicks", user, 1)
    assert (click["seq"], click["tag"], click["rel_y"], click["task"], click["path"]) == (
        2,
        "button",
        0.25,
        "buy",
        "/cart",
    )
    assert click["occurred_at"].timestamp() == (T0 + 700) / 1000
    (submit,) = stored(stack, "submits", user, 1)
    assert (submit["fields"], submit["valid"]) == (["card", "name"], False)
    (page,) = stored(stack, "pages", user, 1, "page_id")
    assert (page["page_no"], page["prev_page_seq"], page["env"], page["clock_offset"]) == (3, 214, {"lang": "en"}, -412)
    (batch,) = stack.rows("SELECT * FROM batches WHERE page_id = %(page)s", page=body["page_id"])
    assert (str(batch["batch_id"]), batch["actions"], batch["lost"]) == (body["batch_id"], 4, [[9, 11, "queue"]])
    assert (batch["source"], batch["reason"], batch["faults"]) == ("v2", "time", None)
    (person,) = stored(stack, "participants", user, 1, "study")
    assert person["first_seen"] == person["last_seen"] == raw[0]["received_at"]


def test_each_sample_and_each_action_with_coordinates_is_a_position(stack: RunningStack, user: str) -> None:
    post(f"{stack.analytics_url}/analytics", batch_of_four(user))
    rows = stored(stack, "positions_screen", user, 4, "seq, sample")
    path, click = rows[:3], rows[3]
    assert [(row["sample"], row["client_x"], row["page_y"], row["screen_x"]) for row in path] == [
        (0, 640, 900, 650),
        (1, 652, 896, 662),
        (2, 661, 887, 671),
    ]
    assert [row["occurred_at"].timestamp() * 1000 - T0 for row in path] == pytest.approx([500, 550, 600])
    assert [row["t"] for row in path] == [500.5, 550.5, 600.5]
    assert [click[name] for name in COORDINATES] == [1, 2, 3, 4, 5, 6]
    assert (click["name"], click["viewport_h"], click["path"], click["task"]) == ("click", 812, "/cart", "buy")


@pytest.mark.parametrize(
    ("view", "table", "order"),
    [("rawActions", "raw_actions", "seq"), ("PositionsScreen", "positions_screen", "seq, sample")],
)
def test_a_view_named_as_in_the_original_project_shows_every_column_and_row_of_its_table(
    stack: RunningStack, user: str, view: str, table: str, order: str
) -> None:
    post(f"{stack.analytics_url}/analytics", batch_of_four(user))
    rows = stored(stack, table, user, 4, order)
    shown = stored(stack, f'"{view}"', user, 4, order)
    assert [row.keys() for row in shown] == [row.keys() for row in rows]
    for column in rows[0]:
        assert [row[column] for row in shown] == [row[column] for row in rows], column


def test_numbers_that_are_too_small_for_a_column_are_0(stack: RunningStack, user: str) -> None:
    view = {"url": "https://shop.example/", "viewport_w": 1e-50, "viewport_h": 5e-324}
    actions = [flat_action("click", page_x=1e-50, client_x=-1e-300, rel_x=1e-39, page_y=1.5)]
    post(f"{stack.analytics_url}/analytics", envelope(actions, user, views=[view]))
    (click,) = stored(stack, "clicks", user, 1)
    assert [click[name] for name in ("page_x", "client_x", "rel_x", "page_y", "viewport_w", "viewport_h")] == [
        0,
        0,
        0,
        1.5,
        0,
        0,
    ]
    (raw,) = stored(stack, "raw_actions", user, 1)
    assert raw["data"]["page_x"] == 1e-50


def test_a_number_that_jsonb_cannot_hold_does_not_break_the_view(stack: RunningStack, user: str) -> None:
    body = (
        b'[{"name":"odd","user":"' + user.encode() + b'","x":1e-20000},{"name":"odd","user":"' + user.encode() + b'"}]'
    )
    assert post(f"{stack.analytics_url}/analytics", body).status == 200
    rows = stored(stack, "raw_actions", user, 2)
    assert [row["data"].get("x") for row in rows] == [0, None]


def test_a_constant_called_view_is_not_shown_as_one(stack: RunningStack, user: str) -> None:
    body = envelope([{"name": "a"}], user)
    post(f"{stack.analytics_url}/analytics", {**body, "const": {**body["const"], "view": 7}})
    (row,) = stored(stack, "raw_actions", user, 1)
    assert "view" not in row["data"]


def test_a_batch_sent_many_times_concurrently_is_stored_once(stack: RunningStack, user: str) -> None:
    body, url = batch_of_four(user), f"{stack.analytics_url}/analytics"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda attempt: post(url, {**body, "attempt": attempt}).status, range(24)))
    assert answers == [200] * 24
    other = post(url, envelope([{"name": "last"}], user))
    assert other.status == 200
    stack.wait_for("SELECT 1 FROM \"rawActions\" WHERE user_id = %(user)s AND name = 'last'", user=user)
    stored(stack, "raw_actions", user, 5)
    stored(stack, "positions_screen", user, 4, "seq, sample")
    stored(stack, "clicks", user, 1)
    assert len(stack.rows("SELECT 1 FROM batches WHERE batch_id = %(id)s", id=body["batch_id"])) == 1


def test_actions_sent_again_in_another_batch_are_stored_once(stack: RunningStack, user: str) -> None:
    """As when a batch is split after a 413, or adopted by the next page."""
    page = str(uuid4())
    actions = [{"name": "click", "seq": seq} for seq in range(10)]
    url = f"{stack.analytics_url}/analytics"
    post(url, envelope(actions[:6], user, page_id=page))
    stored(stack, "raw_actions", user, 6)
    post(url, envelope(actions[3:], user, page_id=page))
    assert [row["seq"] for row in stored(stack, "raw_actions", user, 10)] == list(range(10))
    stored(stack, "clicks", user, 10)


@pytest.mark.parametrize("field", ["name", "study"])
@pytest.mark.parametrize("first", [0x10000, 0xD800], ids=["four bytes each", "lone surrogates"])
def test_a_text_too_long_for_an_index_rejects_only_its_action(
    stack: RunningStack, user: str, field: str, first: int
) -> None:
    """The row of the reject has the text shortened. This one does not repeat itself, so an index cannot compress it."""
    text = "".join(chr(first + place * 7919 % 2_000) for place in range(1_500))
    too_long = flat_action(element_id="too-long", **{field: text})
    body = json.dumps([flat_action(user=user), {**too_long, "user": user}])
    assert post(f"{stack.analytics_url}/analytics", body.encode()).status == 200
    stored(stack, "raw_actions", user, 1)
    (reject,) = stored(stack, "rejected_actions", user, 1)
    assert field in reject["reasons"]
    assert reject[field]
