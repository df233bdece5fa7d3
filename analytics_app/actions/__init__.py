"""The action types: THE place to add one.

1. Copy `click.py` to `rating.py`: a schema, i.e. what its fields must be; if it deserves a table, the table.
2. Add one line below: `from analytics_app.actions.rating import RATING as RATING`.
3. Run `.venv/bin/python analytics_app/manage.py create_db`: it creates the missing table and touches nothing else.
4. In the page: `userLogger.log("rating", {...})`.

Actions of a type that is not known here are kept in `raw_actions`; `manage.py rebuild` splits them later.
"""

from __future__ import annotations

from analytics_app.actions.click import CLICK as CLICK
from analytics_app.actions.consent import CONSENT as CONSENT
from analytics_app.actions.layout import LAYOUT as LAYOUT
from analytics_app.actions.mousemove import MOUSEMOVE as MOUSEMOVE
from analytics_app.actions.pageview import PAGEVIEW as PAGEVIEW
from analytics_app.actions.submit import SUBMIT as SUBMIT
from analytics_app.actions.type import ActionType, tables_of
from analytics_app.database.db import Base

ACTIONS = {value.name: value for value in tuple(globals().values()) if isinstance(value, ActionType)}
"""Every type imported above, by the name that pages log it under."""

TABLES = tables_of(ACTIONS.values())
"""Every table that the actions of a type are split into, by its name."""

METADATA = Base.metadata
"""Every table of the database. It is complete once the types have been imported, and so when it is read from here."""

UNKNOWN = ActionType("")
"""What actions of any other name are: the fields that all actions share, and no table."""


def type_of(name: object) -> ActionType:
    return ACTIONS.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN
