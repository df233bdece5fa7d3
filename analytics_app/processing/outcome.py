"""What became of a group."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics_app.wire.types import Key, Reject

RejectLabel = tuple[str, str]
"""(`code`, `field`) of a reject; the field is empty if it is not one that we define."""


@dataclass
class Outcome:
    stored: int = 0
    duplicates: int = 0
    rejected: dict[Key, RejectLabel] = field(default_factory=dict)
    """The invalid actions that are new."""
    studies: dict[str, int] = field(default_factory=dict)
    """When the last stored action of each study was received, epoch ms."""
    refused: dict[Key, Reject] = field(default_factory=dict)
    """Every invalid action by its key: known before, or refused by PostgreSQL."""

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.stored + other.stored,
            self.duplicates + other.duplicates,
            {**self.rejected, **other.rejected},
            {**self.studies, **other.studies},
            {**self.refused, **other.refused},
        )
