"""The write path: `prepare` (flatten, validate; pure), then `write` (one transaction)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics_app.processing.outcome import Outcome
from analytics_app.processing.prepare import prepare
from analytics_app.storage.write import write
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.flatten import reject_unread
from analytics_app.wire.reasons import Code, Reason
from analytics_app.wire.types import FlatDelivery

log = logging.getLogger(__name__)


class Pipeline:
    """Every method raises psycopg2.Error or sqlalchemy.exc.SQLAlchemyError if PostgreSQL fails for a reason that is not
    the data's fault; nothing of the group is stored then."""

    def __init__(self, engine: Engine, clock_skew_s: int) -> None:
        """`clock_skew_s` is how many seconds after its receipt the timestamp of a single event may be."""
        self.engine = engine
        self.clock_skew_s = clock_skew_s

    def check_database(self) -> None:
        """Return if PostgreSQL answers. If it hangs, this hangs: before a try of the group is counted."""
        with self.engine.connect():
            pass

    def store(self, deliveries: Sequence[Delivery]) -> Outcome:
        """Store a group. If the code itself fails on it, its bodies are stored one by one."""
        try:
            return self._run(deliveries)
        except (psycopg2.Error, SQLAlchemyError):
            raise
        except Exception:
            log.exception("storing a group failed in the code itself: its bodies are stored one by one")
        return sum((self._store_one(delivery) for delivery in deliveries), Outcome())

    def _store_one(self, delivery: Delivery) -> Outcome:
        """Store one body in its own transaction; if the code fails on it, reject it with its bytes."""
        try:
            return self._run([delivery])
        except (psycopg2.Error, SQLAlchemyError):
            raise
        except Exception as error:
            return self.reject(delivery, f"{type(error).__name__}: {error}")

    def reject(self, delivery: Delivery, why: str) -> Outcome:
        """Keep a body's bytes as one reject, without parsing them."""
        return self._run([reject_unread(delivery, Reason(Code.SERVER, why))])

    def _run(self, bodies: Sequence[Delivery | FlatDelivery]) -> Outcome:
        prepared = prepare(bodies, self.clock_skew_s)
        with self.engine.begin() as connection:
            return write(connection, prepared)
