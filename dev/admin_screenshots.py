"""`python -m dev.admin_screenshots`: takes the screenshots of docs/admin.md from a running stack.

Simulated participants take part in the demo study, two of them send invalid actions, and a researcher opens each page
of the admin area.
"""

import json
import secrets
import urllib.request
from typing import Any

from playwright.sync_api import Browser, Page

from dev import participant
from dev.browser import chromium
from dev.screenshots import IMAGES, LAPTOP, PHONE, USER, take_part, temporary_stack, wait_for_rows
from dev.stack import Stack

PASSWORD = secrets.token_urlsafe()
SESSION = "d66ac88b-f801-4984-953f-5c6b266494a0"
INVALID_CLICK = {"client_x": "far right", "client_y": 10}
ON_LAPTOP = {"recording", "actions", "action", "rejected", "reject", "users"}
ON_PHONE = {"recording", "action", "rejected"}


def visit(browser: Browser, stack: Stack, user: str, sends_invalid_click: bool) -> None:
    """A participant who leaves the study at the questions."""
    context = browser.new_context(viewport=LAPTOP)
    page = context.new_page()
    participant.open_study(page, stack.settings.study_url, user)
    participant.agree(page)
    page.locator("#flower-132").click()
    participant.brush_setosa(page)
    if sends_invalid_click:
        page.evaluate("properties => window.userLogger.log('click', properties)", INVALID_CLICK)
    participant.continue_to_questions(page)
    page.get_by_role("group", name="How easy").wait_for()
    context.close()


def send_invalid_event(stack: Stack, **invalid: Any) -> None:
    """An event that /event/ accepts and the worker rejects."""
    event = {
        "session_id": SESSION,
        "category": "page interaction",
        "name": "link click",
        "user": USER,
        "data": {"host": "www.cwtech.dev", "path": "/", "element": "register"},
        "timestamp": "2022-04-01 09:15:27.243860",
        **invalid,
    }
    urllib.request.urlopen(f"{stack.settings.analytics_url}/event/", json.dumps(event).encode()).close()  # noqa: S310


def sign_in(page: Page, stack: Stack, name: str, password: str) -> None:
    page.goto(f"{stack.settings.analytics_url}/admin/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Yes, it is recording").wait_for()


def create_user(page: Page, stack: Stack, name: str, role: str) -> None:
    """Through the admin area; the page must be signed in as an admin."""
    page.goto(f"{stack.settings.analytics_url}/admin/users/")
    form = page.locator("section", has=page.get_by_role("heading", name="New user"))
    form.get_by_label("Name").fill(name)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_label("Role").select_option(role)
    form.get_by_role("button").click()
    page.locator(".person", has_text=name).wait_for()


def shoot_pages(page: Page, stack: Stack, pictures: set[str], suffix: str = "") -> None:
    """Open each page of the admin area; save the screenshots in `pictures`."""

    def shoot(subject: str) -> None:
        page.mouse.move(0, 0)
        if subject in pictures:
            page.screenshot(path=IMAGES / f"admin-{subject}{suffix}.png", animations="disabled")

    admin = f"{stack.settings.analytics_url}/admin"
    page.locator("rect.bar").last.wait_for()
    shoot("recording")
    page.goto(f"{admin}/actions/?user={USER}")
    shoot("actions")
    page.goto(f"{admin}/actions/?user={USER}&name=click&q=flower")
    page.locator(".time a").first.click()
    page.locator("svg.viewport").wait_for()
    shoot("action")
    page.goto(f"{admin}/rejected/")
    shoot("rejected")
    page.locator(".time a").first.click()
    shoot("reject")
    page.get_by_role("link", name="Users").click()
    shoot("users")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with temporary_stack() as stack, chromium() as browser:
        for user in ("p011", "p012", "p013", "p014"):
            visit(browser, stack, user, sends_invalid_click=user in ("p012", "p014"))
        take_part(browser.new_page(viewport=LAPTOP), stack)
        wait_for_rows(stack, "page_views", f"user_id = '{USER}' AND path = '/done'")
        send_invalid_event(stack, category="weather")
        send_invalid_event(stack, data={"host": "www.cwtech.dev", "path": "/", "button": "register"})
        wait_for_rows(stack, "rejected_actions", "true", count=4)

        first_admin = browser.new_page()
        sign_in(first_admin, stack, "admin", stack.first_password)
        create_user(first_admin, stack, "ada", "admin")
        create_user(first_admin, stack, "grace", "viewer")
        laptop = browser.new_page(viewport=LAPTOP)
        sign_in(laptop, stack, "ada", PASSWORD)
        shoot_pages(laptop, stack, ON_LAPTOP)
        phone = browser.new_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
        sign_in(phone, stack, "ada", PASSWORD)
        shoot_pages(phone, stack, ON_PHONE, "-phone")


if __name__ == "__main__":
    main()
