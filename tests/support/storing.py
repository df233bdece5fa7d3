"""What the worker does with a group, in the test's own process and without Celery."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Engine

from analytics_app.config.settings import Config
from analytics_app.consumer.pipeline import Pipeline
from analytics_app.processing import prepare, validation
from analytics_app.processing.contexts import Contexts
from analytics_app.processing.outcome import Outcome
from analytics_app.processing.validation import ValidAction
from analytics_app.storage import rebuild as rebuild_module
from analytics_app.storage import replay as replay_module
from analytics_app.wire.delivery import Delivery
from analytics_app.wire.types import Action, Reject

CLOCK_SKEW_S = Config().CLOCK_SKEW_S


def store(engine: Engine, deliveries: list[Delivery]) -> Outcome:
    return Pipeline(engine, CLOCK_SKEW_S).store(deliveries)


def validate(action: Action, clock_skew_s: int = CLOCK_SKEW_S) -> ValidAction | Reject:
    return validation.validate(action, Contexts(), clock_skew_s)


prepare_all = partial(prepare.prepare, clock_skew_s=CLOCK_SKEW_S)
replay = partial(replay_module.replay, clock_skew_s=CLOCK_SKEW_S)
rebuild = partial(rebuild_module.rebuild, clock_skew_s=CLOCK_SKEW_S)
