"""What the processes count, with Prometheus' client; how it is served is health.py's affair."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import Counter


@dataclass(frozen=True)
class ApiMetrics:
    """Counted in the API processes (each its own; summed where PROMETHEUS_MULTIPROC_DIR is set)."""

    accepted: Counter = field(default_factory=lambda: Counter("ual_batches_accepted", "bodies answered 200"))
    refused: Counter = field(
        default_factory=lambda: Counter("ual_batches_refused", "bodies not answered 200", ["error"])
    )
    published: Counter = field(default_factory=lambda: Counter("ual_groups_published", "groups put into the inbox"))
    spooled: Counter = field(default_factory=lambda: Counter("ual_groups_spooled", "groups written to the spool"))


API = ApiMetrics()
