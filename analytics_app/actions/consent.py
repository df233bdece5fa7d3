"""What the person said when asked; `participants.consent` follows the last one."""

from __future__ import annotations

from analytics_app.actions import base


class Schema(base.Schema):
    granted = base.Flag(required=True)
