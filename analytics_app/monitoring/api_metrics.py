"""What the API processes count, with Prometheus' client; `web/health.py` serves it."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import Counter


@dataclass(frozen=True)
class ApiMetrics:
    """Each API process has its own counters; they are summed if PROMETHEUS_MULTIPROC_DIR is set."""

    accepted: Counter = field(default_factory=lambda: Counter("ual_batches_accepted", "bodies answered with 200"))
    refused: Counter = field(
        default_factory=lambda: Counter("ual_batches_refused", "bodies not answered with 200", ["error"])
    )
    published: Counter = field(default_factory=lambda: Counter("ual_groups_published", "groups put into the inbox"))
    spooled: Counter = field(default_factory=lambda: Counter("ual_groups_spooled", "groups written to the spool"))


API = ApiMetrics()
