"""Limits of single fields and bodies, the same for every study. Longer values are rejected with their bytes kept."""

from __future__ import annotations


class Limits:
    """Lengths are in characters unless a comment says otherwise."""

    NAME = 200
    STUDY = 64
    USER = 200
    CONDITION = 200
    SESSION = 200
    LABEL = 1_000  # element ids, selectors, texts, tasks, form ids
    URL = 8_192
    TITLE = 2_000
    SAMPLES = 200  # positions in one mousemove
    BOXES = 500  # in one layout
    SEQ = 2_147_483_646  # one less than the largest SQL integer: page_loss counts to the highest seq + 1
    VALIDATED = 1_000  # actions in one `?validate=1` request
    VALIDATED_BYTES = 262_144  # of the body of one
    CONTAINERS = 100_000  # arrays and objects in a body that is not a plain batch: they take much memory
    SPREAD = 16_777_216  # bytes of an envelope's constants and views, multiplied by the actions that they apply to
    GROUPS_STORED = 64  # groups that are stored in one transaction
    BYTES_STORED = 1_048_576  # of the groups that are stored in one transaction; a single group may be larger
    COORDINATE = 1e9  # CSS px; no screen is wider, and it keeps arithmetic in SQL exact
    TIMESTAMP_MS = 4_102_444_800_000  # the year 2100
