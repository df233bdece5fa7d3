"""The spool: groups on the local disk while Redis is away. Append, fsync, and drain when Redis is back.

Each process writes to one segment file and holds its flock. The lock ends with the process, and the process that gets
the lock of an orphaned segment drains it. Record: magic, length, CRC-32 of id and group, id (UUID), group.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

log = logging.getLogger(__name__)

HEADER = struct.Struct(">4sII16s")
MAGIC = b"UAL1"
DRAINED = b"ual1"  # replaces the magic: draining that was interrupted continues after this record
EITHER = re.compile(MAGIC, re.IGNORECASE)
SEGMENT_BYTES = 33_554_432  # a segment is read whole when it is drained


class SpoolUnavailable(Exception):
    """The spool is full, or its folder cannot be written to."""


class Spool:
    """The spool folder as one process sees it. Safe to use from several threads, and together with other processes."""

    def __init__(self, folder: Path, bytes_max: int) -> None:
        self.folder = folder
        self.bytes_max = bytes_max
        self._lock = threading.Lock()
        self._segment: int | None = None

    def held_bytes(self) -> int:
        """Bytes in the folder, of all processes' segments."""
        return sum(size_of(path) for path in self.folder.glob("*.spool"))

    def append(self, group_id: str, group: bytes) -> None:
        """Return when the group is on disk. Raises SpoolUnavailable."""
        identity = UUID(group_id).bytes
        record = HEADER.pack(MAGIC, len(group), zlib.crc32(identity + group), identity) + group
        with self._lock:
            try:
                if self.held_bytes() + len(record) > self.bytes_max:
                    raise SpoolUnavailable("the spool is full")
                self._write(record)
            except OSError as error:
                raise SpoolUnavailable(f"the spool cannot be written: {error}") from error

    def _write(self, record: bytes) -> None:
        segment = self._segment if self._segment is not None else self._open()
        before = os.fstat(segment).st_size
        try:
            written = os.write(segment, record)
            if written < len(record):  # a disk that fills up writes a part and reports it only here
                raise OSError(f"{written} of {len(record)} bytes written")
            os.fsync(segment)
        except OSError:
            # After a failed fsync the kernel may have dropped the pages: this file is not written to again.
            with contextlib.suppress(OSError):
                os.ftruncate(segment, before)
            self._close()
            raise
        if before + len(record) >= SEGMENT_BYTES:
            self._close()

    def _open(self) -> int:
        """A new segment. It gets its final name after it is locked, so that nobody drains and removes it before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{uuid4()}.new"
        segment = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            fcntl.flock(segment, fcntl.LOCK_EX)
            draft.rename(draft.with_suffix(".spool"))
            fsync_folder(self.folder)  # the name of a new file is durable only with its folder
        except OSError:
            os.close(segment)
            raise
        self._segment = segment
        return segment

    def _close(self) -> None:
        if self._segment is not None:
            os.close(self._segment)
            self._segment = None

    def is_empty(self) -> bool:
        return next(self.folder.glob("*.spool"), None) is None

    def drain(self, put: Callable[[str, bytes], None]) -> int:
        """Pass every group to `put`, except from segments that another living process writes; returns how many.

        Whatever `put` raises ends the draining; the next call continues with the same group. That group may be put
        twice, which the inbox and the store suppress by its id. Raises OSError.
        """
        with self._lock:
            self._close()  # later groups go to a new segment
        return sum(drain_file(path, put) for path in sorted(self.folder.glob("*.spool")))


def drain_file(path: Path, put: Callable[[str, bytes], None]) -> int:
    try:
        segment = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return 0
    with os.fdopen(segment, "r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # its process is alive and drains it itself
        if os.fstat(segment).st_nlink == 0:
            return 0  # another process drained it between our open and our lock
        count = 0
        for position, group_id, group in records(file.read(), path):
            put(group_id, group)
            os.pwrite(segment, DRAINED, position)
            count += 1
        path.unlink()
        return count


def records(content: bytes, path: Path) -> Iterator[tuple[int, str, bytes]]:
    """Position, id and group of the records to drain. Unreadable bytes are logged, and kept unless at a torn end."""
    position = 0
    while position < len(content):
        record = record_at(content, position)
        if record is None:
            end = next_record(content, position + 1)
            skip_unreadable(content[position:end], path, position, torn=end == len(content))
            position = end
            continue
        magic, group_id, group = record
        if magic == MAGIC:
            yield position, group_id, group
        position += HEADER.size + len(group)


def record_at(content: bytes, position: int) -> tuple[bytes, str, bytes] | None:
    """Magic, id and group of a complete record."""
    if position + HEADER.size > len(content):
        return None
    magic, length, checksum, identity = HEADER.unpack_from(content, position)
    group = content[position + HEADER.size : position + HEADER.size + length]
    if magic not in (MAGIC, DRAINED) or len(group) < length or zlib.crc32(identity + group) != checksum:
        return None
    return magic, str(UUID(bytes=identity)), group


def next_record(content: bytes, position: int) -> int:
    """The position of the next readable record, or the end."""
    positions = (found.start() for found in EITHER.finditer(content, position))
    return next((start for start in positions if record_at(content, start)), len(content))


def skip_unreadable(piece: bytes, path: Path, position: int, torn: bool) -> None:
    """A torn last record was never answered with 200. Anything else was, and is kept in a file for a person to see."""
    if torn:
        log.warning("spool: skipped a torn last record of %d bytes in %s", len(piece), path.name)
    else:
        aside = path.with_suffix(f".{position}.damaged")
        with aside.open("wb") as file:
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())  # before the segment, the only other copy, is removed
        fsync_folder(aside.parent)
        log.error("spool: %d damaged bytes of %s kept in %s", len(piece), path.name, aside)


def fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # drained meanwhile
