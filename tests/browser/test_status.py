"""/status in a browser: it refreshes, survives its server, and fits a phone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action, post


@pytest.fixture
def study() -> str:
    return f"status-{uuid4().hex[:12]}"


def collect(stack: RunningStack, study: str) -> None:
    assert post(f"{stack.analytics_url}/analytics", envelope([flat_action()], "p", study=study)).status == 200


def test_an_action_appears_without_a_reload(stack: RunningStack, page: Page, study: str) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{stack.analytics_url}/status")
    expect(page.get_by_role("rowheader", name=study)).to_have_count(0)
    collect(stack, study)
    expect(page.get_by_role("rowheader", name=study)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yes, it is recording")
    assert errors == []


def test_each_server_that_goes_away_is_named_and_comes_back(stack: RunningStack, page: Page, study: str) -> None:
    collect(stack, study)
    page.goto(f"{stack.analytics_url}/status")
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Yes, it is recording")
    for service, says in (
        (stack.postgres, "Recording, but not storing: PostgreSQL does not answer"),
        (stack.redis, "Recording, but not storing: Redis does not answer"),
    ):
        service.pause()
        try:
            expect(headline).to_have_text(says)
        finally:
            service.resume()
            service.wait_ready()
        expect(headline).to_have_text("Yes, it is recording")
    gone = page.get_by_role("alert")
    with stack.hanging(stack.api):
        expect(gone).to_be_visible()
        expect(page).to_have_title("✕ The server is not responding")
    expect(gone).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_it_fits_and_can_be_read(stack: RunningStack, browser: Browser, study: str, width: int, colours: str) -> None:
    collect(stack, study)
    context = browser.new_context(viewport={"width": width, "height": 700}, color_scheme=colours)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{stack.analytics_url}/status")
    expect(page.get_by_text(study)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    context.close()


# Text whose contrast to the background behind it is under 4.5, by WCAG 2's formula.
CONTRAST = """() => {
  const rgb = colour => colour.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = rgb(getComputedStyle(element).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('main *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility())
    .map(e => {
      const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x)
      return [(a + .05) / (b + .05), e.textContent.trim()]
    })
    .filter(([ratio]) => ratio < 4.5)
}"""
