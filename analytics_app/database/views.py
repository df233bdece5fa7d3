"""The views: `"rawActions"` and `"PositionsScreen"`, the table names of the original project, and `page_loss`.

Views contain no rows, so migrations do not create them: `create_db` creates those that are missing after the
migrations. A migration that changes a view, or a column that a view shows, drops that view first.
"""

from __future__ import annotations

RAW_ACTIONS = """
SELECT page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data
FROM raw_actions
"""

POSITIONS_SCREEN = """
SELECT page_id, seq, sample, occurred_at, t, name, study, user_id, session_id, condition_1, condition_2, path, task,
       page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h
FROM positions_screen
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
), came AS (
    SELECT page_id, count(*) AS received, max(seq) + 1 AS highest, count(*) FILTER (WHERE seq <@ gaps) AS declared_too
    FROM (
        SELECT page_id, seq FROM raw_actions
        UNION SELECT page_id, seq FROM rejected_actions
    ) AS all_actions
    LEFT JOIN said USING (page_id)
    GROUP BY page_id
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
               - coalesce(came.declared_too, 0) AS declared
    FROM pages
    LEFT JOIN came USING (page_id)
    LEFT JOIN said USING (page_id)
    LEFT JOIN next_page USING (page_id)
    WHERE pages.lib IS NOT NULL
)
SELECT *, greatest(expected - received - declared, 0) AS unexplained
FROM counted
"""

VIEWS = {"rawActions": RAW_ACTIONS, "PositionsScreen": POSITIONS_SCREEN, "page_loss": PAGE_LOSS}
