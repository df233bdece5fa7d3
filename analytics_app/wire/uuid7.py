"""UUID version 7 (RFC 9562, section 5.7): 48 bits of epoch milliseconds, then 74 random bits."""

from __future__ import annotations

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new one; later ones sort after earlier ones, to the millisecond."""
    value = int.from_bytes(os.urandom(10), "big")
    milliseconds = time.time_ns() // 1_000_000
    random_a, random_b = value >> 68, value & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b)
