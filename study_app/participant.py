"""Who takes part, and under which conditions: both follow from the URL, so that the server keeps nothing."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

CONDITIONS = {"condition_1": ("grid", "plain"), "condition_2": ("goal", "explore")}
"""condition_1: the plot with or without grid lines; condition_2: a task with a goal, or free exploration."""

LONGEST_USER = 64


@dataclass(frozen=True)
class Participant:
    """A pseudonym and its two conditions; `forced` are those that the URL named, for previews."""

    user: str
    condition_1: str
    condition_2: str
    forced: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """What every link to a further page carries."""
        return {"user": self.user, **self.forced}


def from_query(query: Mapping[str, str]) -> Participant | None:
    """Read `?user=p017&condition_1=plain`; None without a user. Raises ValueError with a sentence to show."""
    user = query.get("user", "").strip()
    if not user:
        return None
    if len(user) > LONGEST_USER or not user.isprintable():
        raise ValueError(f"The participant code in this link must be printable, with at most {LONGEST_USER} signs.")
    forced = {name: query[name] for name in CONDITIONS if query.get(name)}
    for name, value in forced.items():
        if value not in CONDITIONS[name]:
            raise ValueError(f"{name} in this link must be one of: {', '.join(CONDITIONS[name])}.")
    return Participant(user, **{name: forced.get(name) or assign(user, name) for name in CONDITIONS}, forced=forced)


def assign(user: str, name: str) -> str:
    """Draw a condition by hash: the same for a user every time, even among users, independent of the other one."""
    levels = CONDITIONS[name]
    return levels[int.from_bytes(hashlib.sha256(f"{name}:{user}".encode()).digest()[:8]) % len(levels)]


def pseudonym() -> str:
    """Invent a participant code that tells nothing about the person: 32 random bits."""
    return f"guest-{secrets.token_hex(4)}"
