"""The cost of the logger in a real Chromium: ms per event on the page's main thread, the layout, and long tasks.

`python -m bench.logger`. Each cost is the difference from the same page without the logger. Two times are printed per
event. The first, CPU time of the main thread, must be below the limit. The second, wall time, also includes waiting for
the browser's other processes and for other load on the machine. No task may take 50 ms or more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from dev.browser import chromium

SCRIPT = Path(__file__).parents[1] / "static/UserLogger.min.js"
ROUNDS = 5
LAYOUT_LIMIT_MS = 3.0
LOGGER = "<script src=/UserLogger.min.js data-study=bench {}></script>"

STYLE = "<title>Bench</title><body style='height:3000px'>"
ROW = "<tr><td>{0}</td><td><a href=/{0}>order {0}</a></td><td><input name=pick></td></tr>"
BODIES = {
    "plain": f"{STYLE}<main>{'<p>words <b class=here>and</b> more</p>' * 500}</main>",
    "demo": f"{STYLE}<h1>Plot</h1><p>Some words</p><svg width=800 height=500>"
    f"{'<circle r=4 cx=9 cy=9 class=dot />' * 150}</svg><form><label>Name <input></label><button>Send</button></form>",
    "large table": f"{STYLE}<table>{''.join(map(ROW.format, range(30_000)))}"
    "<tr><td><b class=here>last</b></td></tr></table>",
    "deep tree": STYLE + "<div><span>a</span><i></i>" * 60 + "<button class=here><b>Save</b></button>" + "</div>" * 60,
}


@dataclass(frozen=True)
class Measurement:
    """Events of a kind on a page, and the limit of their cost in ms per event."""

    page: str
    kind: str
    target: str
    count: int
    limit_ms: float
    attributes: str = ""


MEASUREMENTS = [
    Measurement("plain", "pointermove", ".here", 20_000, 0.1),
    Measurement("plain", "pointermove", ".here", 20_000, 0.1, "data-move-interval=0"),
    Measurement("plain", "scroll", "document", 2_000, 0.1),
    Measurement("plain", "click", ".here", 1_000, 0.3),
    Measurement("deep tree", "pointermove", ".here", 20_000, 0.1),
    Measurement("deep tree", "click", ".here b", 1_000, 0.3),
    Measurement("large table", "pointermove", ".here", 20_000, 0.1),
    Measurement("large table", "click", ".here", 200, 1.0),
    Measurement("large table", "click", "body", 200, 1.0),
]

# The events are created before the measurement starts; only their dispatch to the page's listeners is measured.
DISPATCH = """([type, selector, count]) => {
    const target = selector === 'document' ? document : [...document.querySelectorAll(selector)].at(-1)
    const at = i => ({bubbles: true, composed: true, detail: 1, pointerType: 'mouse', view: window,
        clientX: i % 1000, clientY: i % 700, screenX: i % 1000, screenY: i % 700})
    const events = Array.from({length: count}, (_, i) =>
        new PointerEvent(type, {...at(i), coalescedEvents: [new PointerEvent(type, at(i))]}))
    const start = performance.now()
    for (const event of events) target.dispatchEvent(event)
    return (performance.now() - start) / count
}"""

TIME_IDLE_CALLBACKS = """
    idle = []
    const request = window.requestIdleCallback.bind(window)
    window.requestIdleCallback = (work, options) => request(() => {
        const start = performance.now()
        work()
        idle.push(performance.now() - start)
    }, options)"""

# A user at work, plus the logger's most expensive operation: saving a full queue to storage when the page is hidden.
WATCH = """() => { tasks = []; new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)))
    .observe({type: 'longtask', buffered: false}) }"""
BACKLOG = """() => { for (let i = 0; i < 20; i++) setTimeout(() => {
    for (let n = 0; n < 50; n++) userLogger.log('step', {text: 'x'.repeat(900)}) }, i * 20) }"""


class Server(BaseHTTPRequestHandler):
    """`/<name of the body>?<attributes of the tag>`; without attributes, a page without the logger."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/UserLogger.min.js":
            self.answer(SCRIPT.read_bytes(), "text/javascript")
        else:
            tag = LOGGER.format(url.query.replace("+", " ")) if url.query else ""
            self.answer((tag + BODIES.get(url.path[1:].replace("%20", " "), "")).encode(), "text/html")

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


class MainThread:
    """The CPU time of a page's main thread."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds(self) -> float:
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[tuple[Page, MainThread]]:
    page = browser.new_page()
    thread = MainThread(page)
    page.goto(url)
    yield page, thread
    page.close()


def cost(browser: Browser, url: str, measured: Measurement) -> tuple[float, float]:
    """ms per event, as CPU time of the page's main thread and as wall time."""
    with opened(browser, url) as (page, thread):
        # Warm-up, so that the browser compiles the hot code.
        page.evaluate(DISPATCH, [measured.kind, measured.target, measured.count // 10])
        before = thread.seconds()
        wall_ms = float(page.evaluate(DISPATCH, [measured.kind, measured.target, measured.count]))
        return (thread.seconds() - before) / measured.count * 1e3, wall_ms


def differences(browser: Browser, base: str, measured: Measurement) -> tuple[float, float]:
    """Medians of several rounds on new pages, with and without the logger in turn."""
    url = f"{base}/{measured.page}"
    rounds = []
    for _ in range(ROUNDS):
        without = cost(browser, url, measured)
        with_logger = cost(browser, f"{url}?data-layout=false+{measured.attributes}", measured)
        rounds.append((with_logger[0] - without[0], with_logger[1] - without[1]))
    threads, walls = zip(*rounds, strict=True)
    return median(threads), median(walls)


def layout_ms(browser: Browser, url: str) -> tuple[float, float]:
    """How long the layout is read the first time, and again; medians, in ms of wall time of the idle callback."""
    rounds = []
    for _ in range(ROUNDS):
        page = browser.new_page()
        page.add_init_script(TIME_IDLE_CALLBACKS)
        page.goto(url)
        page.wait_for_function("idle.length === 2")  # the size was looked at, and then the layout
        page.evaluate("document.body.style.paddingLeft = '20px'; dispatchEvent(new Event('resize'))")
        page.wait_for_function("idle.length >= 3")
        rounds.append((page.evaluate("idle[1]"), page.evaluate("idle.at(-1)")))
        page.close()
    first, again = zip(*rounds, strict=True)
    return median(first), median(again)


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
    base = f"http://127.0.0.1:{server.server_port}"
    within_limits = True
    with chromium() as browser:
        for measured in MEASUREMENTS:
            thread, wall = differences(browser, base, measured)
            what = f"{measured.page:12} {measured.kind:12} {measured.target:9} {measured.attributes:21}"
            limit = f"limit {measured.limit_ms} ms"
            print(f"logger  {what} {thread:+7.4f} ms of main thread CPU, {wall:+7.4f} ms of wall time, {limit}")
            within_limits &= thread < measured.limit_ms
        for name in BODIES:
            first, again = layout_ms(browser, f"{base}/{name}?data-study=bench")
            times = f"{first:5.1f} ms the first time, {again:5.1f} ms again"
            print(f"logger  {name:12} layout       {times}, limit {LAYOUT_LIMIT_MS} ms again for the demo's page")
            within_limits &= name != "demo" or again < LAYOUT_LIMIT_MS
        tasks = long_tasks(browser.new_page(), f"{base}/plain?data-study=bench")
        print(f"logger  long tasks (50 ms or more): {len(tasks)} {[round(task) for task in tasks] or ''}")
    server.shutdown()
    return within_limits and not tasks


if __name__ == "__main__":
    raise SystemExit(not main())
