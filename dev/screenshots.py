"""`python -m dev.screenshots`: takes the screenshots of the README and the docs from a running stack.

A simulated participant completes the demo study; the rows in the README's picture are the ones that this stores.
"""

import base64
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from dev import participant
from dev.browser import chromium
from dev.data_dir import claim
from dev.embedded import psql
from dev.settings import ROOT, Settings, free_port
from dev.stack import Stack

IMAGES = ROOT / "docs" / "images"
LAPTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
USER = "p017"
STORED_TIMEOUT_S = 30
QUERIES = (
    """SELECT seq, name, data->>'element_id' AS element, data->>'client_x' AS x,
          data->>'client_y' AS y, condition_1, condition_2
     FROM "rawActions"
    WHERE user_id = 'p017' AND data->>'task' = 'select flowers'
    ORDER BY page_id, seq;""",
    """SELECT user_id, condition_1, data->>'ease' AS ease
     FROM "rawActions" WHERE name = 'answers';""",
)


@contextmanager
def temporary_stack() -> Iterator[Stack]:
    """A running stack with an empty database, on free ports."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(free_port(), free_port(), Path(folder) / "stack", database_url="", broker_url="")
        with claim(settings.data_dir) as lock:
            stack = Stack(settings, lock, print)
            try:
                stack.start()
                yield stack
            finally:
                stack.stop()


def query(stack: Stack, sql: str, *options: str) -> str:
    """The output of psql for a query."""
    command = [psql(), stack.env["DATABASE_URL"], *options, "--command", sql]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def wait_for_rows(stack: Stack, table: str, condition: str, count: int = 1) -> None:
    """Wait until the table contains this many rows that match the condition.

    Raises:
        TimeoutError: it contains fewer.
    """
    sql = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - all callers pass literals
    deadline = time.monotonic() + STORED_TIMEOUT_S
    while int(query(stack, sql, "--tuples-only")) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"fewer than {count} rows after {STORED_TIMEOUT_S} s: {sql}")
        time.sleep(0.1)


def shoot(page: Page, name: str) -> bytes:
    """Save a screenshot to docs/images, once the page's requests, fonts and transitions are complete."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    return page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def take_part(page: Page, stack: Stack) -> bytes:
    """Complete the study and take screenshots; returns the one of the task."""
    participant.open_study(page, stack.settings.study_url, USER, condition_1="grid", condition_2="goal")
    shoot(page, "study-consent")
    participant.agree(page)
    page.locator("#flower-132").click()
    participant.brush_setosa(page)
    picture = shoot(page, "study-task")
    participant.continue_to_questions(page)
    participant.answer(page)
    shoot(page, "study-questions")
    participant.send_answers(page)
    participant.wait_until_saved(page)
    shoot(page, "study-done")
    return picture


def study_and_rows(browser: Browser, picture: bytes, output: str) -> None:
    """Save the README's picture: what the participant sees, beside what the researcher gets."""
    page = browser.new_page(viewport={"width": 1520, "height": 640}, device_scale_factor=1.5)
    page.set_content((Path(__file__).with_suffix(".html")).read_text())
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    page.locator("img").evaluate("async (img, source) => { img.src = source; await img.decode() }", source)
    page.locator("pre").evaluate("(pre, text) => { pre.textContent = text }", output)
    page.locator("body").screenshot(path=IMAGES / "study-and-rows.png")
    page.close()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with temporary_stack() as stack, chromium() as browser:
        picture = take_part(browser.new_page(viewport=LAPTOP), stack)
        phone = browser.new_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
        phone.goto(f"{stack.settings.study_url}/task?user={USER}&condition_2=goal")
        phone.locator("figure").scroll_into_view_if_needed()
        shoot(phone, "study-task-phone")
        wait_for_rows(stack, "page_views", f"user_id = '{USER}' AND path = '/done'")
        sessions = [f"=> {sql}\n\n{query(stack, sql, '--pset=footer=off')}" for sql in QUERIES]
        study_and_rows(browser, picture, "".join(sessions))


if __name__ == "__main__":
    main()
