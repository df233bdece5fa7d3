"""What an action type is: a schema, and the rows that a valid action becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analytics_app.actions.fast_load import FastLoader
from analytics_app.actions.rows import Row, RowMaker, one_position, row
from analytics_app.actions.schema import ActionSchema
from analytics_app.database.tables import ActionTable, PositionScreen
from analytics_app.wire.types import Json

TableRow = tuple[type[ActionTable], Row]


def no_texts(_values: Json) -> int:
    return 0


@dataclass(frozen=True)
class ActionType:
    """The name that pages log it under, and how its actions are validated and split.

    `values` are an action's loaded fields under the names of the columns (see `rows.values_of`).
    """

    name: str
    schema: type[ActionSchema] = ActionSchema
    table: type[ActionTable] | None = None
    """Its own table: one row per action, of the values that it has columns for."""
    positions: RowMaker = one_position
    """The rows of `positions_screen`."""
    repeated_texts: Callable[[Json], int] = no_texts
    """Characters of the texts that its rows repeat; validation limits their sum per body (Limits.PATHS)."""

    @cached_property
    def loader(self) -> FastLoader:
        """The schema, ready to load."""
        return FastLoader(self.schema())

    def rows(self, values: Json) -> Iterator[TableRow]:
        """Every row that an action is split into, with its table."""
        for position in self.positions(values):
            yield PositionScreen, position
        if self.table is not None:
            yield self.table, row(self.table, values)


def tables_of(types: Iterable[ActionType]) -> dict[str, type[ActionTable]]:
    """`positions_screen` and the types' own tables, by name."""
    tables: list[type[ActionTable]] = [PositionScreen]
    tables += [kind.table for kind in types if kind.table is not None]
    return {table.__tablename__: table for table in tables}
