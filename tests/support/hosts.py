"""Two small servers for the logger's tests: one serves pages, one forwards requests from a page to the API."""

from __future__ import annotations

import http.client
import json
import mimetypes
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LIBRARIES = Path(__file__).parents[2] / "logger/node_modules"

RELAYED = (
    "Content-Type",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "X-Server-Time",
    "Retry-After",
)


class Host:
    """A server on a free port, in threads that end with the test."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Log nothing."""


class Site(Host):
    """Pages of a study, from another origin than the API; below `/libraries/` the npm packages that the tests use."""

    def __init__(self) -> None:
        pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.pages = pages

        class Pages(Quiet):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path.startswith("/libraries/"):
                    file = LIBRARIES / path.removeprefix("/libraries/")
                    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                    self.answer(200, file.read_text(), {"Content-Type": kind})
                elif path in pages:
                    self.answer(200, *pages[path])
                else:
                    self.answer(404, "", {})

            def answer(self, status: int, text: str, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

        super().__init__(Pages)

    def add(self, path: str, html: str, **headers: str) -> str:
        """Add a page; returns its URL."""
        self.pages[path] = "<!doctype html><html lang=en>" + html, {k.replace("_", "-"): v for k, v in headers.items()}
        return self.url + path


class Gateway(Host):
    """Forwards each POST to the API like an unreliable network: late, not at all, or without returning the answer."""

    def __init__(self, api_url: str) -> None:
        self.down = False
        """Every connection is closed before anything is forwarded."""
        self.mute = 0
        """The answers of so many requests are lost."""
        self.delay_s = 0.0
        self.instead: tuple[int, dict[str, str], str] | None = None
        """Status, headers and body of another host's answer; nothing is forwarded."""
        self.bodies: list[dict[str, Any]] = []
        """All bodies that arrived here, forwarded or not."""
        gateway, api = self, urlsplit(api_url)

        class Forward(Quiet):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.bodies.append(json.loads(body))
                if gateway.down:
                    self.close_connection = True
                    return
                time.sleep(gateway.delay_s)
                if gateway.instead:
                    status, headers, text = gateway.instead
                    self.send_response(status)
                    for field, content in {"Access-Control-Allow-Origin": "*", **headers}.items():
                        self.send_header(field, content)
                    self.end_headers()
                    self.wfile.write(text.encode())
                    return
                onward = http.client.HTTPConnection(str(api.hostname), api.port or 80, timeout=30)
                onward.request("POST", self.path, body, {"Origin": self.headers.get("Origin", "")})
                answer = onward.getresponse()
                if gateway.mute:
                    gateway.mute -= 1
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name in RELAYED:
                    if value := answer.headers.get(name):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.read())

        super().__init__(Forward)

    @property
    def analytics(self) -> str:
        return f"{self.url}/analytics"
