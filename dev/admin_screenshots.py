"""`python -m dev.admin_screenshots`: the pictures of docs/admin.md, from the real thing as it runs.

Participants take part in the demo study, two clients send what cannot be judged good, and a researcher looks.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from dev.screenshots import IMAGES, LAPTOP, PHONE, USER, brush, take_part
from tests.support.administering import PASSWORD, new_user, send_event
from tests.support.browsing import chromium
from tests.support.running import RunningStack
from tests.support.sending import envelope, post

SESSION = "d66ac88b-f801-4984-953f-5c6b266494a0"
REJECTED = "SELECT id FROM rejected_actions"
ON_LAPTOP = {"recording", "actions", "action", "rejected", "reject", "users"}
ON_PHONE = {"recording", "action", "rejected"}


def visit(browser: Browser, stack: RunningStack, user: str) -> None:
    """A short participant: consent, a flower, a rectangle around some, gone."""
    context = browser.new_context(viewport=LAPTOP)
    page = context.new_page()
    page.goto(f"{stack.study_url}/?user={user}")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.locator("#flower-132").click()
    brush(page)
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("group", name="How easy").wait_for()
    context.close()


def send_what_is_rejected(stack: RunningStack) -> None:
    send_event(stack, USER, SESSION, category="weather")
    send_event(stack, USER, SESSION, data={"host": "www.cwtech.dev", "path": "/", "button": "register"})
    for user in ("p012", "p014"):
        body = envelope([{"name": "click", "client_x": "far right", "client_y": 10}], user, study="iris-demo")
        post(f"{stack.analytics_url}/analytics", body)
    stack.wait_for(REJECTED, lambda rows: len(rows) == 4)


def look(page: Page, stack: RunningStack, name: str, pictures: set[str], suffix: str = "") -> None:
    """Through the whole area; leaves these pictures."""

    def shoot(subject: str) -> None:
        page.mouse.move(0, 0)
        if subject in pictures:
            page.screenshot(path=IMAGES / f"admin-{subject}{suffix}.png", animations="disabled")

    page.goto(f"{stack.analytics_url}/admin/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Yes, it is recording").wait_for()
    page.locator("rect.bar").last.wait_for()
    shoot("recording")
    page.goto(f"{stack.analytics_url}/admin/actions/?user={USER}")
    shoot("actions")
    page.goto(f"{stack.analytics_url}/admin/actions/?user={USER}&name=click&q=flower")
    page.locator(".time a").first.click()
    page.locator("svg.viewport").wait_for()
    shoot("action")
    page.goto(f"{stack.analytics_url}/admin/rejected/")
    shoot("rejected")
    page.locator(".time a").first.click()
    shoot("reject")
    page.get_by_role("link", name="Users").click()
    shoot("users")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        stack = RunningStack(Path(folder) / "stack")
        try:
            stack.wait_ready()
            for user in ("p011", "p012", "p013", "p014"):
                visit(browser, stack, user)
            take_part(browser.new_page(viewport=LAPTOP), stack)
            stack.wait_for("SELECT seq FROM page_views WHERE user_id = %(user)s AND path = '/done'", user=USER)
            send_what_is_rejected(stack)
            name = new_user(stack, name="ada")
            new_user(stack, "viewer", name="grace")
            look(browser.new_page(viewport=LAPTOP), stack, name, ON_LAPTOP)
            phone = browser.new_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
            look(phone, stack, name, ON_PHONE, "-phone")
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
