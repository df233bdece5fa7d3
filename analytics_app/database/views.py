"""The views: one for each table of actions, with the columns of the action and of its context; `"LayoutBoxes"`;
`page_loss`.

`"rawActions"` and `"PositionsScreen"` have the table names of the original project. `"PageViews"`, `"Clicks"`,
`"Submits"` and those of other action types are derived from the type's table.

Views contain no rows, so migrations do not create them: `create_db` creates those that are missing after the
migrations. A migration that changes a view, or a column that a view shows, drops that view first.
"""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from analytics_app.database.tables import ActionTable, Context, PositionScreen

WITH_CONTEXT = "JOIN contexts AS context USING (page_id, context_id)"

# `data` is the action over what its batch said for it. An envelope's action has no timestamp of its own, and its `view`
# is an index into the batch.
RAW_ACTIONS = f"""
SELECT action.page_id, action.seq, action.received_at, action.occurred_at, action.name,
       context.study, context.user_id, context.session_id, context.condition_1, context.condition_2,
       CASE context.source WHEN 'v2' THEN (context.data::jsonb || CASE WHEN action.occurred_at IS NULL THEN '{{}}'
           ELSE jsonb_build_object('timestamp', trim_scale(extract(epoch FROM action.occurred_at) * 1000)) END
           || action.data::jsonb) - 'view'
       ELSE context.data::jsonb || action.data::jsonb END AS data
FROM raw_actions AS action
{WITH_CONTEXT}
"""

POSITIONS_SCREEN = f"""
SELECT position.page_id, position.seq, position.sample,
       action.occurred_at + coalesce(position.t - action.t, 0) * interval '1 millisecond' AS occurred_at,
       position.t, action.name, context.study, context.user_id, context.session_id, context.condition_1,
       context.condition_2, context.path, context.task, position.page_x, position.page_y, position.client_x,
       position.client_y, position.screen_x, position.screen_y, position.scroll_x, position.scroll_y,
       context.viewport_w, context.viewport_h
FROM positions_screen AS position
JOIN raw_actions AS action USING (page_id, seq)
{WITH_CONTEXT}
"""

LAYOUT_BOXES = f"""
SELECT layout.page_id, layout.seq, (box.number - 1)::int AS box, action.occurred_at, context.study, context.user_id,
       context.session_id, context.condition_1, context.condition_2, context.path, context.task, box.kind,
       box.x::real AS page_x, box.y::real AS page_y, box.w::real AS el_w, box.h::real AS el_h,
       layout.fixed @> to_jsonb(box.number - 1) AS fixed,
       layout.ids ->> (box.number - 1)::text AS element_id, layout.texts ->> (box.number - 1)::text AS text
FROM layouts AS layout
JOIN raw_actions AS action USING (page_id, seq)
{WITH_CONTEXT}
CROSS JOIN ROWS FROM (
    jsonb_array_elements_text(layout.kind), jsonb_array_elements_text(layout.x), jsonb_array_elements_text(layout.y),
    jsonb_array_elements_text(layout.w), jsonb_array_elements_text(layout.h)
) WITH ORDINALITY AS box (kind, x, y, w, h, number)
"""

# Per page of the logger (not of the original one): `expected`, by the highest seq and by what the tab's next page says;
# `received`, stored or rejected; `declared` lost by the logger and not received; and the `unexplained` rest.
# A loss may be declared more than once, and a declared action may have been received: neither may hide another loss.
PAGE_LOSS = """
WITH said AS (
    SELECT batches.page_id, range_agg(int4range(least(low, high), greatest(low, high), '[]')) AS gaps
    FROM batches
    CROSS JOIN LATERAL jsonb_array_elements(batches.lost) AS gap
    CROSS JOIN LATERAL (SELECT (gap ->> 0)::int AS low, (gap ->> 1)::int AS high) AS ends
    WHERE jsonb_typeof(batches.lost) = 'array' AND jsonb_typeof(gap) = 'array'
      AND jsonb_typeof(gap -> 0) = 'number' AND jsonb_typeof(gap -> 1) = 'number'
    GROUP BY batches.page_id
), counts AS (
    SELECT page_id, count(*) AS number, max(seq) + 1 AS highest FROM raw_actions GROUP BY page_id
    UNION ALL
    SELECT page_id, count(*), max(seq) + 1
    FROM rejected_actions AS reject
    WHERE NOT EXISTS (
        SELECT 1 FROM raw_actions AS action WHERE (action.page_id, action.seq) = (reject.page_id, reject.seq)
    )
    GROUP BY page_id
), came AS (
    SELECT page_id, sum(number)::bigint AS received, max(highest) AS highest FROM counts GROUP BY page_id
), declared_too AS (
    SELECT said.page_id, count(*) AS number
    FROM said
    CROSS JOIN LATERAL (
        SELECT seq FROM raw_actions AS action WHERE action.page_id = said.page_id AND seq <@ gaps
        UNION SELECT seq FROM rejected_actions AS reject WHERE reject.page_id = said.page_id AND seq <@ gaps
    ) AS received
    GROUP BY said.page_id
), next_page AS (
    SELECT prev_page_id AS page_id, max(prev_page_seq) AS next_seq
    FROM pages
    WHERE prev_page_id IS NOT NULL
    GROUP BY prev_page_id
), counted AS (
    SELECT pages.page_id, pages.study, pages.user_id, pages.session_id, pages.page_no,
           greatest(came.highest, upper(said.gaps), next_page.next_seq, 0) AS expected,
           coalesce(came.received, 0) AS received,
           coalesce((SELECT sum(upper(gap) - lower(gap)) FROM unnest(said.gaps) AS gap), 0)
               - coalesce(declared_too.number, 0) AS declared
    FROM pages
    LEFT JOIN came USING (page_id)
    LEFT JOIN said USING (page_id)
    LEFT JOIN declared_too USING (page_id)
    LEFT JOIN next_page USING (page_id)
    WHERE pages.lib IS NOT NULL
)
SELECT *, greatest(expected - received - declared, 0) AS unexplained
FROM counted
"""

ACTIONS = Table(
    "rawActions",
    MetaData(),
    Column("page_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True),
    *(Column(name, DateTime(timezone=True)) for name in ("received_at", "occurred_at")),
    *(Column(name, Text) for name in ("name", "study", "user_id", "session_id", "condition_1", "condition_2")),
    Column("data", JSONB),
)
"""The view `"rawActions"`, for queries."""

NAMED = {
    "rawActions": RAW_ACTIONS,
    "PositionsScreen": POSITIONS_SCREEN,
    "LayoutBoxes": LAYOUT_BOXES,
    "page_loss": PAGE_LOSS,
}

ACTION_COLUMNS = ("occurred_at", "t")
KEPT_IN_CONTEXTS = ("page_id", "context_id", "source", "data")
CONTEXT_COLUMNS = [name for name in Context.__table__.columns.keys() if name not in KEPT_IN_CONTEXTS]  # noqa: SIM118


def views(tables: Container[str] | None = None) -> dict[str, str]:
    """The SELECT of each view by its name; of the action types, only those whose table is one of `tables`.

    It is complete once the action types have been imported.
    """
    own = [table for table in ActionTable.__subclasses__() if table is not PositionScreen]
    there = [table for table in own if tables is None or table.__tablename__ in tables]
    return NAMED | {view_name(table.__tablename__): with_context(table) for table in there}


def view_name(table: str) -> str:
    """`page_views` → `PageViews`, as in `PositionsScreen`."""
    return "".join(word.capitalize() for word in table.split("_"))


def with_context(table: type[ActionTable]) -> str:
    """The rows of an action type's table, with the action's time and its context before the type's own columns."""
    own = table.own_columns()
    columns = ["own.page_id", "own.seq"]
    columns += [f"action.{name}" for name in ACTION_COLUMNS if name not in own]
    columns += [f"context.{name}" for name in CONTEXT_COLUMNS if name not in own]
    columns += [f'own."{name}"' for name in own]
    return f"""
SELECT {", ".join(columns)}
FROM "{table.__tablename__}" AS own
JOIN raw_actions AS action USING (page_id, seq)
{WITH_CONTEXT}
"""
