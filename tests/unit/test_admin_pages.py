"""What the admin's pages are made of, without a database: places in lists, drawings, words."""

import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from analytics_app.admin.figures import chart, figure
from analytics_app.admin.paging import Bookmark, InvalidBookmark
from analytics_app.admin.rejected import readable
from analytics_app.admin.template_filters import about, other_day, pretty
from analytics_app.wire.reasons import by_path, flat, in_one_line

NOON = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)


def sample(x: float | None, y: float | None) -> Any:
    return SimpleNamespace(client_x=x, client_y=y)


def test_a_place_in_a_list_survives_its_address() -> None:
    place = Bookmark(NOON + timedelta(microseconds=7), UUID(int=5), 3)
    assert Bookmark.parse(str(place)) == place


@pytest.mark.parametrize("text", ["", "x", "2026-01-01_x_1", "_".join(["2026-01-01", str(UUID(int=1))])])
def test_what_is_no_place_is_said_so(text: str) -> None:
    with pytest.raises(InvalidBookmark):
        Bookmark.parse(text)


def test_a_click_is_drawn_on_its_viewport() -> None:
    data = {"viewport_w": 1440, "viewport_h": 812, "el_x": 600, "el_y": 270, "el_w": 120, "el_h": 40, "tag": "button"}
    drawn = figure(data, [sample(664, 284)])
    assert drawn
    assert (drawn.width, drawn.height, drawn.known, drawn.dot) == (1440, 812, True, (664, 284))
    assert (drawn.element, drawn.label, drawn.path) == ((600, 270, 120, 40), "button", [])


def test_a_path_ends_in_its_dot() -> None:
    drawn = figure({"viewport_w": 100, "viewport_h": 100}, [sample(1, 2), sample(3, 4), sample(None, 5)])
    assert drawn
    assert (drawn.points, drawn.dot) == ("1,2 3,4", (3, 4))


@pytest.mark.parametrize("viewport", [{}, {"viewport_w": 0, "viewport_h": 100}, {"viewport_w": "wide"}])
def test_without_a_viewport_the_frame_holds_what_is_there(viewport: dict[str, Any]) -> None:
    drawn = figure(viewport, [sample(2000, 10)])
    assert drawn
    assert not drawn.known
    assert drawn.width > 2000


def test_an_action_without_a_place_is_not_drawn() -> None:
    for nowhere in ("left", 10**399, True):
        element = {"el_x": nowhere, "el_y": 1, "el_w": 1, "el_h": 1}
        assert figure({"viewport_w": 1440, "viewport_h": 812, **element}, []) is None


def test_the_chart_has_sixty_minutes_and_the_running_one_last() -> None:
    drawn = chart({NOON.replace(second=0): 10, NOON.replace(minute=0, second=0) - timedelta(minutes=59): 5}, NOON)
    assert (len(drawn.bars), drawn.most) == (60, 10)
    assert [(place, bar.count) for place, bar in enumerate(drawn.bars) if bar.count] == [(0, 5), (59, 10)]
    assert drawn.bars[59].height == drawn.height == 2 * drawn.bars[0].height


def test_an_empty_hour_is_a_chart_too() -> None:
    assert chart({}, NOON).most == 0


def test_reasons_are_read_field_by_field() -> None:
    reasons = {"data": {"element": ["Missing."], "form": {"age": ["Low.", "Odd."]}}, "name": ["No."]}
    assert flat(reasons) == [
        ("data.element", "Missing."),
        ("data.form.age", "Low."),
        ("data.form.age", "Odd."),
        ("name", "No."),
    ]
    assert in_one_line(reasons) == "data.element: Missing.; data.form.age: Low.; name: No."


def test_a_list_is_one_field_wherever_in_it_the_fault_lies() -> None:
    assert by_path({"x": {0: ["Low."], 17: ["Odd."]}, "lost": {"3": {"from": ["No."]}}}) == {
        "x": "Low.",
        "lost.from": "No.",
    }


def test_bytes_that_are_no_json_are_shown_all_the_same() -> None:
    assert readable(b'{"a":1}') == '{\n  "a": 1\n}'
    assert readable(b"\xff{") == "\\xff{"


def test_a_day_is_named_unless_it_is_today_in_utc() -> None:
    today = datetime.now(UTC).replace(hour=12)
    assert other_day(today.astimezone(timezone(timedelta(hours=13)))) == ""
    assert other_day(NOON) == "2026-01-01"
    assert other_day(None) == ""


def test_json_keeps_plain_lists_on_one_line() -> None:
    assert pretty({"x": [1, 2], "a": [{"b": 1}], "s": ["[\n 1]"]}) == (
        '{\n  "x": [1, 2],\n  "a": [\n    {\n      "b": 1\n    }\n  ],\n  "s": [\n    "[\\n 1]"\n  ]\n}'
    )


def test_a_lone_surrogate_is_shown_as_the_json_that_it_came_as() -> None:
    body = b'{"\\ud800":"\xc3\xb6 \\udfff"}'
    page = readable(body).encode()
    assert page == b'{\n  "\\ud800": "\xc3\xb6 \\udfff"\n}'
    assert json.loads(page) == json.loads(body)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"element_id": "pay", "url": "https://x/"}, "pay"),
        ({"x": [1, 2, 3], "url": "https://x/"}, "3 positions"),
        ({"data": {"host": "h", "path": "/", "element": "register"}}, "register"),
        ({"url": "https://x/", "title": "Cart"}, "Cart"),
        ({}, ""),
    ],
)
def test_an_action_in_a_few_words(data: dict[str, Any], words: str) -> None:
    assert about(data) == words
