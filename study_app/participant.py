"""The participant and the experimental conditions. Both come from the URL, so the server stores nothing."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

CONDITIONS = {"condition_1": ("grid", "plain"), "condition_2": ("goal", "explore")}
"""condition_1: the plot has grid lines or not; condition_2: the task has a goal or is free exploration."""

MAX_USER_LENGTH = 64


@dataclass(frozen=True)
class Participant:
    """A pseudonym and its two conditions; `forced` contains those that the URL sets, for previews."""

    user: str
    condition_1: str
    condition_2: str
    forced: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """Query parameters for the links to the following pages."""
        return {"user": self.user, **self.forced}


def from_query(query: Mapping[str, str]) -> Participant | None:
    """Parse `?user=p017&condition_1=plain`; None if there is no user. Raises ValueError with a message to show."""
    user = query.get("user", "").strip()
    if not user:
        return None
    if len(user) > MAX_USER_LENGTH or not user.isprintable():
        raise ValueError(
            f"The participant code in this link must be printable and at most {MAX_USER_LENGTH} characters long."
        )
    forced = {name: query[name] for name in CONDITIONS if query.get(name)}
    for name, value in forced.items():
        if value not in CONDITIONS[name]:
            raise ValueError(f"{name} in this link must be one of: {', '.join(CONDITIONS[name])}.")
    return Participant(user, **{name: forced.get(name) or assign(user, name) for name in CONDITIONS}, forced=forced)


def assign(user: str, name: str) -> str:
    """Assign a condition by hash: stable for each user, balanced across users, independent of the other condition."""
    levels = CONDITIONS[name]
    return levels[int.from_bytes(hashlib.sha256(f"{name}:{user}".encode()).digest()[:8]) % len(levels)]


def pseudonym() -> str:
    """Generate a participant code that says nothing about the person: 32 random bits."""
    return f"guest-{secrets.token_hex(4)}"
