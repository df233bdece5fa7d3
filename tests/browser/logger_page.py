"""What the logger's tests do with a page that loads it."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page

BUTTON = "<button id=b>press</button>"


def flush(page: Page) -> None:
    """Send everything; fails if anything is still pending."""
    assert page.evaluate("userLogger.flush()")["pending"] == 0


def settle(page: Page) -> None:
    """Wait by the page's own clock: its timers and frames run in their order, however late."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 200)))")


def recording(page: Page) -> tuple[bool, str | None]:
    """Whether the logger records, and why not."""
    stats = page.evaluate("userLogger.stats()")
    return stats["recording"], stats["why"]


def logger_messages(page: Page) -> list[str]:
    """The logger's messages in the console from now on, and all uncaught errors."""
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "UserLogger" in message.text:
            messages.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: messages.append(f"thrown: {error}"))
    return messages
