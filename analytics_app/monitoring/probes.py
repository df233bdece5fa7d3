"""The probes of this server: Redis, PostgreSQL, the spool."""

from __future__ import annotations

from redis import Redis
from sqlalchemy import Engine

from analytics_app.buffer.spool import Spool
from analytics_app.buffer.state import SpoolState, read_redis, read_spool
from analytics_app.monitoring.probe import Probe
from analytics_app.monitoring.study_activity import read_studies


class Probes:
    """Each API process reads for itself: of two answers by different processes, the later may be older by `fresh_s`."""

    def __init__(self, client: Redis, spool: Spool, engine: Engine, high_bytes: int) -> None:
        self.redis = Probe(lambda: read_redis(client, high_bytes), patience_s=1.5, fresh_s=0.3)
        self.postgres = Probe(lambda: read_studies(engine), patience_s=2.5, fresh_s=2.0)
        self._spool = spool

    def spool(self) -> SpoolState:
        return read_spool(self._spool)
