"""What the logger costs the page, in a real Chromium: µs a mouse event, beside a page without it; and long tasks.

`python -m bench.logger`. The promise is less than 0.1 ms of the page's main thread a mouse event, and no task of 50 ms
or more. Of two numbers the first is that thread's own time, which counts; the second is what a clock says meanwhile,
with the waits for the browser's other processes and for whatever else the machine does.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.browsing import chromium

SCRIPT = Path(__file__).parents[1] / "static/UserLogger.min.js"
ROUNDS = 5
EVENTS = 20_000
PROMISE_MS = 0.1

BODY = "<title>Bench</title><body style='height:3000px'><main>" + "<p>words <b>and</b> more</p>" * 500 + "</main>"
TAGS = {
    "without the logger": "",
    "one sample each 50 ms": "<script src=/UserLogger.min.js data-study=bench></script>",
    "every event a sample": "<script src=/UserLogger.min.js data-study=bench data-move-interval=0></script>",
}

# Events are made before the clock starts; what is timed is handing them through the page's listeners.
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

# A person at work, and the worst that the logger does by itself: a full queue put on the shelf as the page is hidden.
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
        with suppress(OSError):  # a page that was closed meanwhile
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What is printed here are measurements."""


def cost(browser: Browser, url: str, kind: str, count: int) -> tuple[float, float]:
    """Two µs an event, of the page's main thread and of the clock; each the median of some rounds on fresh pages."""

    def once() -> tuple[float, float]:
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def thread_s() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

        page.goto(url)
        page.evaluate(DISPATCH, [kind, count // 10])  # the browser compiles what is hot
        before = thread_s()
        wall_ms = float(page.evaluate(DISPATCH, [kind, count]))
        thread = thread_s() - before
        page.close()
        return thread / count * 1e6, wall_ms * 1e3

    threads, walls = zip(*(once() for _ in range(ROUNDS)), strict=True)
    return median(threads), median(walls)


def long_tasks(page: Page, url: str) -> list[float]:
    """Durations in ms of tasks of 50 ms or more while somebody works and a backlog of a megabyte piles up."""
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
    """Print the table; whether the promises were kept."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    urls = {name: f"http://127.0.0.1:{server.server_port}/{i}" for i, name in enumerate(TAGS)}
    kept = True
    with chromium() as browser:
        for kind, count in (("pointermove", EVENTS), ("click", EVENTS // 20)):
            floor: tuple[float, float] | None = None
            for name, url in urls.items():
                thread, wall = cost(browser, url, kind, count)
                floor = floor or (thread, wall)
                more, waited = thread - floor[0], wall - floor[1]
                print(f"logger  {kind:12} {name:22} {more:+8.2f} µs of the main thread, {waited:+8.2f} by the clock")
                kept &= more < PROMISE_MS * 1e3
        tasks = long_tasks(browser.new_page(), urls["one sample each 50 ms"])
        print(f"logger  long tasks (50 ms and more): {len(tasks)} {[round(task) for task in tasks] or ''}")
    server.shutdown()
    return kept and not tasks


if __name__ == "__main__":
    raise SystemExit(not main())
