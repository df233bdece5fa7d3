"""The cost of the logger in a real Chromium: µs per mouse event compared with a page without it, and long tasks.

`python -m bench.logger`. The limits: less than 0.1 ms of the page's main thread per mouse event, and no task of 50 ms
or more. Two times are printed per event. The first, CPU time of the main thread, must be below the limit. The second,
wall time, also includes waiting for the browser's other processes and for other load on the machine.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from dev.browser import chromium

SCRIPT = Path(__file__).parents[1] / "static/UserLogger.min.js"
ROUNDS = 5
EVENTS = 20_000
LIMIT_MS = 0.1  # of the main thread, per event

BODY = "<title>Bench</title><body style='height:3000px'><main>" + "<p>words <b>and</b> more</p>" * 500 + "</main>"
TAGS = {
    "without the logger": "",
    "one sample per 50 ms": "<script src=/UserLogger.min.js data-study=bench></script>",
    "one sample per event": "<script src=/UserLogger.min.js data-study=bench data-move-interval=0></script>",
}

# The events are created before the measurement starts; only their dispatch to the page's listeners is measured.
DISPATCH = """([type, count]) => {
    const target = document.querySelectorAll('b')[200]
    const at = i => ({bubbles: true, composed: true, detail: 1, pointerType: 'mouse', view: window,
        clientX: i % 1000, clientY: i % 700, screenX: i % 1000, screenY: i % 700})
    const events = Array.from({length: count}, (_, i) =>
        new PointerEvent(type, {...at(i), coalescedEvents: [new PointerEvent(type, at(i))]}))
    const start = performance.now()
    for (const event of events) target.dispatchEvent(event)
    return (performance.now() - start) / count
}"""

# A user at work, plus the logger's most expensive operation: saving a full queue to storage when the page is hidden.
WATCH = """() => { tasks = []; new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)))
    .observe({type: 'longtask', buffered: false}) }"""
BACKLOG = """() => { for (let i = 0; i < 20; i++) setTimeout(() => {
    for (let n = 0; n < 50; n++) userLogger.log('step', {text: 'x'.repeat(900)}) }, i * 20) }"""


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        script = self.path == "/UserLogger.min.js"
        tag = "" if script else list(TAGS.values())[int(self.path[1:] or 0) if self.path[1:].isdigit() else 0]
        self.answer(
            SCRIPT.read_bytes() if script else (tag + BODY).encode(), "text/javascript" if script else "text/html"
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b'{"success": true}', "application/json")

    def answer(self, body: bytes, kind: str) -> None:
        with suppress(OSError):  # the page was closed in the meantime
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("X-Server-Time", str(time.time_ns() // 1_000_000))  # makes it the server's own answer
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Print nothing: the output is for the measurements."""


def cost(browser: Browser, url: str, kind: str, count: int) -> tuple[float, float]:
    """µs per event, as CPU time of the page's main thread and as wall time; medians of several rounds on new pages."""

    def once() -> tuple[float, float]:
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def thread_s() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

        page.goto(url)
        page.evaluate(DISPATCH, [kind, count // 10])  # warm-up, so that the browser compiles the hot code
        before = thread_s()
        wall_ms = float(page.evaluate(DISPATCH, [kind, count]))
        thread = thread_s() - before
        page.close()
        return thread / count * 1e6, wall_ms * 1e3

    threads, walls = zip(*(once() for _ in range(ROUNDS)), strict=True)
    return median(threads), median(walls)


def long_tasks(page: Page, url: str) -> list[float]:
    """Durations in ms of tasks of 50 ms or more, while a user works and a backlog of one megabyte builds up."""
    page.goto(url)
    page.evaluate(WATCH)
    for i in range(100):
        page.mouse.move(10 + i * 7, 10 + i * 5, steps=3)
        if i % 10 == 0:
            page.mouse.click(10 + i * 7, 10 + i * 5)
    page.evaluate(BACKLOG)
    page.wait_for_function("window.userLogger ? userLogger.stats().captured > 1000 : true")
    page.mouse.wheel(0, 800)
    page.wait_for_timeout(500)
    return [float(task) for task in page.evaluate("tasks")]


def main() -> bool:
    """Print the results; returns whether all are within the limits."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    urls = {name: f"http://127.0.0.1:{server.server_port}/{i}" for i, name in enumerate(TAGS)}
    within_limits = True
    with chromium() as browser:
        for kind, count in (("pointermove", EVENTS), ("click", EVENTS // 20)):
            baseline: tuple[float, float] | None = None
            for name, url in urls.items():
                thread, wall = cost(browser, url, kind, count)
                baseline = baseline or (thread, wall)
                extra_thread, extra_wall = thread - baseline[0], wall - baseline[1]
                times = f"{extra_thread:+8.2f} µs of main thread CPU, {extra_wall:+8.2f} µs of wall time"
                print(f"logger  {kind:12} {name:22} {times}")
                within_limits &= extra_thread < LIMIT_MS * 1e3
        tasks = long_tasks(browser.new_page(), urls["one sample per 50 ms"])
        print(f"logger  long tasks (50 ms or more): {len(tasks)} {[round(task) for task in tasks] or ''}")
    server.shutdown()
    return within_limits and not tasks


if __name__ == "__main__":
    raise SystemExit(not main())
