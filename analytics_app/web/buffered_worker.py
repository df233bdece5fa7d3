"""A gunicorn worker whose threads get a request only when it has arrived as a whole.

A thread that reads from a slow client is there for nobody else: as many slow connections as threads would stop the API.
Here the main loop reads from all connections, as nginx does, and ends those that are too slow (408):

- a request has REQUEST_DEADLINE_S to arrive, and after GRACE_S must have come at REQUEST_RATE_MIN bytes a second;
- one address may have REQUESTS_PER_ADDRESS requests that have not arrived yet; a further one ends its oldest;
- all of them together may have BUFFERED_BYTES_MAX bytes; a request that does not fit gets a 503.

Of a body that is larger than BODY_BYTES_MAX only so many bytes are kept; the app then answers 413. It extends
gunicorn's thread worker by overriding `enqueue_req`, which that worker calls for each new and each kept connection.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from analytics_app.config.settings import load
from analytics_app.web.client import is_in, network_of, plain

GRACE_S = 5.0
HEAD_BYTES_MAX = 65_536  # more than gunicorn accepts: it refuses what is longer
DISCARD_BYTES_MAX = 67_108_864  # of a body that is too large, so that the browser sees the 413
BUFFERED_BYTES_MAX = 67_108_864
READ_BYTES = 65_536
CHECK_EVERY_S = 0.5
LINGER_S = 2.0

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)
CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
LINE_MAX = 1_024


class Arriving:
    """A request of which a part may have arrived."""

    def __init__(self, conn: Any, now: float) -> None:
        self.conn = conn
        self.address = network_of(plain(str(conn.client[0]) if isinstance(conn.client, tuple) else ""))
        self.received = bytearray()
        self.discarded = 0
        """Bytes of a body that is too large, which are not kept."""
        self.started = now
        self._body_at = 0
        """Where the body begins; 0 until the head is complete."""
        self._length: int | None = None
        self._chunk_at = 0
        """Where the next chunk of a chunked body begins."""

    def add(self, data: bytes, body_bytes_max: int) -> None:
        self.received += data
        if not self._body_at:
            self._read_head()
        if self._body_at and (surplus := len(self.received) - self._body_at - body_bytes_max - 1) > 0:
            del self.received[-surplus:]
            self.discarded += surplus

    def _read_head(self) -> None:
        end = self.received.find(HEAD_END)
        if end < 0:
            return
        self._body_at = self._chunk_at = end + len(HEAD_END)
        head = bytes(self.received[: self._body_at])
        if CHUNKED.search(head):
            self._length = None
        else:
            length = LENGTH.search(head)
            self._length = int(length[1]) if length else 0
        if CONTINUE.search(head) and not self.is_complete():
            with suppress(OSError):  # it is gone
                self.conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    @property
    def body_bytes(self) -> int:
        return len(self.received) - self._body_at + self.discarded

    def is_complete(self) -> bool:
        """Whether it has arrived as a whole, or has a head that gunicorn refuses."""
        if not self._body_at:
            return len(self.received) > HEAD_BYTES_MAX
        if self._length is None:
            return self._has_last_chunk()
        return self.body_bytes >= self._length

    def _has_last_chunk(self) -> bool:
        """Whether a chunked body is there, or is none: gunicorn says what is wrong with it."""
        while self._chunk_at < len(self.received):
            size = CHUNK_SIZE.match(self.received, self._chunk_at)
            if size is None:
                return self.received.find(b"\n", self._chunk_at) >= 0 or len(self.received) - self._chunk_at > LINE_MAX
            if int(size[1], 16) == 0:
                return self.received.find(HEAD_END, size.end() - 2) >= 0
            self._chunk_at = size.end() + int(size[1], 16) + 2
        return False

    def is_too_large(self) -> bool:
        """Whether it cannot be handed over: so much is discarded, or a chunked body has parts missing."""
        return self.discarded > (0 if self._length is None else DISCARD_BYTES_MAX)

    def content(self) -> bytes:
        """The request as the parser gets it: a body that was not kept as a whole has the length that was kept."""
        if not self.discarded:
            return bytes(self.received)
        kept = len(self.received) - self._body_at
        head = LENGTH.sub(b"\r\nContent-Length: %d\r\n" % kept, bytes(self.received[: self._body_at]), count=1)
        return head + bytes(self.received[self._body_at :])

    def is_overdue(self, now: float, deadline_s: float, bytes_per_s: float) -> bool:
        seconds = now - self.started
        arrived = len(self.received) + self.discarded
        return seconds > deadline_s or seconds > GRACE_S + arrived / bytes_per_s


class BufferedWorker(ThreadWorker):  # type: ignore[misc]
    """See above."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.settings = load()
        self.arriving: dict[Any, Arriving] = {}
        """By connection, the oldest first."""
        self.ending: dict[Any, float] = {}
        """Connections that have got their answer, and when they are closed at the latest."""
        self.buffered_bytes = 0
        self.per_address: Counter[str] = Counter()
        self._next_check = 0.0

    def enqueue_req(self, conn: Any) -> None:
        """Called when a connection is new or has become readable."""
        arriving = Arriving(conn, time.monotonic())
        conn.sock.setblocking(False)
        read_ahead = conn.parser.unreader.take_buffered() if conn.parser else b""
        if read_ahead or (read_ahead := self._read(conn.sock) or b""):
            arriving.add(read_ahead, self.settings.BODY_BYTES_MAX)
            if arriving.is_complete():  # as most are: nothing is registered for them
                self._start(arriving)
                return
        self.arriving[conn] = arriving
        self.per_address[arriving.address] += 1
        self.buffered_bytes += len(arriving.received)
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, arriving))
        self._make_room(arriving)
        if arriving.is_too_large() and arriving.conn in self.arriving:
            self._end(arriving, TOO_LARGE)

    def _read(self, sock: Any) -> bytes | None:
        """What has arrived; nothing if the client has closed the connection; None if it must be waited for."""
        try:
            return bytes(sock.recv(READ_BYTES))
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _receive(self, arriving: Arriving, sock: Any) -> None:
        data = self._read(sock)
        if data is None:
            return
        if not data:
            self._end(arriving)
            return
        before = len(arriving.received)
        arriving.add(data, self.settings.BODY_BYTES_MAX)
        self.buffered_bytes += len(arriving.received) - before
        if arriving.is_too_large():
            self._end(arriving, TOO_LARGE)
        elif arriving.is_complete():
            self._forget(arriving)
            self._start(arriving)
        elif self.buffered_bytes > BUFFERED_BYTES_MAX:
            self._end(arriving, b"503 Service Unavailable")

    def _make_room(self, newest: Arriving) -> None:
        """End the oldest request of an address that has too many; a proxy's address is that of many clients."""
        if is_in(newest.address, self.settings.proxies):
            return
        if self.per_address[newest.address] > self.settings.REQUESTS_PER_ADDRESS:
            self._end(next(one for one in self.arriving.values() if one.address == newest.address), TOO_SLOW)

    def _start(self, arriving: Arriving) -> None:
        """Let a thread parse and answer it."""
        conn = arriving.conn
        try:
            conn.init()
        except OSError:
            self._close(conn)
            return
        conn.parser.unreader.unread(arriving.content())
        conn.data_ready = True
        super().enqueue_req(conn)

    def _forget(self, arriving: Arriving) -> None:
        self.poller.unregister(arriving.conn.sock)
        del self.arriving[arriving.conn]
        self.buffered_bytes -= len(arriving.received)
        self.per_address[arriving.address] -= 1
        if not self.per_address[arriving.address]:
            del self.per_address[arriving.address]

    def _end(self, arriving: Arriving, status: bytes = b"") -> None:
        """Close the connection, after an answer with this status if a part of a request has arrived."""
        self._forget(arriving)
        conn = arriving.conn
        if not status or not arriving.received:
            self._close(conn)
            return
        answer = b"HTTP/1.1 %s\r\nConnection: close\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n"
        try:
            conn.sock.send(answer % (status, self.settings.RETRY_AFTER_S))
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            self._close(conn)
        else:
            # The client could not read the answer if what it still sends met a closed socket (RFC 9112, section 9.6).
            self.ending[conn] = time.monotonic() + LINGER_S
            self.poller.register(conn.sock, EVENT_READ, partial(self._discard, conn))

    def _discard(self, conn: Any, sock: Any) -> None:
        if self._read(sock) == b"":
            self._stop_discarding(conn)

    def _stop_discarding(self, conn: Any) -> None:
        del self.ending[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called by the main loop after each wait: end what is overdue, and the oldest if there are too many."""
        super().murder_pending()
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_EVERY_S
        deadline, rate = self.settings.REQUEST_DEADLINE_S, self.settings.REQUEST_RATE_MIN
        for arriving in list(self.arriving.values()):
            if arriving.is_overdue(now, deadline, rate):
                self._end(arriving, TOO_SLOW)
        for conn in [conn for conn, end in self.ending.items() if end < now]:
            self._stop_discarding(conn)
        if self.nr_conns >= self.worker_connections and self.arriving:
            self._end(next(iter(self.arriving.values())), TOO_SLOW)


TOO_SLOW, TOO_LARGE = b"408 Request Timeout", b"413 Content Too Large"
