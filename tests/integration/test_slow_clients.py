"""Connections that send slowly, or nothing, keep no thread from honest requests."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.running import RunningStack, wait_until
from tests.support.serving import Api, api

HEAD = b"POST /analytics HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
BODY = b'[{"name":"slow","user":"slow-clients"}]'
PIECES = {
    "a head, byte by byte": HEAD + b"X-Filler: " + b"x" * 100,
    "a body, byte by byte": HEAD + b"Content-Length: 1000\r\n\r\n" + b"[" * 100,
    "nothing": b"",
}


def connect(server: Api) -> socket.socket:
    url = urlsplit(server.url)
    return socket.create_connection((url.hostname, url.port or 80), timeout=5)


def post(server: Api, timeout: float = 10) -> float:
    """Post a batch as an honest client; returns the seconds until its 200."""
    start = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=timeout)
    connection.request("POST", "/analytics", BODY)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
    return time.monotonic() - start


@contextmanager
def slow_clients(server: Api, number: int) -> Iterator[list[socket.socket]]:
    """So many connections of each of the three kinds in turn, each sending a byte every 3 s; replaced when closed."""
    kinds = list(PIECES.values())
    clients = [(connect(server), kinds[index % len(kinds)]) for index in range(number)]
    ended = threading.Event()

    def send() -> None:
        position = 0
        while not ended.wait(0 if position < 60 else 3):
            for index, (client, content) in enumerate(clients):
                try:
                    client.send(content[position : position + (60 if position == 0 else 1)])
                except OSError:
                    client.close()
                    clients[index] = (connect(server), content)
                    clients[index][0].send(content[:60])
            position = 60 if position == 0 else position + 1

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield [client for client, _ in clients]
    finally:
        ended.set()
        sender.join()
        for client, _ in clients:
            client.close()


@pytest.mark.alone
def test_honest_requests_are_answered_while_200_slow_connections_are_open(stack: RunningStack, tmp_path: Path) -> None:
    with api(stack, tmp_path, REQUESTS_PER_ADDRESS="500") as server, slow_clients(server, 200):
        seconds = []
        for _ in range(40):
            seconds.append(post(server))
            time.sleep(0.25)  # over more than the time that a slow request has
    assert sum(one <= 2 for one in seconds) >= 38, sorted(seconds)


@pytest.fixture(scope="module")
def strict(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("strict")
    settings = {"API_WORKERS": "1", "REQUEST_DEADLINE_S": "2", "REQUESTS_PER_ADDRESS": "4", "BODY_BYTES_MAX": "2048"}
    with api(stack, folder, **settings) as server:
        yield server


def answer_to(client: socket.socket, timeout: float = 10) -> bytes:
    """Everything that the server sends until it closes the connection."""
    client.settimeout(timeout)
    answer = b""
    while data := client.recv(65_536):
        answer += data
    return answer


def request(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def test_a_request_that_does_not_arrive_in_time_gets_a_408(strict: Api) -> None:
    with connect(strict) as client:
        client.send(HEAD)
        assert answer_to(client).startswith(b"HTTP/1.1 408 ")


def test_a_further_slow_request_of_an_address_ends_its_oldest(strict: Api) -> None:
    clients = [connect(strict) for _ in range(5)]
    for client in clients:
        client.send(HEAD)
        time.sleep(0.05)  # so that their order is known
    start = time.monotonic()
    assert answer_to(clients[0]).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - start < 1
    assert post(strict) < 2
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("cut", "headers"),
    [
        (lambda body: body, (b"Content-Length: %d" % len(BODY), b"Connection: close")),
        (
            lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
            (b"Transfer-Encoding: chunked", b"Connection: close"),
        ),
    ],
    ids=["length", "chunked"],
)
def test_a_request_in_pieces_is_answered(
    strict: Api, cut: Callable[[bytes], bytes], headers: tuple[bytes, ...]
) -> None:
    with connect(strict) as client:
        content = request(cut(BODY), *headers)
        for start in range(0, len(content), 40):
            client.send(content[start : start + 40])
            time.sleep(0.02)
        assert answer_to(client).startswith(b"HTTP/1.1 200 ")


def test_requests_that_follow_each_other_without_waiting_are_all_answered(strict: Api) -> None:
    with connect(strict) as client:
        one = request(BODY, b"Content-Length: %d" % len(BODY))
        last = request(BODY, b"Content-Length: %d" % len(BODY), b"Connection: close")
        client.send(one + one + last[:50])
        time.sleep(0.1)
        client.send(last[50:])
        assert answer_to(client).count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize("size", [2_049, 300_000])
def test_a_body_that_is_too_large_gets_a_413(strict: Api, size: int) -> None:
    with connect(strict) as client:
        client.sendall(request(b"[" + b" " * (size - 1), b"Content-Length: %d" % size, b"Connection: close"))
        answer = answer_to(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"too_large"' in answer


def test_a_chunked_body_that_is_too_large_gets_a_413(strict: Api) -> None:
    with connect(strict) as client:
        client.sendall(request(b"10000\r\n" + b" " * 65_536, b"Transfer-Encoding: chunked"))
        assert answer_to(client).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_waits_for_100_continue_is_told_to(strict: Api) -> None:
    with connect(strict) as client:
        head = request(b"", b"Content-Length: %d" % len(BODY), b"Expect: 100-continue", b"Connection: close")
        client.send(head)
        client.settimeout(1)
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.send(BODY)
        assert b"HTTP/1.1 200 " in answer_to(client)


def test_connections_that_are_closed_leave_nothing_behind(strict: Api) -> None:
    for content in PIECES.values():
        with connect(strict) as client:
            client.send(content)
    files = Path(f"/proc/{strict.worker_pid}/fd")
    before = len(list(files.iterdir()))
    for _ in range(50):
        with connect(strict) as client:
            client.send(HEAD)
    wait_until(lambda: len(list(files.iterdir())) <= before + 2, 10, lambda: "the connections are closed")
    assert post(strict) < 2
