"""rejected_actions gets `code` and `field`: those of an action's first reason. Existing rows are converted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What a sentence of the versions before began with, and its code. The codes are those of this revision.
CODES = (
    ("Not JSON", "not_json"),
    ("Neither an array", "wrong_form"),
    ("Not one event object", "wrong_form"),
    ("Under ", "too_large"),
    ("The texts beside", "too_large"),
    ("This server reads envelopes", "wrong_version"),
    ("Not an object", "not_an_object"),
    ("Not a valid mapping type", "not_an_object"),
    ("Not a valid list", "not_a_list"),
    ("Not a text", "not_a_text"),
    ("Not a valid string", "not_a_text"),
    ("Not a valid number", "not_a_number"),
    ("Number too large", "not_a_number"),
    ("Special numeric", "not_a_number"),
    ("Not a whole number", "not_a_whole_number"),
    ("Not true or false", "not_a_boolean"),
    ("Not a valid UUID", "not_a_uuid"),
    ("Not a time", "not_a_time"),
    ("Must be greater", "out_of_range"),
    ("Longer than maximum", "too_long"),
    ("Length must be", "wrong_length"),
    ("dt, x and y must hold", "wrong_length"),
    ("Missing data", "missing"),
    ("Field may not be null", "null"),
    ("Unknown field", "unknown_field"),
    ("No class of events", "unknown_event"),
    ("Lies in the future", "in_the_future"),
    ("Holds a NUL", "not_storable"),
    ("Holds a lone surrogate", "not_storable"),
    ("Number out of range", "not_storable"),
)
# The fields that this software defines. A key of `reasons` that is none of these was chosen by a client, or stands for
# the whole body.
FIELDS = """
name timestamp t study user session_id condition_1 condition_2 task element_id url title page_x page_y client_x
client_y screen_x screen_y viewport_w viewport_h host tag selector text pointer button mods el_x el_y el_w el_h
rel_x rel_y trusted granted n dt x y sx sy off nav referrer path page_w page_h dpr form_id fields valid form
category data page_id const v seq
""".split()  # noqa: SIM905

# jsonb does not keep the order of its keys. `message` does: it begins with the first reason's path and sentence, such
# as `data.element: Missing data for required field.`
CONVERT = """
UPDATE rejected_actions AS row SET
    code = CASE top.key WHEN 'server' THEN 'server' WHEN 'database' THEN 'database' ELSE coalesce(
        (SELECT code FROM unnest(CAST(:starts AS text[]), CAST(:codes AS text[])) AS known (start, code)
         WHERE starts_with(first.sentence, known.start) LIMIT 1),
        'invalid') END,
    field = CASE WHEN top.key = ANY(CAST(:fields AS text[])) THEN top.key END
FROM rejected_actions AS same
LEFT JOIN LATERAL (
    SELECT key FROM jsonb_object_keys(same.reasons) AS key
    WHERE starts_with(same.message, key || ':') OR starts_with(same.message, key || '.')
    ORDER BY length(key) DESC LIMIT 1
) AS top ON true
LEFT JOIN LATERAL (
    SELECT leaf #>> '{}' AS sentence FROM jsonb_path_query(same.reasons -> top.key, 'strict $.**') AS leaf
    WHERE jsonb_typeof(leaf) = 'string'
    ORDER BY nullif(strpos(same.message, ': ' || (leaf #>> '{}')), 0) NULLS LAST LIMIT 1
) AS first ON true
WHERE row.id = same.id
"""


def upgrade() -> None:
    # The default serves a worker of the version before, which may still be running.
    op.add_column("rejected_actions", sa.Column("code", sa.Text(), server_default=sa.text("'invalid'")))
    op.add_column("rejected_actions", sa.Column("field", sa.Text()))
    starts, codes = (list(part) for part in zip(*CODES, strict=True))
    op.get_bind().execute(sa.text(CONVERT), {"starts": starts, "codes": codes, "fields": FIELDS})
    op.alter_column("rejected_actions", "code", nullable=False)
