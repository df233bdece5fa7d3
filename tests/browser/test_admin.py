"""The admin area as a researcher uses it: see one's own click, find it, look at it, correct what was rejected."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect

from tests.support.administering import PASSWORD, new_user, send_event
from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action, post


@pytest.fixture(scope="module")
def admin(stack: RunningStack) -> str:
    return new_user(stack)


@pytest.fixture
def user() -> str:
    return f"seen-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def desk(stack: RunningStack, browser: Browser, admin: str) -> Iterator[Page]:
    """Signed in, on the landing page. The pages' policy must allow all that they do: no complaint in the console."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=stack.analytics_url)
    page, complaints = context.new_page(), list[str]()

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "net::ERR_FAILED" not in message.text:  # a test's route.abort
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, admin)
    yield page
    context.close()
    assert complaints == []


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/admin/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_and_out(stack: RunningStack, browser: Browser, admin: str) -> None:
    context = browser.new_context(base_url=stack.analytics_url)
    page = context.new_page()
    sign_in(page, admin, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("Wrong name or password.")
    sign_in(page, admin)
    expect(page.get_by_role("link", name="Recording")).to_have_attribute("aria-current", "page")
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You have signed out.")
    page.goto("/admin/actions/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


@pytest.mark.alone
def test_ones_own_click_is_visible_within_two_seconds(
    stack: RunningStack, browser: Browser, desk: Page, user: str
) -> None:
    """Two windows side by side, as when a study is set up: the study's page, and the landing page that follows."""
    study = browser.new_context()
    page = study.new_page()
    page.goto(f"{stack.study_url}/?user={user}")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/task?*")
    expect(page.locator("circle")).to_have_count(150)
    with page.expect_response(lambda response: "flower-132" in (response.request.post_data or ""), timeout=15_000):
        page.locator("#flower-132").click()  # the logger sends every few seconds
    began = time.monotonic()
    row = desk.locator(".last tr", has_text=user).filter(has=desk.get_by_text("click", exact=True)).first
    expect(row).to_be_visible(timeout=2_000)
    assert time.monotonic() - began < 2
    expect(desk.locator(".state h2")).to_have_text("Yes, it is recording")
    expect(desk.locator(".facts dd").last).not_to_have_text("0")
    study.close()


def test_the_landing_page_shows_the_hour_and_what_was_rejected(stack: RunningStack, desk: Page, user: str) -> None:
    bad = [{"name": "x", "task": []}] * 40  # so many that it is among the most frequent reasons
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "brush"}, *bad], user))
    stack.wait_for("SELECT id FROM rejected_actions WHERE user_id = %(user)s", lambda rows: len(rows) == 40, user=user)
    stack.wait_for('SELECT seq FROM "rawActions" WHERE user_id = %(user)s', user=user)
    expect(desk.locator("svg.bars rect.bar").last).to_be_attached()
    desk.get_by_role("listitem").filter(has_text="task: not a text").get_by_role("link").click()
    desk.wait_for_url("**/admin/rejected/?code=not_a_text&field=task&from=*")
    expect(desk.locator("tbody tr", has_text=user)).to_have_count(40)


def test_focus_and_scroll_stay_where_they_are_when_an_action_arrives(
    stack: RunningStack, desk: Page, user: str
) -> None:
    """A keyboard opens an action, and a finger moves the table, while others come in."""
    desk.set_viewport_size({"width": 390, "height": 844})
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "brush", "title": "A long title " * 9}], user))
    link = desk.locator(".last tr", has_text=user).get_by_role("link")
    link.focus()
    desk.locator(".last .scroll").evaluate("box => { box.scrollLeft = 40 }")
    other = f"seen-{uuid.uuid4().hex[:12]}"
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "comb"}], other))
    expect(desk.locator(".last tr", has_text=other)).to_be_visible()
    assert desk.locator(".last .scroll").evaluate("box => box.scrollLeft") == 40
    expect(link).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))  # underlined, as in the list of actions; a name is not
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("brush")


def test_a_page_that_lost_its_server_looks_so(stack: RunningStack, desk: Page) -> None:
    desk.route("**/admin/now", lambda route: route.abort())
    expect(desk.locator(".fragment.stale")).to_have_count(1)
    desk.unroute("**/admin/now")
    expect(desk.locator(".fragment.stale")).to_have_count(0)


def test_a_page_whose_server_hangs_looks_so_after_five_seconds(stack: RunningStack, desk: Page) -> None:
    now = desk.locator(".fragment", has=desk.locator(".state"))
    expect(now).to_be_visible()
    with stack.hanging(stack.api):
        expect(now).to_have_class("fragment stale", timeout=10_000)
    expect(now).to_have_class("fragment")


def test_an_action_is_found_by_filters_and_looked_at(stack: RunningStack, desk: Page, user: str) -> None:
    click = flat_action("click", client_x=664, client_y=284, el_x=600, el_y=270, el_w=120, el_h=40, element_id="pay")
    path = {"name": "mousemove", "n": 3, "dt": [0, 50, 50], "x": [640, 12, 9], "y": [300, -4, -9]}
    post(f"{stack.analytics_url}/analytics", envelope([{"name": "pageview"}, path, click], user))
    stack.wait_for('SELECT seq FROM "rawActions" WHERE user_id = %(user)s', lambda rows: len(rows) == 3, user=user)
    desk.get_by_role("link", name="Actions", exact=True).click()
    desk.get_by_label("User").fill(user)
    desk.get_by_role("button", name="Search").click()
    expect(desk.locator("tbody tr")).to_have_count(3)
    desk.get_by_label("Action").fill("click")
    desk.get_by_label("Condition").fill("A")
    desk.get_by_label("Action").press("Enter")
    expect(desk.locator("tbody tr")).to_have_count(1)
    desk.locator("tbody tr .time a").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("click")
    drawing = desk.get_by_role("img", name="At 664, 284 in the viewport")
    frame, dot = drawing.locator(".pane").bounding_box(), drawing.locator(".dot").bounding_box()
    assert frame
    assert dot
    middle = (dot["x"] + dot["width"] / 2 - frame["x"]) / frame["width"]
    assert middle == pytest.approx(664 / 1440, abs=0.01)
    expect(desk.locator("pre")).to_contain_text('"element_id": "pay"')
    desk.get_by_role("link", name="Previous").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("mousemove")
    expect(desk.locator("svg .sample")).to_have_count(3)


def test_rejected_actions_are_edited_ticked_and_replayed(stack: RunningStack, desk: Page, user: str) -> None:
    for _ in range(3):
        send_event(stack, user, str(uuid.uuid4()), category="weather")
    rejected = "SELECT id FROM rejected_actions WHERE user_id = %(user)s AND replayed_at IS NULL"
    stack.wait_for(rejected, lambda rows: len(rows) == 3, user=user)
    desk.goto(f"/admin/rejected/?user={user}")
    desk.locator("tbody tr .time a").first.click()
    expect(desk.locator(".pairs").first).to_contain_text("No class of events has this category and name")
    desk.get_by_text("Edit and replay").click()
    body = desk.get_by_label("Edited version")
    body.fill(body.input_value().replace("weather", "page interaction"))
    desk.get_by_role("button", name="Replay edited version").click()
    expect(desk.get_by_role("status")).to_contain_text("1 resolved: ")
    desk.get_by_role("link", name="View the stored action").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("link click")
    desk.goto(f"/admin/rejected/?user={user}")
    expect(desk.locator("tbody tr")).to_have_count(2)
    stack.rows(  # as if the schema had been corrected meanwhile
        "UPDATE rejected_actions SET body = convert_to(replace(convert_from(body, 'UTF8'), %(bad)s, %(good)s), 'UTF8')"
        " WHERE user_id = %(user)s",
        bad="weather",
        good="page interaction",
        user=user,
    )
    desk.get_by_label("Select all on this page").check()
    expect(desk.locator("tbody input:checked")).to_have_count(2)
    desk.get_by_role("button", name="Replay selected").click()
    expect(desk.get_by_role("status")).to_contain_text("2 resolved: 2 stored, ")
    expect(desk.get_by_text("No rejected actions match.")).to_be_visible()
    stack.wait_for('SELECT seq FROM "Clicks" WHERE user_id = %(user)s', lambda rows: len(rows) == 3, user=user)


def test_replaying_all_that_match_asks_first(stack: RunningStack, desk: Page, user: str) -> None:
    send_event(stack, user, str(uuid.uuid4()), category="weather")
    stack.wait_for("SELECT id FROM rejected_actions WHERE user_id = %(user)s", user=user)
    desk.goto(f"/admin/rejected/?user={user}")
    questions: list[str] = []

    def decline(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.dismiss()

    desk.once("dialog", decline)
    desk.get_by_role("button", name="Replay all that match").click()
    assert len(questions) == 1
    desk.once("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="Replay all that match").click()
    expect(desk.get_by_role("status")).to_contain_text("1 still invalid.")


def test_users_are_managed(desk: Page) -> None:
    name = f"made-{uuid.uuid4().hex[:8]}"
    desk.get_by_role("link", name="Users").click()
    new = desk.locator("section", has=desk.get_by_role("heading", name="New user"))
    new.get_by_label("Name").fill(name)
    new.get_by_label("Password").fill(PASSWORD)
    new.get_by_role("button").click()
    card = desk.locator(".person", has_text=name)
    expect(card.get_by_role("heading")).to_contain_text("viewer")
    card.get_by_role("button", name="Make admin").click()
    expect(card.get_by_role("heading")).to_contain_text("admin")
    desk.once("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Remove").click()
    expect(desk.get_by_role("status")).to_have_text(re.compile("has been removed"))
    expect(card).to_have_count(0)


def test_on_a_phone_what_was_rejected_does_not_wait_below_fifty_rows(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    rejected, last = (desk.locator(card).bounding_box() for card in (".rejected", ".last"))
    assert rejected
    assert last
    assert rejected["y"] < last["y"]


def test_a_phone_shows_the_day_of_what_is_not_of_today(stack: RunningStack, desk: Page, user: str) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    for table, body in (("raw_actions", {"name": "brush"}), ("rejected_actions", {"name": "brush", "page_x": "x"})):
        post(f"{stack.analytics_url}/analytics", envelope([body], user))
        page, view = ("actions", '"rawActions"') if table == "raw_actions" else ("rejected", table)
        [row] = stack.wait_for(f"SELECT page_id FROM {view} WHERE user_id = %(user)s", user=user)
        desk.goto(f"/admin/{page}/?user={user}")
        day = desk.locator("tbody .time").get_by_text(re.compile(r"^\d{4}-\d\d-\d\d $"))
        expect(day).to_be_hidden()
        earlier = f"UPDATE {table} SET received_at = received_at - interval '2 days' WHERE page_id = %(page_id)s"
        stack.rows(earlier, **row)
        desk.reload()
        expect(day).to_be_visible()


@pytest.mark.parametrize("path", ["/admin/", "/admin/actions/", "/admin/rejected/", "/admin/users/"])
def test_it_fits_a_phone(stack: RunningStack, browser: Browser, desk: Page, path: str) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(path)
    expect(desk.get_by_role("button", name="Sign out")).to_be_in_viewport()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
