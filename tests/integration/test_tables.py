"""What lands in SQL: an envelope's actions in every table they belong to, once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from analytics_app.config.limits import Limits
from tests.support.running import RunningStack
from tests.support.sending import COORDINATES, envelope, flat_action, post

T0 = 1_767_225_600_000


@pytest.fixture
def user() -> str:
    return f"tables-{uuid4()}"


def stored(stack: RunningStack, table: str, user: str, rows: int, order: str = "page_id, seq") -> list[dict[str, Any]]:
    return stack.wait_for(
        f"SELECT * FROM {table} WHERE user_id = %(user)s ORDER BY {order}",
        lambda found: len(found) == rows,
        user=user,
    )


def story(user: str, **fields: Any) -> dict[str, Any]:
    """A page view, a mouse path, a click and a submit."""
    path = {"name": "mousemove", "n": 3, "dt": [0, 50, 50], "x": [640, 12, 9], "y": [300, -4, -9], "sx": 0, "sy": 600}
    actions = [
        {"name": "pageview", "nav": "load", "referrer": ""},
        {**path, "off": [10, 120], "client_x": 661, "client_y": 287, "timestamp": T0 + 500, "t": 500.5},
        flat_action("click", tag="button", rel_x=0.5, rel_y=0.25, task="buy", timestamp=T0 + 700),
        {"name": "submit", "form_id": "order", "fields": ["card", "name"], "valid": False},
    ]
    return envelope(actions, user, t0=T0, **fields)


def test_an_envelope_lands_in_every_table(stack: RunningStack, user: str) -> None:
    body = story(
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


def test_positions_hold_each_sample_and_each_action_with_coordinates(stack: RunningStack, user: str) -> None:
    post(f"{stack.analytics_url}/analytics", story(user))
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


def test_the_views_of_the_project_s_description_show_the_same(stack: RunningStack, user: str) -> None:
    post(f"{stack.analytics_url}/analytics", story(user))
    stored(stack, '"rawActions"', user, 4)
    stored(stack, '"PositionsScreen"', user, 4)


def test_the_same_batch_many_times_at_once_is_stored_once(stack: RunningStack, user: str) -> None:
    body, url = story(user), f"{stack.analytics_url}/analytics"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda attempt: post(url, {**body, "attempt": attempt}).status, range(24)))
    assert answers == [200] * 24
    other = post(url, envelope([{"name": "last"}], user))
    assert other.status == 200
    stack.wait_for("SELECT 1 FROM raw_actions WHERE user_id = %(user)s AND name = 'last'", user=user)
    stored(stack, "raw_actions", user, 5)
    stored(stack, "positions_screen", user, 4, "seq, sample")
    stored(stack, "clicks", user, 1)
    assert len(stack.rows("SELECT 1 FROM batches WHERE batch_id = %(id)s", id=body["batch_id"])) == 1


def test_half_a_batch_again_under_another_name_adds_only_the_new_half(stack: RunningStack, user: str) -> None:
    """As after a 413 in the middle of a split, or a batch adopted by the next page."""
    page = str(uuid4())
    actions = [{"name": "click", "seq": seq} for seq in range(10)]
    url = f"{stack.analytics_url}/analytics"
    post(url, envelope(actions[:6], user, page_id=page))
    stored(stack, "raw_actions", user, 6)
    post(url, envelope(actions[3:], user, page_id=page))
    assert [row["seq"] for row in stored(stack, "raw_actions", user, 10)] == list(range(10))
    stored(stack, "clicks", user, 10)


def test_loss_is_a_number(stack: RunningStack, user: str) -> None:
    """Highest seq 6 of 0..6, two never came, one of them declared; the next page says that there were nine."""
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


def test_what_is_declared_twice_or_arrives_all_the_same_hides_no_loss(stack: RunningStack, user: str) -> None:
    """Of 0..9 the logger declares 2..5 in two batches and 5..6 in one; 5 arrives, 8 is what nobody explains."""
    page = str(uuid4())
    url = f"{stack.analytics_url}/analytics"
    actions = [{"name": "x", "seq": seq} for seq in (0, 1, 5, 7, 9)]
    post(url, envelope(actions, user, page_id=page, lost=[[2, 5, "queue"]]))
    post(url, envelope([], user, page_id=page, lost=[[2, 5, "quota"], [5, 6, "rate"]]))
    stored(stack, "raw_actions", user, 5)
    query = "SELECT expected, received, declared, unexplained FROM page_loss WHERE page_id = %(page)s AND declared = 4"
    (loss,) = stack.wait_for(query, page=page)
    assert list(loss.values()) == [10, 5, 4, 1]


def test_a_rejected_action_is_no_loss(stack: RunningStack, user: str) -> None:
    page = str(uuid4())
    post(
        f"{stack.analytics_url}/analytics",
        envelope([{"name": "x"}, {"name": "x", "page_x": "bad"}], user, page_id=page),
    )
    stored(stack, "raw_actions", user, 1)
    (loss,) = stack.rows("SELECT received, unexplained FROM page_loss WHERE page_id = %(page)s", page=page)
    assert list(loss.values()) == [2, 0]


def test_the_highest_number_does_not_break_the_sum(stack: RunningStack, user: str) -> None:
    page, last = str(uuid4()), Limits.SEQ
    body = envelope([{"name": "x", "seq": last}], user, page_id=page, lost=[[0, last, "rate"]])
    post(f"{stack.analytics_url}/analytics", body)
    stored(stack, "raw_actions", user, 1)
    (loss,) = stack.rows("SELECT expected, received, declared FROM page_loss WHERE page_id = %(page)s", page=page)
    assert list(loss.values()) == [last + 1, 1, last]


@pytest.mark.parametrize(
    "wrong",
    [
        {"env": {"ua": "a\0b"}},
        {"lost": "all"},
        {"lost": [[0, "x", None], 7]},
        {"clock": {"offset": "late"}},
        {"prev_page": {"id": 7, "seq": "x"}},
        {"batch_id": "nonsense"},
        {"page_no": -1, "attempt": 1e99, "batch_seq": "x"},
        {"t0": "yesterday", "sent_at": []},
        {"reason": {"why": 1}, "lib": [], "config": "x" * 99},
        {"reason": "a\0b"},
        {"reason": "\ud800"},
        {"lib": "a\0b", "config": "\ud800"},
        {"views": 5},
        {"views": [5]},
    ],
)
def test_a_wrong_word_about_the_batch_costs_no_action(stack: RunningStack, user: str, wrong: dict[str, Any]) -> None:
    body = envelope([flat_action("click")], user, **wrong)
    post(f"{stack.analytics_url}/analytics", body)
    stored(stack, "raw_actions", user, 1)
    (batch,) = stack.rows("SELECT faults FROM batches WHERE page_id = %(page)s", page=body["page_id"])
    named = set(wrong) & {"views"} or set(batch["faults"] or {}) & {*wrong, "offset", "id", "seq"}
    assert named, batch
    stack.rows("SELECT * FROM page_loss")


@pytest.mark.parametrize("field", ["name", "study"])
@pytest.mark.parametrize("first", [0x10000, 0xD800], ids=["four bytes each", "lone surrogates"])
def test_a_text_too_long_for_an_index_costs_no_neighbour(
    stack: RunningStack, user: str, field: str, first: int
) -> None:
    """Of a reject it is only shown; what does not repeat itself an index cannot compress."""
    text = "".join(chr(first + place * 7919 % 2_000) for place in range(1_500))
    bad = flat_action(element_id="bad", **{field: text})
    body = json.dumps([flat_action(user=user), {**bad, "user": user}])
    assert post(f"{stack.analytics_url}/analytics", body.encode()).status == 200
    stored(stack, "raw_actions", user, 1)
    (reject,) = stored(stack, "rejected_actions", user, 1)
    assert field in reject["reasons"]
    assert reject[field]


def test_consent_follows_the_last_word(stack: RunningStack, user: str) -> None:
    url, page = f"{stack.analytics_url}/analytics", str(uuid4())
    query = "SELECT 1 FROM participants WHERE user_id = %(user)s AND consent IS "
    said = [{"name": "consent", "granted": True, "seq": 0, "timestamp": T0}]
    post(url, envelope(said, user, page_id=page))
    stack.wait_for(query + "TRUE", user=user)
    post(url, envelope([{"name": "consent", "granted": False, "seq": 2, "timestamp": T0 + 9}], user, page_id=page))
    stack.wait_for(query + "FALSE", user=user)
    before = [{"name": "consent", "granted": True, "seq": 1, "timestamp": T0 + 5}]
    post(url, envelope(before, user, page_id=page, sent_at=T0 + 5))  # as if it had been said at this moment
    stored(stack, "raw_actions", user, 3)
    assert stack.rows(query + "FALSE", user=user)


def consent(user: str, granted: bool, waited_s: float = 0, ahead_s: float = 0, set_back_s: float = 0) -> dict[str, Any]:
    """As a page of its own says it, whose clock is ahead, and is set back before the batch is sent."""
    said_at = (time.time() + ahead_s - waited_s) * 1000
    sent_at = (time.time() + ahead_s - set_back_s) * 1000
    return envelope([{"name": "consent", "granted": granted, "timestamp": said_at}], user, sent_at=sent_at)


@pytest.mark.parametrize(
    "said",
    [
        ({"granted": True, "ahead_s": 3600}, {"granted": False}),
        ({"granted": True}, {"granted": False, "ahead_s": -3600}),
        ({"granted": True, "set_back_s": 3600}, {"granted": False}),
        ({"granted": False, "waited_s": 30, "ahead_s": -3600}, {"granted": True, "waited_s": 60}),
    ],
    ids=["one is ahead", "one is behind", "one was set back", "the first word comes last"],
)
def test_consent_does_not_follow_the_clock_that_is_ahead(
    stack: RunningStack, user: str, said: tuple[dict[str, Any], ...]
) -> None:
    """Two devices: the yes was before the no."""
    for number, word in enumerate(said, 1):
        post(f"{stack.analytics_url}/analytics", consent(user, **word))
        stored(stack, "raw_actions", user, number)
    (person,) = stack.rows("SELECT consent, consent_at < now() AS past FROM participants WHERE user_id = %(u)s", u=user)
    assert person == {"consent": False, "past": True}
