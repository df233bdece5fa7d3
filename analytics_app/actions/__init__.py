"""THE place to add an action type.

1. Copy `click.py` to `mytype.py`: a `Schema` (what its fields must be); if it deserves a table of its own, a
   `Table` and `rows(values)`; if it has more than one position, `positions(values)`.
2. Add one line to `ACTIONS`: the name that the page logs it under.
3. `.venv/bin/python analytics_app/manage.py create_db`: creates the tables that are missing, touches nothing else.
4. In the page: `userLogger.log("mytype", {...})`.

A name that is not here is no error: its actions are kept in `raw_actions`, and `manage.py rebuild`
splits them later.
"""

from __future__ import annotations

from types import ModuleType

from analytics_app.actions import base, click, consent, mousemove, pageview, submit

ACTIONS: dict[str, ModuleType] = {
    "click": click,
    "consent": consent,
    "mousemove": mousemove,
    "pageview": pageview,
    "submit": submit,
}


def type_of(name: object) -> ModuleType:
    """The module that knows this name, or the one that knows what all share."""
    return ACTIONS.get(name, base) if isinstance(name, str) else base
