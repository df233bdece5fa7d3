"""What an action type is: a schema, and the rows that a valid action becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from analytics_app.actions.fast_load import FastLoader, Loaded
from analytics_app.actions.rows import PositionMaker, Row, one_position
from analytics_app.actions.schema import ActionSchema
from analytics_app.database.tables import ActionTable, PositionScreen
from analytics_app.wire.types import Key


@dataclass(frozen=True)
class ActionType:
    """The name that pages log it under, and how its actions are validated and split.

    Raises:
        TypeError: the table has a column that is no field of the schema.
    """

    name: str
    schema: type[ActionSchema] = ActionSchema
    table: type[ActionTable] | None = None
    """Its own table: one row per action, of the loaded fields that it has columns for."""
    positions: PositionMaker = one_position
    """The rows of `positions_screen`, from the key and the loaded fields."""

    def __post_init__(self) -> None:
        fields = self.schema().load_fields
        if missing := [name for name in self.columns if name not in fields]:
            raise TypeError(f"{self.name}: {', '.join(missing)}: a column of the table must be a field of the schema.")

    @cached_property
    def loader(self) -> FastLoader:
        """The schema, ready to load."""
        return FastLoader(self.schema())

    @cached_property
    def columns(self) -> list[str]:
        """Of its table, after the key."""
        return [] if self.table is None else self.table.own_columns()

    @cached_property
    def needs_all(self) -> bool:
        """Whether anything but the columns of its table depends on its fields."""
        return self.loader.has_check or self.positions is not one_position

    @cached_property
    def own_values(self) -> Callable[[Loaded], Row]:
        """A function that returns the row of its table, without the key, from the loaded fields."""
        if len(self.columns) == 1:  # attrgetter of one name returns no tuple
            (get,) = map(attrgetter, self.columns)
            return lambda action: (get(action),)
        return attrgetter(*self.columns)

    def tables(self, key: Key, action: Loaded) -> list[type[ActionTable]]:
        """The tables that get rows of an action."""
        tables: list[type[ActionTable]] = [PositionScreen] if any(self.positions(key, action)) else []
        return [*tables, self.table] if self.table is not None else tables


def tables_of(types: Iterable[ActionType]) -> dict[str, type[ActionTable]]:
    """`positions_screen` and the types' own tables, by name."""
    tables: list[type[ActionTable]] = [PositionScreen]
    tables += [kind.table for kind in types if kind.table is not None]
    return {table.__tablename__: table for table in tables}
