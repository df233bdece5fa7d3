"""The contexts of actions: who acted, where, and under which conditions. They become rows of `contexts`."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

import msgspec

from analytics_app.actions.fast_load import Loaded
from analytics_app.actions.type import ActionType
from analytics_app.config.limits import Limits
from analytics_app.database.storable import single, unstorable
from analytics_app.wire.types import Action, Json

PLACE = (
    "study",
    "user",
    "session_id",
    "condition_1",
    "condition_2",
    "url",
    "host",
    "path",
    "task",
    "trial",
    "viewport_w",
    "viewport_h",
)
"""The loaded fields of an action that its context is made of."""
place_of = attrgetter(*PLACE)
Place = tuple[Any, ...]
IN_CONTEXT_ALONE = frozenset([*PLACE, "title"])  # unless the type's table has a column of this name


class Context(msgspec.Struct, frozen=True, gc=False):
    """A row of `contexts` without its key. Its order is that of the columns."""

    source: str
    study: str
    user_id: str | None
    session_id: str | None
    condition_1: str | None
    condition_2: str | None
    host: str | None
    path: str | None
    task: str | None
    trial: int | None
    viewport_w: float | None
    viewport_h: float | None
    data: str
    """What the batch says for its actions: a JSON object."""

    @property
    def context_id(self) -> int:
        """64 bits of a hash: the same for equal contexts, anyone who stores them gets it."""
        digest = blake2b(repr(msgspec.structs.astuple(self)).encode(errors="surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


class Given:
    """What a batch says for its actions of one type."""

    def __init__(self, context: Json, kind: ActionType) -> None:
        given = kind.loader.defaults(context)
        others = frozenset() if kind.needs_all else IN_CONTEXT_ALONE.difference(kind.columns)
        self.defaults = given and [(field, value) for field, value in given if field not in others]
        """See `FastLoader.defaults`: without what only the row of the context has. Setting a field takes time."""
        self.place = tuple(map(dict(given or ()).get, PLACE))

    def completed(self, place: Place) -> Place:
        """With what is given where the action itself has nothing."""
        return tuple(given if own is None else own for own, given in zip(place, self.place, strict=True))


class Contexts:
    """The contexts of actions that are in memory together. Most actions share one; it is made once."""

    def __init__(self) -> None:
        self._made: dict[Any, tuple[int, Context]] = {}
        self._given: dict[tuple[int, str], Given] = {}

    def given(self, action: Action, kind: ActionType) -> Given:
        """What the batch says for an action of this type."""
        key = (id(action.context), kind.name)
        given = self._given.get(key)
        if given is None:
            given = self._given[key] = Given(action.context or {}, kind)
        return given

    def of(self, action: Action, loaded: Loaded, given: Given | None) -> tuple[int, Context]:
        """The id and the context of an action, from its loaded fields, and from what is given if it is not in them."""
        place = place_of(loaded)
        key = (id(given or action.context), place)
        try:
            return self._made[key]
        except KeyError:
            made = self._made[key] = make(action, *(given.completed(place) if given else place))
            return made
        except TypeError:  # host or path of a type that no schema checks, such as a list
            return make(action, *(given.completed(place) if given else place))


def make(
    action: Action, study: str | None, user: str | None, session_id: str | None, condition_1: str | None,
    condition_2: str | None, url: str | None, host: Any, path: Any, task: str | None, trial: int | None,
    viewport_w: float | None, viewport_h: float | None,
) -> tuple[int, Context]:  # fmt: skip
    context = Context(
        action.source,
        study or "",
        user,
        session_id,
        condition_1,
        condition_2,
        text_of(host, Limits.LABEL) or host_of(url),
        text_of(path, Limits.URL) if url is None or action.source == "event" else path_of(url),
        task,
        trial,
        None if viewport_w is None else single(viewport_w),
        None if viewport_h is None else single(viewport_h),
        json_of(action),
    )
    return context.context_id, context


def json_of(action: Action) -> str:
    """What the batch says, as JSON. An entry that PostgreSQL cannot store is left out: the action overrides it."""
    given = action.context or {}
    if not action.strict:
        given = {name: value for name, value in given.items() if not unstorable(name) and not unstorable(value)}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


def text_of(value: Any, longest: int) -> str | None:
    return value if isinstance(value, str) and len(value) <= longest else None


@lru_cache(1_000)
def host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").netloc or None
    except ValueError:
        return None


@lru_cache(1_000)
def path_of(url: str) -> str | None:
    """The path, with the hash route if there is one (`#/cart`, `#!cart`), without parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None  # such as an unclosed IPv6 bracket; the url itself is kept
    route = f"#{parts.fragment.partition('?')[0]}" if parts.fragment.startswith(("/", "!")) else ""
    return (parts.path or "/") + route


COLUMNS = ("page_id", "context_id", *Context.__struct_fields__)
"""The columns of `contexts`."""
