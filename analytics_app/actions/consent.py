"""A participant's answer to the request for consent; `participants.consent` is the latest one."""

from __future__ import annotations

from analytics_app.actions.fields import Flag
from analytics_app.actions.schema import ActionSchema
from analytics_app.actions.type import ActionType


class Schema(ActionSchema):
    granted = Flag(required=True)


CONSENT = ActionType("consent", Schema)
