"""The pages that count rejects (admin landing page, its list, /status) agree to the row."""

from __future__ import annotations

import html
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from analytics_app import actions
from analytics_app.admin import accounts
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from analytics_app.database.db import create_engine
from analytics_app.monitoring.study_activity import describe, rejects_of_the_day
from analytics_app.wire.delivery import Delivery
from tests.support.administering import PASSWORD, Visitor
from tests.support.fuzzing import encode
from tests.support.running import RunningStack
from tests.support.sending import envelope
from tests.support.serving import api
from tests.support.storing import store

# Kinds that a search for the text of one another would mix up: `x` is part of `page_x`, several reasons in one action,
# names that the client chose, nested fields, the whole body.
BAD = [
    *[{"name": "a", "page_x": "three"}] * 7,
    *[{"name": "a", "page_x": "three", "page_y": "four"}] * 6,
    *[{"name": "a", "page_y": "three", "page_x": "four"}] * 5,
    *[{"name": "mousemove", "x": "all", "n": 1}] * 4,
    *[{"name": "mousemove", "x": [1], "y": [1], "dt": [0], "n": 2}] * 4,
    *[{"name": "a", "page_x": 1e12}] * 9,
    *[{"name": "click", "element_id": "e" * 1_001}] * 8,
    *[{"name": "a", "chosen by a client: page_x": "@@1e400@@"}] * 3,
    *[{"name": "submit", "fields": [[], "a"]}] * 2,
    *["page_x: Not a valid number."] * 4,
    *[{"name": "consent"}] * 5,
]
EVENT = {
    "session_id": str(uuid4()),
    "category": "page interaction",
    "name": "link click",
    "timestamp": "2022-04-01 09:15:27",
    "data": {"host": "h", "path": "/", "page_x: Not a valid number": 1},
}
REJECTS = 64


@pytest.fixture(scope="module")
def engine(stack: RunningStack) -> Iterator[Engine]:
    """A database of its own, with REJECTS rejects of today and some that do not count."""
    name = f"rejects_{uuid4().hex}"
    stack.rows(f"CREATE DATABASE {name}")
    engine = create_engine(Config(DATABASE_URL=stack.database_url.rpartition("/")[0] + "/" + name))
    create(engine, actions.METADATA)
    now = time.time_ns() // 1_000_000
    for kind, body, received in [
        ("analytics", envelope(BAD, "p", study="one"), now),
        *(("event", EVENT, now),) * 5,
        *(("analytics", {"action": []}, now),) * 2,
        ("analytics", envelope(BAD, "p"), now - 90_000_000),
    ]:
        store(engine, [Delivery(str(uuid4()), received, kind, encode(body))])
    with Session(engine) as session:
        accounts.create(session, "ada", PASSWORD, "admin")
    yield engine
    engine.dispose()
    stack.rows(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def served(stack: RunningStack, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = str(Config(DATABASE_URL=engine.url.render_as_string(hide_password=False)).libpq_url)
    with api(stack, tmp_path_factory.mktemp("rejects"), DATABASE_URL=url) as running:
        yield running.url


@pytest.fixture(scope="module")
def visitor(served: str) -> Visitor:
    signed_in = Visitor(served)
    assert signed_in.sign_in("ada").status == 200
    return signed_in


def in_sql(engine: Engine) -> Counter[str]:
    with engine.connect() as connection:
        kinds = sum(rejects_of_the_day(connection).values(), Counter())
    return Counter({describe(kind): count for kind, count in kinds.items()})


def on_landing_page(visitor: Visitor) -> tuple[int, dict[str, tuple[int, str]]]:
    """The total, and by kind the count and the link."""
    text = html.unescape(visitor.get("/admin/hour").body.decode())
    section = text[text.index('<section class="card rejected">') :]
    total = re.search(r"<h2>Rejected.*?<b>(\d+)</b>", section)
    assert total
    rows = re.findall(r'<a href="([^"]+)">([^<]+)</a> <b>(\d+)</b>', section)
    return int(total[1]), {kind: (int(count), link) for link, kind, count in rows}


def test_there_is_something_to_count(engine: Engine) -> None:
    assert in_sql(engine).total() == REJECTS
    assert len(in_sql(engine)) >= 8


def test_the_landing_page_and_its_links_count_the_same_rows(visitor: Visitor, engine: Engine) -> None:
    total, kinds = on_landing_page(visitor)
    assert total == REJECTS
    assert {kind: count for kind, (count, _) in kinds.items()} == dict(in_sql(engine).most_common(8))
    for kind, (count, link) in kinds.items():
        listed = set(re.findall(r'href="/admin/rejected/(\d+)"', visitor.get(link).body.decode()))
        assert len(listed) == count, kind


def test_the_status_page_counts_the_same_rows(served: str, engine: Engine) -> None:
    text = html.unescape(Visitor(served).get("/status").body.decode())
    cells = re.findall(r'data-label="Rejected[^"]*">\s*<b>(\d+)</b>', text)
    assert sum(map(int, cells)) == REJECTS
    shown = Counter[str]()
    for count, kind in re.findall(r"<li><b>(\d+)</b> ([^<]+)</li>", text):
        shown[kind] += int(count)
    assert shown.items() <= in_sql(engine).items()


def test_what_was_replayed_counts_nowhere(visitor: Visitor, engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE rejected_actions SET replayed_at = now() WHERE code = 'out_of_range'")
    assert on_landing_page(visitor)[0] == in_sql(engine).total() == REJECTS - 9
