"""What the worker does with a group, in the test's own process and without Celery."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Engine

from analytics_app.config.settings import Config
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.processing import prepare, validation
from analytics_app.processing.outcome import Outcome
from analytics_app.storage import rebuild as rebuild_module
from analytics_app.storage import replay as replay_module
from analytics_app.wire.delivery import Delivery

CLOCK_SKEW_S = Config().CLOCK_SKEW_S


def store(engine: Engine, deliveries: list[Delivery]) -> Outcome:
    return Pipeline(engine, CLOCK_SKEW_S).store(deliveries)


validate = partial(validation.validate, clock_skew_s=CLOCK_SKEW_S)
validate_all = partial(validation.validate_all, clock_skew_s=CLOCK_SKEW_S)
prepare_all = partial(prepare.prepare, clock_skew_s=CLOCK_SKEW_S)
replay = partial(replay_module.replay, clock_skew_s=CLOCK_SKEW_S)
rebuild = partial(rebuild_module.rebuild, clock_skew_s=CLOCK_SKEW_S)
