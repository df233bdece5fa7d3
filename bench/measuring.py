"""What the benchmarks share: a load of HTTP requests, CPU seconds by process, and tables of medians.

A benchmark measures its floors and ours in turn, in several rounds of one run and on the same servers, so that other
load on the machine affects all alike. Its `measure(stack, rounds)` returns its table.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import redis

from analytics_app.config.settings import Config
from dev import processes
from dev.checks import http_answers
from dev.settings import ROOT, free_port
from tests.support.running import RunningStack, wait_until
from tests.support.sending import envelope, flat_action

ROUNDS = 3
REUSED_WITHIN_S = 15.0  # the API closes a connection that was idle for 30 s
SERVICES = ("api", "worker", "redis", "postgres")
PACKAGES = ("flask", "gunicorn", "celery", "kombu", "redis", "msgspec", "psycopg2-binary", "sqlalchemy")


def body(actions: int) -> bytes:
    """A batch of our logger (v2) with so many clicks, of a page of its own."""
    return json.dumps(envelope([flat_action() for _ in range(actions)], "bench", page_id=str(uuid4()))).encode()


@dataclass(frozen=True)
class Load:
    """What a load of requests measured."""

    requests: int
    seconds: float
    latencies: Sequence[float]
    """Of each request, in seconds."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, percent: int) -> float:
        """In seconds."""
        return quantiles(self.latencies, n=100)[percent - 1]


class Connection:
    """One kept-alive HTTP connection, whose requests are prepared bytes. The clients cost little: they share the cores
    with what is measured."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        self.began, self._answer = time.perf_counter(), b""
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has arrived; returns whether the answer is complete. It must be a 200."""
        piece = self.socket.recv(65_536)
        self._answer += piece
        head, separator, content = self._answer.partition(b"\r\n\r\n")
        if not separator:
            assert piece, "the server has closed the connection"
            return False
        assert head.startswith(b"HTTP/1.1 200"), self._answer[:500]
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return len(content) >= int(length.partition(b":")[2])


def requests_of(url: str, bodies: Sequence[bytes]) -> list[bytes]:
    """POST requests to this URL."""
    parts = urlsplit(url)
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: text/plain\r\nContent-Length: "
    return [f"{head}{len(content)}\r\n\r\n".encode() + content for content in bodies]


def load(url: str, bodies: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Post the bodies, again from the first after the last, on so many connections for so many seconds.

    Each connection waits for its answer before it sends again, as browsers do.
    """
    requests, sent, latencies = requests_of(url, bodies), 0, list[float]()
    parts = urlsplit(url)
    selector = selectors.DefaultSelector()
    clients = [Connection((parts.hostname or "", parts.port or 80)) for _ in range(connections)]
    began = time.perf_counter()
    for client in clients:
        client.send(requests[sent % len(requests)])
        sent += 1
        selector.register(client.socket, selectors.EVENT_READ, client)
    waiting = connections
    while waiting:
        for key, _ in selector.select():
            client = key.data
            if not client.receive():
                continue
            now = time.perf_counter()
            latencies.append(now - client.began)
            if now - began < seconds:
                client.send(requests[sent % len(requests)])
                sent += 1
            else:
                waiting -= 1
    elapsed = time.perf_counter() - began
    for client in clients:
        client.socket.close()
    return Load(len(latencies), elapsed, latencies)


def steady_load(url: str, bodies: Sequence[bytes], per_second: float) -> list[float]:
    """Post the bodies at a steady rate, on as many connections as it takes; returns when each was answered, epoch s."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 80)
    selector, idle = selectors.DefaultSelector(), list[Connection]()
    answered = [0.0] * len(bodies)
    began, sent, left = time.perf_counter(), 0, len(bodies)
    requests = requests_of(url, bodies)
    while left:
        wait = began + sent / per_second - time.perf_counter()
        if sent < len(requests) and wait <= 0:
            client = idle.pop() if idle else Connection(address)
            if client.began and time.perf_counter() - client.began > REUSED_WITHIN_S:
                client.socket.close()
                client = Connection(address)
            client.send(requests[sent])
            selector.register(client.socket, selectors.EVENT_READ, (client, sent))
            sent += 1
            continue
        for key, _ in selector.select(max(0.0, wait) if sent < len(requests) else None):
            client, number = key.data
            if client.receive():
                answered[number] = time.time()
                selector.unregister(client.socket)
                idle.append(client)
                left -= 1
    for client in idle:
        client.socket.close()
    return answered


@contextlib.contextmanager
def floor_server(stack: RunningStack, app: str) -> Iterator[tuple[str, psutil.Process]]:
    """The Flask app `bench.floors:<app>` on the stack's Redis, under the gunicorn settings of the API."""
    port, config = free_port(), Config()
    settings = ["--workers", config.API_WORKERS, "--threads", config.API_THREADS, "--worker-class", "gthread"]
    settings += ["--keep-alive", 30, "--worker-tmp-dir", "/dev/shm", "--bind", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", *map(str, settings), f"bench.floors:{app}()"]
    env = {**os.environ, "CELERY_BROKER_URL": stack.broker_url, "DATABASE_URL": stack.database_url}
    with (stack.data_dir / "floor.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: http_answers(f"{url}/health"), 30, "the floor's server answers")
        yield f"{url}/analytics", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


class CpuSeconds:
    """CPU seconds of the services of a stack since it was created; other processes count under the names given."""

    def __init__(self, stack: RunningStack, **others: psutil.Process) -> None:
        self.stack, self.others = stack, others
        self._before = self._now()

    def since(self) -> dict[str, float]:
        """By service."""
        now = self._now()
        return {name: now[name] - self._before[name] for name in now}

    def _now(self) -> dict[str, float]:
        used = {name: total(processes.find(self.stack.data_dir, {name})) for name in SERVICES}
        for name, process in self.others.items():
            used[name] = total([process, *process.children(recursive=True)])
        return used


def total(found: Sequence[psutil.Process] | Iterator[psutil.Process]) -> float:
    """CPU seconds of living processes."""
    seconds = 0.0
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system
    return seconds


@contextlib.contextmanager
def worker_paused(stack: RunningStack) -> Iterator[None]:
    """The inbox fills, and nothing is stored. Afterwards the inbox is emptied."""
    stack.worker.pause()
    try:
        yield
    finally:
        with redis.Redis.from_url(stack.broker_url) as client:
            for key in client.scan_iter("inbox:*"):
                client.delete(key)
            client.delete("celery")
        stack.worker.resume()


def wait_until_stored(stack: RunningStack, timeout: float = 600) -> None:
    with redis.Redis.from_url(stack.broker_url) as client:
        wait_until(lambda: not client.hlen("inbox:groups"), timeout, "everything is stored")


def in_turn(rounds: int, measures: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """The results of each measure, by its name; one round measures all."""
    results: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            results[name].append(measure())
    return results


def ratios(ours: Sequence[float], floor: Sequence[float]) -> list[float]:
    """Of each round."""
    return [mine / least for mine, least in zip(ours, floor, strict=True)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median and the range: `1,124 (1,100-1,150)`."""
    low, middle, high = (f"{value:,.{digits}f}" for value in (min(values), median(values), max(values)))
    return f"{middle} ({low}-{high})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cpu_text(used: Mapping[str, float], per: float = 1.0, digits: int = 2) -> str:
    """CPU seconds by process, divided by `per`: `api 0.12, redis 0.03`."""
    return ", ".join(f"{name} {seconds / per:.{digits}f}" for name, seconds in used.items() if seconds > 0)


def versions(stack: RunningStack) -> str:
    """Of everything that was measured, with the number of CPUs and the load."""
    with redis.Redis.from_url(stack.broker_url) as client:
        servers = [f"Redis {client.info('server')['redis_version']}"]
    servers.append(f"PostgreSQL {stack.rows('SHOW server_version')[0]['server_version']}")
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    return (
        f"{os.cpu_count()} CPUs, {platform.system()}, load average {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, {', '.join(servers + packages)}"
    )


@contextlib.contextmanager
def temporary_stack() -> Iterator[RunningStack]:
    """A stack that is ready, with an empty database; it is stopped and deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started by root, the servers run as another user
        stack = RunningStack(Path(folder) / "stack")
        try:
            yield stack.wait_ready()
        finally:
            stack.stop()


def run(measure: Callable[[RunningStack, int], str]) -> None:
    """Start a stack, print what a benchmark measures, stop the stack."""
    with temporary_stack() as stack:
        print(measure(stack, int(os.environ.get("ROUNDS") or ROUNDS)), flush=True)
        print(f"\n{versions(stack)}")
