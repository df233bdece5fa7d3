"""What a batch says once is stored once, in `contexts`; keys start with page_id; coordinates in single precision.

It rewrites the tables of actions, which takes about as long as restoring them from a backup, in one transaction.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXTS = ("user_id", "session_id", "condition_1", "condition_2", "host", "path", "task")

# RFC 3986, appendix B: authority and path of a URL.
URL = r"^(?:[^:/?#]+:)?(?://([^/?#]*))?([^?#]*)"

# The view and the constants of a batch had been merged into each of its actions.
SHARED = """
study user session_id condition_1 condition_2 url title viewport_w viewport_h page_w page_h dpr
""".split()  # noqa: SIM905

OLD = r"""
CREATE TEMP TABLE old ON COMMIT DROP AS
SELECT raw.page_id, raw.seq, source.source, raw.study, raw.user_id, raw.session_id, raw.condition_1, raw.condition_2,
       coalesce(view.host, click.host, submit.host, shown.data ->> 'host', nullif(url.parts[1], '')) AS host,
       coalesce(view.path, click.path, submit.path, position.path,
                CASE WHEN shown.data ? 'url' THEN coalesce(nullif(url.parts[2], ''), '/') ELSE shown.data ->> 'path' END
       ) AS path,
       coalesce(view.task, click.task, submit.task, position.task, shown.data ->> 'task') AS task,
       pg_temp.single((shown.data ->> 'viewport_w')::double precision) AS viewport_w,
       pg_temp.single((shown.data ->> 'viewport_h')::double precision) AS viewport_h,
       CASE WHEN source.source = 'v2' THEN coalesce((
           SELECT jsonb_object_agg(key, value) FROM jsonb_each(raw.data) WHERE key = ANY(CAST(:shared AS text[]))
       ), '{}') ELSE '{}' END AS data
FROM raw_actions AS raw
LEFT JOIN page_views AS view USING (page_id, seq)
LEFT JOIN clicks AS click USING (page_id, seq)
LEFT JOIN submits AS submit USING (page_id, seq)
LEFT JOIN positions_screen AS position ON (position.page_id, position.seq, position.sample) = (raw.page_id, raw.seq, 0)
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT batches.source FROM batches WHERE batches.page_id = raw.page_id LIMIT 1), 'v2') AS source
) AS source
CROSS JOIN LATERAL (  -- of an action type that no schema knew, host and path may be of any kind
    SELECT coalesce(jsonb_object_agg(key, value), '{}') AS data
    FROM jsonb_each(raw.data)
    WHERE key IN ('host', 'path', 'url', 'task') AND jsonb_typeof(value) = 'string' AND length(value #>> '{}') <= 8192
       OR key IN ('viewport_w', 'viewport_h') AND jsonb_typeof(value) = 'number'
) AS shown
CROSS JOIN LATERAL (SELECT regexp_match(shown.data ->> 'url', :url) AS parts) AS url
"""

NUMBERED = """
CREATE TEMP TABLE numbered ON COMMIT DROP AS
SELECT *, dense_rank() OVER (
    PARTITION BY page_id ORDER BY source, study, user_id, session_id, condition_1, condition_2, host, path, task,
                                  viewport_w, viewport_h, data
) AS context_id
FROM old
"""

CONTEXTS = """
INSERT INTO contexts
SELECT DISTINCT ON (page_id, context_id) page_id, context_id, source, study, user_id, session_id, condition_1,
       condition_2, host, path, task, NULL, viewport_w, viewport_h, data::json
FROM numbered
"""

ACTIONS = """
CREATE TABLE new_actions AS
SELECT raw.page_id, raw.seq, raw.received_at, raw.occurred_at,
       CASE WHEN jsonb_typeof(raw.data -> 't') = 'number' THEN (raw.data ->> 't')::double precision END AS t,
       numbered.context_id, raw.name,
       CASE WHEN numbered.source = 'v2' THEN raw.data - CAST(:shared AS text[]) ELSE raw.data END::json AS data
FROM raw_actions AS raw
JOIN numbered USING (page_id, seq)
ORDER BY raw.received_at, raw.page_id, raw.seq
"""

POSITIONS = """
CREATE TABLE new_positions AS
SELECT page_id, seq, sample::smallint, t, pg_temp.single(page_x) AS page_x, pg_temp.single(page_y) AS page_y,
       pg_temp.single(client_x) AS client_x, pg_temp.single(client_y) AS client_y, pg_temp.single(screen_x) AS screen_x,
       pg_temp.single(screen_y) AS screen_y, pg_temp.single(scroll_x) AS scroll_x, pg_temp.single(scroll_y) AS scroll_y
FROM positions_screen
"""

# Smaller numbers are 0 in single precision; PostgreSQL would refuse to convert them.
SINGLE = """
CREATE FUNCTION pg_temp.single(number double precision) RETURNS real LANGUAGE sql IMMUTABLE
RETURN CASE WHEN abs(number) < 1.1754943508222875e-38 THEN 0 ELSE number END::real
"""

# A worker must not store what this transaction would not see: it waits, and then finds the new tables.
LOCK = """
LOCK TABLE raw_actions, positions_screen, page_views, clicks, submits, rejected_actions, batches
IN ACCESS EXCLUSIVE MODE
"""

# The tables of action types that somebody added had these columns too, and this key.
REPEATED = ("occurred_at", "study", "user_id", "session_id", "condition_1", "condition_2", "path", "task")
TYPE_TABLES = """
SELECT relname FROM pg_class AS typed
JOIN pg_index AS key ON key.indrelid = typed.oid AND key.indisprimary
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
       WHERE attrelid = typed.oid AND attnum = ANY(key.indkey)) = '{page_id,seq}'
  AND (SELECT count(*) FROM pg_attribute WHERE attrelid = typed.oid AND attname = ANY(CAST(:repeated AS text[]))
         AND NOT attisdropped) = cardinality(CAST(:repeated AS text[]))
"""
COORDINATES = ("page_x", "page_y", "client_x", "client_y", "screen_x", "screen_y")
REAL = {
    "clicks": (*COORDINATES, "el_x", "el_y", "el_w", "el_h", "rel_x", "rel_y"),
    "page_views": ("viewport_w", "viewport_h", "page_w", "page_h", "dpr"),
}


def upgrade() -> None:
    op.execute(LOCK)
    op.execute(SINGLE)
    op.execute('DROP VIEW IF EXISTS "rawActions", "PositionsScreen", page_loss')
    op.create_table(
        "contexts",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("study", sa.Text(), nullable=False, server_default=sa.text("''")),
        *(sa.Column(name, sa.Text()) for name in TEXTS),
        sa.Column("trial", sa.Integer()),
        sa.Column("viewport_w", sa.REAL()),
        sa.Column("viewport_h", sa.REAL()),
        sa.Column("data", JSON(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", "context_id"),
    )
    op.create_index("contexts_user_id_idx", "contexts", ["user_id"])
    run = op.get_bind().execute
    run(sa.text(OLD), {"shared": SHARED, "url": URL})
    run(sa.text(NUMBERED))
    run(sa.text(CONTEXTS))
    run(sa.text(ACTIONS), {"shared": SHARED})
    run(sa.text(POSITIONS))
    replace("raw_actions", "new_actions", ("page_id", "seq"), ("received_at", "context_id", "data"))
    op.create_index("raw_actions_received_at_idx", "raw_actions", ["received_at"])
    replace("positions_screen", "new_positions", ("page_id", "seq", "sample"), ())
    for (table,) in run(sa.text(TYPE_TABLES), {"repeated": list(REPEATED)}).all():
        for column in REPEATED:
            op.drop_column(table, column)
    for table in ("page_views", "clicks", "submits"):
        op.drop_column(table, "host")
    for table, columns in REAL.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.REAL(), postgresql_using=f"pg_temp.single({column})")
    op.alter_column("clicks", "button", type_=sa.SmallInteger())
    for column in ("activation", "fixed"):
        op.add_column("clicks", sa.Column(column, sa.Boolean()))

    op.drop_index("batches_page_id_idx", "batches")
    op.drop_constraint("batches_pkey", "batches")
    op.create_primary_key("batches_pkey", "batches", ["page_id", "batch_id"])
    op.drop_constraint("rejected_actions_pkey", "rejected_actions")
    op.drop_index("rejected_actions_page_id_seq_idx", "rejected_actions")
    op.create_primary_key("rejected_actions_pkey", "rejected_actions", ["page_id", "seq"])
    op.create_index("rejected_actions_id_idx", "rejected_actions", ["id"])


def replace(table: str, new: str, key: tuple[str, ...], required: tuple[str, ...]) -> None:
    """The new table takes the place and the name of the old one."""
    op.drop_table(table)
    op.rename_table(new, table)
    for column in required:
        op.alter_column(table, column, nullable=False)
    op.create_primary_key(f"{table}_pkey", table, list(key))
