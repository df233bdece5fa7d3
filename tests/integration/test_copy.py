"""Rows that are copied as lines of JSON are the rows that were given, whatever texts and numbers they have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Engine, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from analytics_app import actions
from analytics_app.actions import CLICK, SUBMIT
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from analytics_app.database.db import create_engine
from analytics_app.database.tables import PositionScreen
from analytics_app.storage import copy
from analytics_app.storage.copy import copy_of, copy_rows, insert_values, slow_lines

PAGE = "0198c2f1-0000-7000-8000-000000000002"
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    st.text(st.sampled_from('"\\,[]\n\r\tnul\x01\x7f'), max_size=8),
    st.sampled_from(["null", '"null"', "", "\\N", "\\.", "]\n[", "\\", '\\"', "é😀", "a\\nb"]),
)
PX = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, width=32, allow_subnormal=False))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | TEXTS,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXTS, children, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(Config(DATABASE_URL=database_url))
    create(engine, actions.METADATA)
    yield engine
    engine.dispose()


def strategy_of(name: str, kind: str) -> st.SearchStrategy[Any]:
    numbers = {"REAL": PX, "DOUBLE": PX, "SMALLINT": st.integers(-1, 32)}
    by_kind = {"TEXT": TEXTS, "BOOLEAN": st.booleans(), **numbers}
    return st.none() | (by_kind[kind] if kind in by_kind else JSON.filter(lambda value: value is not None))


def rows_of(table: Any) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    own = [strategy_of(column.name, str(column.type)) for column in table.__table__.columns if not column.primary_key]
    values = st.lists(st.tuples(*own), min_size=1, max_size=5)
    others = len(table.__table__.primary_key.columns) - 2  # after page_id and seq
    return values.map(lambda rows: [(PAGE, seq, *[0] * others, *row) for seq, row in enumerate(rows)])


@pytest.mark.parametrize("table", [CLICK.table, SUBMIT.table, PositionScreen], ids=["clicks", "submits", "positions"])
def test_copied_rows_are_equal_to_inserted_ones(engine: Engine, table: Any) -> None:
    names = table.__table__.columns.keys()
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()

        @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
        @given(rows_of(table))
        def one(rows: list[tuple[Any, ...]]) -> None:
            cursor.execute(f"DELETE FROM {table.__tablename__}")
            insert_values(cursor, table, [dict(zip(names, row, strict=True)) for row in rows])
            cursor.execute(f"SELECT * FROM {table.__tablename__} ORDER BY seq")
            inserted = cursor.fetchall()
            cursor.execute(f"DELETE FROM {table.__tablename__}")
            copy_rows(cursor, table, rows)
            cursor.execute(f"SELECT * FROM {table.__tablename__} ORDER BY seq")
            assert cursor.fetchall() == inserted

        one()


def test_usual_texts_do_not_need_the_slow_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CLICK.table is not None
    names = CLICK.table.__table__.columns.keys()
    row = dict.fromkeys(names) | {
        "page_id": "0198c21e-12e0-7000-8000-00001e-40002",  # what resembles the end of a tiny number
        "seq": 0,
        "client_x": 1.5,
        "text": 'Pay "now" \\ é',
        "selector": "#a",
    }
    monkeypatch.setattr(copy, "slow_lines", None)  # it would fail if it were called
    lines = copy_of(CLICK.table).lines([tuple(row.values())] * 2)
    assert lines.count(b"\n") == 2
    assert '"Pay \\"now\\" \\\\ é"'.encode() in lines


@pytest.mark.parametrize(("tiny", "stored"), [(1e-40, 1e-40), (-1.5e-46, 0.0), (5e-324, 0.0)])
@pytest.mark.parametrize("table", [CLICK.table, PositionScreen], ids=["csv", "binary"])
def test_a_number_too_small_for_real_is_zero(engine: Engine, table: Any, tiny: float, stored: float) -> None:
    """One that `real` holds with fewer digits is zero in a table with texts, and itself in one without."""
    names = table.__table__.columns.keys()
    row = dict.fromkeys(names) | {"page_id": PAGE, "seq": 0, "sample": 0, "page_x": 1.5, "screen_y": tiny}
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        copy_rows(cursor, table, [tuple(row[name] for name in names)])
        cursor.execute(f"SELECT page_x, screen_y FROM {table.__tablename__}")
        ((usual, found),) = cursor.fetchall()
    assert usual == 1.5
    assert found == pytest.approx(stored if table is PositionScreen else 0.0, rel=1e-3, abs=0)


@pytest.mark.parametrize(
    "values",
    [{"seq": 2**31}, {"seq": 1.5}, {"sample": 2**15}, {"page_x": 1e39}, {"page_x": "left"}, {"page_id": "none"}],
)
def test_a_number_that_its_column_cannot_hold_is_an_error_of_the_data(engine: Engine, values: dict[str, Any]) -> None:
    names = PositionScreen.__table__.columns.keys()
    good = dict.fromkeys(names) | {"page_id": PAGE, "seq": 0, "sample": 0}
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        with pytest.raises(ValueError, match=r"its column|UUID"):
            copy_rows(cursor, PositionScreen, [tuple(row[name] for name in names) for row in (good, good | values)])


def test_slow_lines_have_any_text_as_one_value() -> None:
    assert slow_lines([(None, 'a"b\\c\nd', 1.5, True)]) == b'null,"a\\"b\\\\c\nd","1.5","True"\n'


def test_an_error_while_rows_are_made_is_raised_as_it_is(engine: Engine) -> None:
    """psycopg2 would report it as a query that was cancelled, and the group would be retried for ever."""
    assert CLICK.table is not None
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        with pytest.raises(UnicodeEncodeError):
            copy_rows(cursor, CLICK.table, [(PAGE, 0, *(["\ud800"] * 20))])


class Base(DeclarativeBase):
    pass


class Tags(Base):
    """A table with a column type that COPY would need a format of its own for."""

    __tablename__ = "tags"

    page_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    seen: Mapped[datetime]
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))


def test_a_table_with_another_column_type_is_inserted(engine: Engine) -> None:
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.execute("CREATE TABLE tags (page_id uuid, seq int, seen timestamptz, words text[])")
        seen = datetime(2026, 1, 1, tzinfo=UTC)
        copy_rows(cursor, Tags, [(PAGE, 0, seen, ["a", 'b"c'])])  # type: ignore[arg-type]
        cursor.execute("SELECT seen, words FROM tags")
        assert cursor.fetchall() == [(seen, ["a", 'b"c'])]


def test_a_value_that_its_column_cannot_hold_is_an_error_of_the_data(engine: Engine) -> None:
    assert CLICK.table is not None
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
            copy_rows(cursor, CLICK.table, [(PAGE, 0, "left", *([None] * 19))])
