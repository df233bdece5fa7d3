"""Bodies that no client should send, each with where its actions must be stored.

Every action carries a mark by which it is found, in a row of raw_actions or in the bytes of a reject.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action

MARK = re.compile(rb"mark-[0-9a-f]{32}")
# Envelope fields that reject no action, whatever they contain; and those that determine owner and content of actions.
HARMLESS = ["lib", "config", "prev_page", "page_no", "batch_seq", "attempt", "batch_id", "t0", "sent_at", "clock"]
HARMLESS += ["reason", "lost", "env", "unknown"]
DECISIVE = ["study", "const", "session_id", "page_id", "v", "views"]
TOKENS = [  # valid JSON that json.dumps would not write
    *(
        "1e400",
        "-1e400",
        "1E+99999",
        "1e-400",
        "-0",
        "-0.0",
        "1" * 5_000,
        "-" + "9" * 400,
        "1" * 310 + ".5",
        "1" * 199 + "e99",
        "1." + "0" * 5_000,
    ),
    *('{"a":1,"a":2}', '{"":{"":0},"":1}', r'"\ud800"', r'"\udc00\ud800"', r'"\u0000"', '"\x7f"', "[ ]", "{ }"),
]

tokens = st.sampled_from(TOKENS).map(lambda token: f"@@{token}@@")
texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.sampled_from(
        ["\0", "a\0b", "\ud800", "\\u0000", "\\", "\\N", "\\.", "a\tb\nc\rd", "x" * 300, "x" * 9_000, "é" * 200]
    ),
    st.sampled_from(["NaN", "Infinity", "null", "-1", "1e400", "2022-04-01", "http://[", "javascript:0", "{}", "[]"]),
)
numbers = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-1, 0.5, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e308, -1e308, 4_102_444_800_001, 201]),
)
leaves = st.one_of(st.none(), st.booleans(), numbers, texts, tokens)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5), max_leaves=12
)


@dataclass
class Case:
    """A body, and the marks of its actions."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    valid: list[str] = field(default_factory=list)
    """Must be stored."""
    either: list[str] = field(default_factory=list)
    """Must be stored or rejected."""


def mark() -> str:
    return f"mark-{uuid4().hex}"


def encode(value: Any) -> bytes:
    text = json.dumps(value)
    return re.sub(r'"@@(.*?)@@"', lambda found: json.loads(f'"{found[1]}"'), text).encode("utf-8", "surrogatepass")


def valid_action(name: str) -> dict[str, Any]:
    """A valid action of this name, without its mark."""
    move = {"n": 2, "dt": [0, 50], "x": [1, 2], "y": [3, 4], "sx": 0, "sy": 0, "off": [0, 0], "pointer": "mouse"}
    more: dict[str, dict[str, Any]] = {
        "click": {"button": 0, "tag": "a", "selector": "#a", "text": "x", "rel_x": 0.5, "trusted": True, "task": "t"},
        "mousemove": move,
        "pageview": {"nav": "load", "referrer": "", "page_w": 10, "dpr": 2, "path": "/", "host": "h"},
        "submit": {"form_id": "f", "fields": ["a"], "form": {"a": 1}, "valid": True},
        "consent": {"granted": True},
        "anything": {"data": {"a": [1]}, "scroll_x": 3},
    }
    return {**flat_action(name), "user": "fuzz", "study": "s", "url": "http://h/p", "title": "t", **more[name]}


valid_actions = st.sampled_from(["click", "mousemove", "pageview", "submit", "consent", "anything"]).map(valid_action)


@st.composite
def batches(draw: st.DrawFn) -> Case:
    """A few valid actions and one with invalid fields, or a value that is not an action."""
    actions = draw(st.lists(valid_actions, max_size=4))
    marks = [mark() for _ in actions]
    for action, own_mark in zip(actions, marks, strict=True):
        action["mark"] = own_mark
    case = Case("/analytics", b"", valid=marks)
    if draw(st.integers(0, 5)):
        case.either.append(mark())
        place = draw(st.integers(0, len(actions)))
        actions.insert(place, draw(invalid_actions(case.either[0])))
    if not actions:
        return Case("/analytics", encode(draw(values)))
    body: Any = actions
    if draw(st.booleans()):
        body = envelope(actions, "fuzz")
        if draw(st.booleans()):
            name = draw(st.sampled_from([*HARMLESS, *DECISIVE]))
            body[name] = draw(
                st.one_of(values, st.lists(values, max_size=3), st.dictionaries(texts, values, max_size=3))
            )
            if name in DECISIVE:
                case.either, case.valid = case.either + case.valid, []
    case.body = encode(body)
    return case


@st.composite
def invalid_actions(draw: st.DrawFn, own_mark: str) -> Any:
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([own_mark, [own_mark], [[own_mark, None]]]))
    action = draw(valid_actions)
    names = st.one_of(st.sampled_from(sorted({*action, "seq", "t", "view", "condition_1", "session_id"})), texts)
    for _ in range(draw(st.integers(1, 2))):
        action[draw(names)] = draw(values)
    action["mark"] = own_mark
    return action


@st.composite
def events(draw: st.DrawFn) -> Case:
    own_mark = mark()
    event: dict[str, Any] = {
        "session_id": str(uuid4()),
        "category": draw(st.sampled_from(["page interaction", "form interaction"])),
        "name": draw(st.sampled_from(["link click", "pageview", "submit"])),
        "timestamp": "2022-04-01 09:15:27.243860",
        "data": {"host": "h", "path": "/", "element": own_mark},
        "user": own_mark,
    }
    where = event["data"] if draw(st.booleans()) else event
    where[draw(st.one_of(st.sampled_from(sorted({*where} - {"user"})), texts.filter(lambda t: t != "user")))] = draw(
        values
    )
    return Case("/event/", encode(event), either=[own_mark])


@st.composite
def mangled(draw: st.DrawFn) -> Case:
    """Bytes that are truncated, or encoded, compressed or nested wrongly."""
    case = draw(st.one_of(batches(), events()))
    how = draw(
        st.sampled_from(["cut", "gzip", "torn gzip", "no gzip", "utf-16", "latin-1", "bom", "deep", "noise", "flip"])
    )
    case.valid, case.either = ([], []) if how != "gzip" else (case.valid, case.either)
    body = case.body
    part = draw(st.floats(0, 1, exclude_max=True))  # a share, not an index: lengths differ with the marks
    if "gzip" in how:
        case.headers = {"Content_Encoding": "gzip"}
        packed = gzip.compress(body)
        case.body = {"gzip": packed, "torn gzip": packed[: int(part * len(packed))], "no gzip": body}[how]
    elif how in ("utf-16", "latin-1"):
        case.body = body.decode("utf-8", "replace").encode(how, "replace")
    elif how == "bom":
        case.body = b"\xef\xbb\xbf" + body
    elif how == "deep":
        depth = draw(st.sampled_from([30, 31, 32, 33, 500, 20_000]))
        case.body = draw(st.sampled_from([b"[", b'{"a":'])) * depth + body + b"]" * depth
    elif how == "noise":
        case.body = draw(st.binary(max_size=200))
    else:
        place = int(part * len(body))
        case.body = body[:place] if how == "cut" else body[:place] + draw(st.binary(max_size=3)) + body[place + 1 :]
    return case


cases = st.one_of(batches(), batches(), events(), mangled()).map(copy.deepcopy)


@dataclass
class Outcome:
    """How often each mark is stored, and how often it is rejected."""

    stored: Counter[str]
    rejected: Counter[str]


def outcome_since(stack: RunningStack, since: str) -> Outcome:
    """From the rows written since then."""
    actions = stack.rows('SELECT data::text AS text FROM "rawActions" WHERE received_at >= %(since)s', since=since)
    rejects = stack.rows("SELECT body FROM rejected_actions WHERE rejected_at >= %(since)s", since=since)
    stored = Counter(found.decode() for row in actions for found in set(MARK.findall(row["text"].encode())))
    rejected = Counter(found.decode() for row in rejects for found in set(MARK.findall(bytes(row["body"]))))
    return Outcome(stored, rejected)


def misplaced(cases: list[Case], outcome: Outcome) -> list[str]:
    """Descriptions of the actions that are not stored or rejected exactly once, as they must be."""

    def described(mark: str, case: Case) -> str:
        return f"stored {outcome.stored[mark]}, rejected {outcome.rejected[mark]} times: {case.body!r}"

    valid = [(mark, case) for case in cases for mark in case.valid]
    either = [(mark, case) for case in cases for mark in case.either]
    lost = [pair for pair in valid if (outcome.stored[pair[0]], outcome.rejected[pair[0]]) != (1, 0)]
    not_once = [pair for pair in either if outcome.stored[pair[0]] + outcome.rejected[pair[0]] != 1]
    return [described(*pair) for pair in lost + not_once]
