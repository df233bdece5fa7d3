"""The admin area's lists, details and replay, asked as a browser asks."""

from __future__ import annotations

import html
import json
import re
import urllib.parse
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import create_engine

from analytics_app.admin import filters, paging
from analytics_app.admin.actions import COLUMNS
from analytics_app.buffer.counters import COUNTS
from analytics_app.database.views import ACTIONS
from tests.support.administering import Visitor, new_user, send_event
from tests.support.running import RunningStack, wait_until
from tests.support.sending import envelope, flat_action, post


@pytest.fixture(scope="module")
def visitor(stack: RunningStack) -> Visitor:
    signed_in = Visitor(stack.analytics_url)
    signed_in.sign_in(new_user(stack))
    return signed_in


@pytest.fixture
def user() -> str:
    return f"admin-{uuid4()}"


def text(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status == 200, answer.body
    return html.unescape(answer.body.decode())


def shown(page: str) -> list[str]:
    """The actions of a list, by page and seq."""
    return re.findall(r'href="/admin/actions/([0-9a-f-]{36}/\d+)"', page)


def link(page: str, words: str) -> str:
    found = re.search(rf'href="([^"]+)">[^<]*{words}', page)
    assert found, f"no link {words}"
    return found[1]


def stored(stack: RunningStack, user: str, count: int) -> list[str]:
    """Keys of this user's actions, the newest first."""
    rows = stack.wait_for(
        'SELECT page_id, seq FROM "rawActions" WHERE user_id = %(user)s'
        " ORDER BY received_at DESC, page_id DESC, seq DESC",
        lambda rows: len(rows) == count,
        user=user,
    )
    return [f"{row['page_id']}/{row['seq']}" for row in rows]


def rejected(stack: RunningStack, user: str, count: int = 1) -> list[dict[str, Any]]:
    return stack.wait_for(
        "SELECT * FROM rejected_actions WHERE user_id = %(user)s ORDER BY id",
        lambda rows: len(rows) == count,
        user=user,
    )


def test_a_list_pages_to_its_end_and_back_and_leaves_nothing_out(
    stack: RunningStack, visitor: Visitor, user: str
) -> None:
    for _ in range(3):
        post(f"{stack.analytics_url}/analytics", envelope([{"name": "step"}] * 41, user))
    keys = stored(stack, user, 123)
    first = text(visitor, f"/admin/actions/?user={user}")
    second = text(visitor, link(first, "Older"))
    third = text(visitor, link(second, "Older"))
    assert [*shown(first), *shown(second), *shown(third)] == keys
    assert len(shown(first)) == paging.PER_PAGE
    assert "Newer" not in first
    assert "Older" not in third
    assert shown(text(visitor, link(third, "Newer"))) == keys[50:100]
    again = text(visitor, link(second, "Newer"))
    assert shown(again) == keys[:50]
    assert "Newer" not in again


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("name=click", {0}),
        ("study=tests", {0, 1, 2}),
        ("study=elsewhere", set()),
        ("condition=A", {0, 1}),
        ("condition=dark", {0, 1, 2}),
        ("condition=Z", {2}),
        ("q=setosa", {1}),
        ("q=SETOSA", {1}),
        ("q=100%25", {2}),
        ("from=2020-01-01T00:00", {0, 1, 2}),
        ("to=2020-01-01T00:00", set()),
        ("name=click&condition=Z", set()),
    ],
)
def test_a_list_is_narrowed(stack: RunningStack, visitor: Visitor, user: str, query: str, wanted: set[int]) -> None:
    actions = [{"name": "click"}, {"name": "brush", "data-species": "setosa"}, {"name": "note", "text": "100%"}]
    actions[2]["condition_1"] = "Z"
    body = envelope(actions, user)
    post(f"{stack.analytics_url}/analytics", body)
    stored(stack, user, 3)
    found = shown(text(visitor, f"/admin/actions/?user={user}&{query}"))
    assert set(found) == {f"{body['page_id']}/{seq}" for seq in wanted}


NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "query", ["from=tomorrow", "before=nowhere", "after=1_2_3", "page=no-uuid", f"before=2026-01-01_{NOBODY}_{2**31}"]
)
def test_an_address_that_says_nothing_is_told_so(visitor: Visitor, query: str) -> None:
    assert 'class="notice bad"' in text(visitor, f"/admin/actions/?{query}")


@pytest.mark.parametrize("page", ["actions", "rejected"])
def test_what_matches_exactly_says_so(visitor: Visitor, page: str) -> None:
    found = re.findall(r'name="(\w+)" value="" placeholder="exactly as sent"', text(visitor, f"/admin/{page}/"))
    assert found == ["name", "user", "study", "condition"]


def test_a_filter_that_no_index_leads_with_goes_stretch_by_stretch(
    stack: RunningStack, visitor: Visitor, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "CHUNK_ROWS", 7)
    monkeypatch.setattr(paging, "SEARCH_S", 300)  # a search cut short by a busy machine has other pages
    actions = [{"name": "step", "mark": f"mark-{seq % 10}"} for seq in range(95)]
    body = envelope(actions, user)
    post(f"{stack.analytics_url}/analytics", body)
    keys = stored(stack, user, 95)

    def search(**options: Any) -> paging.Search:
        return paging.Search(
            ACTIONS, COLUMNS, indexed=[lambda columns: columns.user_id == user],
            unindexed=[filters.contains("data", "mark-3")], limit=4, **options,
        )  # fmt: skip

    engine = create_engine(stack.database_url.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as connection:
        found, start = [], None
        for _ in range(3):
            page = paging.find(connection, search(start=start))
            found += [f"{row.page_id}/{row.seq}" for row in page.rows]
            start = page.older
        assert found == [key for key in keys if int(key.split("/")[1]) % 10 == 3]
        assert start is None
        back = paging.find(connection, search(start=page.newer, newer=True))
        assert [row.seq for row in back.rows] == [53, 43, 33, 23]
        monkeypatch.setattr(paging, "SEARCH_S", -1.0)
        hasty = paging.find(connection, search())
        assert (len(hasty.rows), hasty.searched_to is not None) == (1, True)
        assert hasty.older == paging.find(connection, search()).older
    engine.dispose()


def test_one_action_is_shown_whole_with_its_place_drawn(stack: RunningStack, visitor: Visitor, user: str) -> None:
    click = flat_action("click", client_x=664, client_y=284, el_x=600, el_y=270, el_w=120, el_h=40, tag="button")
    body = envelope([{"name": "pageview"}, {**click, "note": "<script>alert(1)</script>"}, {"name": "later"}], user)
    post(f"{stack.analytics_url}/analytics", body)
    stored(stack, user, 3)
    answer = visitor.get(f"/admin/actions/{body['page_id']}/1").body.decode()
    assert "<script>alert" not in answer
    assert "&lt;script&gt;alert" in answer
    assert '<rect class="element" x="600.0" y="270.0" width="120.0" height="40.0"' in answer
    assert '<circle class="dot" cx="664.0" cy="284.0"' in answer
    assert "812 px viewport" in answer
    assert "userlogger/2.0.0" in answer
    assert f"/admin/actions/{body['page_id']}/0" in answer
    assert f"/admin/actions/{body['page_id']}/2" in answer


def test_an_action_that_is_not_there_is_a_404(visitor: Visitor) -> None:
    for path in (f"/admin/actions/{NOBODY}/0", "/admin/rejected/999999999"):
        answer = visitor.get(path)
        assert answer.status == 404
        assert b"<h1>Not Found</h1>" in answer.body


@pytest.mark.parametrize("path", [f"actions/{NOBODY}/{2**31}", f"rejected/{2**63}", "rejected/-1", "actions/x/0"])
def test_an_address_that_no_row_can_have_is_a_404(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/admin/{path}").status == 404


@pytest.mark.parametrize("page", ["actions", "rejected"])
@pytest.mark.parametrize("value", ["%00", "%ff", "%27%3B--", "%25", "x" * 4_000, "%5C"])
def test_whatever_is_looked_for_is_no_error(visitor: Visitor, page: str, value: str) -> None:
    for name in ("q", "name", "user", "study", "condition", "session", "reason"):
        assert visitor.get(f"/admin/{page}/?{name}={value}").status == 200


def test_a_rejected_action_is_shown_with_its_bytes_and_why(stack: RunningStack, visitor: Visitor, user: str) -> None:
    send_event(stack, user, str(uuid4()), data={"host": "h", "path": "/", "button": "<b>"})
    (row,) = rejected(stack, user)
    for reason in ("", "&reason=data.element:", "&reason=data.button:"):
        assert f"/admin/rejected/{row['id']}" in text(visitor, f"/admin/rejected/?user={user}{reason}")
    linked = f"/admin/rejected/?code={row['code']}&field={row['field']}"
    assert linked == "/admin/rejected/?code=missing&field=data"
    assert f"/admin/rejected/{row['id']}" in text(visitor, f"{linked}&user={user}")
    whole = visitor.get(f"/admin/rejected/{row['id']}").body.decode()
    assert "data.button" in whole
    assert "Unknown field." in whole
    assert "&lt;b&gt;" in whole


@pytest.mark.parametrize("path", ["analytics", "event/"])
def test_one_with_a_number_out_of_range_is_shown_edited_and_replayed(
    stack: RunningStack, visitor: Visitor, user: str, path: str
) -> None:
    bad = good_event(user)[:-1] + ', "note": 1e400}'
    post(f"{stack.analytics_url}/{path}", (f"[{bad}]" if path == "analytics" else bad).encode())
    (row,) = rejected(stack, user)
    page = f"/admin/rejected/{row['id']}"
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", text(visitor, page), re.DOTALL)
    assert found
    assert json.loads(found[1]) == json.loads(bad)
    refused = visitor.submit(page, f"{page}/edited", body=found[1])
    assert (refused.status, b"Number out of range." in refused.body) == (200, True)
    odd_key = visitor.submit(page, f"{page}/edited", body=r'{"\udfff": 1e400}')
    assert (odd_key.status, b"1 still invalid." in odd_key.body) == (200, True)
    good = json.loads(found[1]) | {"note": "corrected"}
    if path == "analytics":
        good["timestamp"] = 1_648_804_527_000
    assert b"1 resolved: " in visitor.submit(page, f"{page}/edited", body=json.dumps(good)).body
    stored(stack, user, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code=in_the_future", True),
        ("code=missing", False),
        ("field=timestamp", True),
        ("field=-", False),
        ("code=in_the_future&field=timestamp", True),
        ("reason=timestamp", True),
        ("reason=TIMESTAMP", True),
        ("reason=element", False),
        ("name=link+click", True),
        ("name=click", False),
        ("q=2099", True),
        ("q=2098", False),
        ("study=none", False),
        ("state=all", True),
        ("state=replayed", False),
        ("from=2020-01-01T00:00", True),
    ],
)
def test_rejected_actions_are_narrowed(
    stack: RunningStack, visitor: Visitor, user: str, query: str, found: bool
) -> None:
    send_event(stack, user, str(uuid4()), timestamp="2099-01-01 00:00:00")
    (row,) = rejected(stack, user)
    assert (f"/admin/rejected/{row['id']}" in text(visitor, f"/admin/rejected/?user={user}&{query}")) is found


@pytest.mark.parametrize(("condition", "found"), [("B", True), ("größer", True), ("C", False)])
def test_rejected_actions_are_narrowed_by_condition(
    stack: RunningStack, visitor: Visitor, user: str, condition: str, found: bool
) -> None:
    const = {"user": user, "condition_2": "größer"}
    body = envelope([{"name": "click", "page_x": "x", "condition_1": "B"}], user, const=const)
    post(f"{stack.analytics_url}/analytics", json.dumps(body, ensure_ascii=False).encode())
    rejected(stack, user)
    listed = text(visitor, f"/admin/rejected/?user={user}&condition={urllib.parse.quote(condition)}")
    assert ('class="why"' in listed) is found


def correct(stack: RunningStack, user: str, good: str) -> None:
    """As if the schema had been corrected: what was kept is valid now."""
    stack.rows(
        "UPDATE rejected_actions SET body = convert_to(%(good)s, 'UTF8') WHERE user_id = %(user)s",
        good=good, user=user,
    )  # fmt: skip


def good_event(user: str) -> str:
    place = {"host": "h", "path": "/", "element": "e"}
    event = {"session_id": str(uuid4()), "category": "page interaction", "name": "a click", "user": user}
    return json.dumps({**event, "timestamp": "2022-04-01 09:15:27", "data": place})


def test_those_that_are_ticked_are_replayed(stack: RunningStack, visitor: Visitor, user: str) -> None:
    for _ in range(3):
        send_event(stack, user, str(uuid4()), category="weather")
    rows = rejected(stack, user, 3)
    page = f"/admin/rejected/?user={user}"
    still = visitor.submit(page, f"/admin/rejected/replay?user={user}", id=[rows[0]["id"]])
    assert b"1 still invalid. category: No class of events" in still.body
    assert visitor.url == page
    correct(stack, user, good_event(user))
    done = visitor.submit(page, f"/admin/rejected/replay?user={user}", id=[rows[0]["id"], rows[2]["id"]])
    assert b"2 resolved: 2 stored, " in done.body
    assert [bool(row["replayed_at"]) for row in rejected(stack, user, 3)] == [True, False, True]
    assert {key.split("/")[0] for key in stored(stack, user, 2)} == {str(rows[0]["page_id"]), str(rows[2]["page_id"])}


def test_all_that_a_search_leaves_are_replayed(stack: RunningStack, visitor: Visitor, user: str) -> None:
    for _ in range(4):
        send_event(stack, user, str(uuid4()), category="weather")
    rejected(stack, user, 4)
    correct(stack, user, good_event(user))
    page = f"/admin/rejected/?user={user}&reason=class"
    assert b"4 resolved: " in visitor.submit(page, f"/admin/rejected/replay-all?user={user}&reason=class").body
    stored(stack, user, 4)
    assert b"No open rejected actions match." in visitor.submit(page, f"/admin/rejected/replay-all?user={user}").body


def test_an_edited_one_is_judged_in_place_of_what_came(stack: RunningStack, visitor: Visitor, user: str) -> None:
    send_event(stack, user, str(uuid4()), category="weather")
    (row,) = rejected(stack, user)
    page = f"/admin/rejected/{row['id']}"
    refused = visitor.submit(page, f"{page}/edited", body="{")
    assert b"1 still invalid. body: Not JSON" in refused.body
    many = {"data": {f"ключ {n}": 1 for n in range(900)}}
    assert (
        b"Unknown field."
        in visitor.submit(page, f"{page}/edited", body=json.dumps(json.loads(good_event(user)) | many)).body
    )
    done = visitor.submit(page, f"{page}/edited", body=good_event(user))
    assert b"1 resolved: " in done.body
    stored(stack, user, 1)
    (kept,) = rejected(stack, user)
    assert bytes(kept["body"]) == bytes(row["body"])


def test_the_landing_page_says_that_it_records_and_what_comes(stack: RunningStack, visitor: Visitor, user: str) -> None:
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "brush"}], user))
    (key,) = stored(stack, user, 1)
    now = text(visitor, "/admin/now")
    assert "<h2>Yes, it is recording</h2>" in now
    assert key in shown(now)
    assert user in now
    bad = [{"name": "x", "task": []}] * 100  # so many that it is among the most frequent reasons
    post(f"{stack.analytics_url}/analytics", envelope(bad, user))
    rejected(stack, user, 100)
    hour = text(visitor, "/admin/hour")
    assert 'class="bar"' in hour
    assert "/admin/rejected/?code=not_a_text&field=task&from=" in hour


def test_the_landing_page_names_the_day_of_what_is_not_of_today(
    stack: RunningStack, visitor: Visitor, user: str
) -> None:
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "brush"}], user))
    (key,) = stored(stack, user, 1)
    page_id = key.partition("/")[0]
    row = re.compile(rf'href="/admin/actions/{page_id}/0">([^<]*)</a>')
    moved = "UPDATE raw_actions SET received_at = received_at + %(by)s::interval WHERE page_id = %(page)s RETURNING 1"
    assert re.findall(row, text(visitor, "/admin/now"))[0].split()[0].count(":") == 2
    stack.rows(moved, by="2 days", page=page_id)
    try:
        (day, clock) = re.findall(row, text(visitor, "/admin/now"))[0].split()
        assert (day.count("-"), clock.count(":")) == (2, 2)
    finally:
        stack.rows(moved, by="-2 days", page=page_id)
    with Redis.from_url(stack.broker_url) as client:  # the next action that is stored sets it right
        client.hset(COUNTS, mapping={"last_received": 1_767_225_661, "last_stored": 1_767_225_661})
    old = [f"Last {what}</dt><dd><time[^>]*><small>2026-01-01</small> 00:01:01<" for what in ("received", "stored")]

    def named() -> bool:
        now = text(visitor, "/admin/now")
        return all(re.search(fact, now) for fact in old)

    wait_until(named, 30, "the days are named")
