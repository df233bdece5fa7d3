"""What workers have counted and what waits, as Prometheus metrics. The API's own counters: api_metrics.py."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from analytics_app.buffer.counters import HISTOGRAMS, REJECTS
from analytics_app.buffer.state import RedisState
from analytics_app.monitoring.probes import Probes


class BufferMetrics(Collector):
    """Read at each request; what is in Redis is left out while Redis is away."""

    def __init__(self, probes: Probes) -> None:
        self.probes = probes

    def describe(self) -> list[Metric]:
        return []  # registering must not query Redis

    def collect(self) -> Iterator[Metric]:
        spool = self.probes.spool()
        yield GaugeMetricFamily("ual_spool_bytes", "bytes in the spool folder", spool.bytes)
        state = self.probes.redis.get()
        takes_writes = state is not None and state.takes_writes
        yield GaugeMetricFamily("ual_redis_up", "1 if Redis accepts writes", int(takes_writes))
        if state is not None:
            yield from backlog(state)
            yield from totals(state.counts)


def backlog(state: RedisState) -> Iterator[Metric]:
    yield GaugeMetricFamily("ual_queue_length", "Celery tasks that wait", state.tasks)
    yield GaugeMetricFamily("ual_inbox_groups", "groups that are not stored yet", state.groups)
    yield GaugeMetricFamily("ual_inbox_bytes", "bytes of Redis' memory that they take", state.bytes)
    yield GaugeMetricFamily("ual_inbox_full", "1 between the high-water and the low mark", int(state.full))
    yield GaugeMetricFamily("ual_oldest_unprocessed_seconds", "age of the oldest of them", state.oldest_s)
    yield GaugeMetricFamily(
        "ual_worker_up", "1 if a worker has carried out a task in the last ten seconds", int(state.worker)
    )
    last_stored = state.counts.get("last_stored", 0)
    yield GaugeMetricFamily("ual_last_stored_timestamp_seconds", "when an action was last stored", last_stored)


def totals(counts: dict[str, float]) -> Iterator[Metric]:
    yield CounterMetricFamily("ual_actions_stored", "actions stored", counts.get("stored", 0))
    yield CounterMetricFamily(
        "ual_actions_duplicate", "actions that were received again and suppressed", counts.get("duplicates", 0)
    )
    rejected = CounterMetricFamily(
        "ual_actions_rejected", "actions rejected, by the first reason's code and field", labels=["code", "field"]
    )
    for name, number in sorted(counts.items()):
        if name.startswith(REJECTS):
            rejected.add_metric(name.removeprefix(REJECTS).split(":"), number)
    yield rejected
    yield histogram("ual_store_seconds", "seconds to store a group", "store", counts)
    yield histogram("ual_lag_seconds", "seconds from a body's receipt until it is stored", "lag", counts)


def histogram(name: str, what: str, kind: str, counts: dict[str, float]) -> HistogramMetricFamily:
    """Prometheus' buckets are cumulative; our counts are not."""
    bounds = [*map(str, HISTOGRAMS[kind]), "+Inf"]
    sums = accumulate(counts.get(f"{kind}:{index}", 0) for index in range(len(bounds)))
    buckets = list(zip(bounds, sums, strict=True))
    return HistogramMetricFamily(name, what, buckets=buckets, sum_value=counts.get(f"{kind}:sum", 0))
