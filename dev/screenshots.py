"""`python -m dev.screenshots`: the pictures of the README and the docs, from the real thing as it runs.

A browser takes part in the demo study as a person would; the rows in the picture are those that this left behind.
"""

import base64
import shlex
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from dev.settings import ROOT
from tests.support.browsing import chromium
from tests.support.running import RunningStack

IMAGES = ROOT / "docs" / "images"
LAPTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
USER = "p017"
QUERIES = (
    """SELECT seq, name, data->>'element_id' AS element, data->>'client_x' AS x,
          data->>'client_y' AS y, condition_1, condition_2
     FROM raw_actions
    WHERE user_id = 'p017' AND data->>'task' = 'select flowers'
    ORDER BY page_id, seq;""",
    """SELECT user_id, condition_1, data->>'ease' AS ease
     FROM raw_actions WHERE name = 'answers';""",
)


def shoot(page: Page, name: str) -> bytes:
    """A picture into docs/images; once fonts, transitions and the page's own requests have settled."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    return page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def take_part(page: Page, stack: RunningStack) -> bytes:
    """Go through the study; returns the picture of the task."""
    page.goto(f"{stack.study_url}/?user={USER}&condition_1=grid&condition_2=goal")
    shoot(page, "study-consent")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Begin").click()
    page.locator("#flower-132").click()
    brush(page)
    picture = shoot(page, "study-task")
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("group", name="How easy").get_by_label("6").check()
    page.get_by_role("group", name="How sure").get_by_label("7").check()
    page.get_by_label("sometimes").check()
    shoot(page, "study-questions")
    page.get_by_role("button", name="Send my answers").click()
    page.locator("[data-state=saved]").wait_for()
    shoot(page, "study-done")
    return picture


def brush(page: Page) -> None:
    """Draw a rectangle around the setosa flowers."""
    setosa = page.locator("circle[data-species=setosa]").evaluate_all(
        "all => all.map((circle) => circle.getBoundingClientRect()).map(({ x, y }) => [x, y])"
    )
    columns, lines = zip(*setosa, strict=True)
    page.mouse.move(min(columns) - 12, min(lines) - 12)
    page.mouse.down()
    page.mouse.move(max(columns) + 24, max(lines) + 24, steps=20)
    page.mouse.up()
    page.get_by_text("50 flowers selected: 50 setosa").wait_for()


def beside_its_rows(browser: Browser, picture: bytes, output: str) -> None:
    """The picture for the README: what a person sees, and what a researcher gets."""
    page = browser.new_page(viewport={"width": 1520, "height": 640}, device_scale_factor=1.5)
    page.set_content((Path(__file__).with_suffix(".html")).read_text())
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    page.locator("img").evaluate("async (img, source) => { img.src = source; await img.decode() }", source)
    page.locator("pre").evaluate("(pre, text) => { pre.textContent = text }", output)
    page.locator("body").screenshot(path=IMAGES / "study-and-rows.png")
    page.close()


def psql(stack: RunningStack, query: str) -> str:
    """A query, and what the command that `make run` prints answers to it."""
    command = [*shlex.split(stack.psql_command), "--pset=footer=off", "--command", query]
    return f"=> {query}\n\n" + subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        stack = RunningStack(Path(folder) / "stack")
        try:
            stack.wait_ready()
            picture = take_part(browser.new_page(viewport=LAPTOP), stack)
            phone = browser.new_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
            phone.goto(f"{stack.study_url}/task?user={USER}&condition_2=goal")
            phone.locator("figure").scroll_into_view_if_needed()
            shoot(phone, "study-task-phone")
            stack.wait_for("SELECT 1 FROM page_views WHERE user_id = %(user)s AND path = '/done'", user=USER)
            beside_its_rows(browser, picture, "".join(psql(stack, query) for query in QUERIES))
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
