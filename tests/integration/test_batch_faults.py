"""What a batch says about itself: an invalid field becomes NULL, is named in batches.faults and rejects no action."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.running import RunningStack
from tests.support.sending import envelope, flat_action, post
from tests.support.tables import stored


@pytest.mark.parametrize(
    ("fields", "faults", "null_columns"),
    [
        ({"env": "unknown"}, {"env"}, ["env"]),
        ({"lost": "all"}, {"lost"}, ["lost"]),
        ({"lost": [[0, "x", None], 7]}, {"lost"}, ["lost"]),
        ({"clock": {"offset": "late"}}, {"clock.offset"}, ["clock_offset"]),
        ({"prev_page": {"id": 7, "seq": "x"}}, {"prev_page.id", "prev_page.seq"}, ["prev_page_id", "prev_page_seq"]),
        ({"batch_id": "nonsense"}, {"batch_id"}, []),  # the receipt takes its place
        (
            {"page_no": -1, "attempt": 1e99, "batch_seq": "x"},
            {"page_no", "attempt", "batch_seq"},
            ["page_no", "attempt", "batch_seq"],
        ),
        ({"t0": "yesterday", "sent_at": []}, {"t0", "sent_at"}, ["t0", "sent_at"]),
        (
            {"reason": {"why": 1}, "lib": [], "config": "x" * 99},
            {"reason", "lib", "config"},
            ["reason", "lib", "config"],
        ),
        ({"reason": "a\0b", "config": "\ud800", "env": {"ua": "\0"}}, set(), []),  # they have U+FFFD instead
        ({"views": 5}, {"views"}, []),
        ({"views": [5]}, {"views"}, []),
    ],
)
def test_an_invalid_envelope_field_causes_no_reject(
    stack: RunningStack, fields: dict[str, Any], faults: set[str], null_columns: list[str]
) -> None:
    user = f"faults-{uuid4()}"
    body = envelope([flat_action("click")], user, **fields)
    post(f"{stack.analytics_url}/analytics", body)
    stored(stack, "raw_actions", user, 1)

    def rows(table: str) -> list[dict[str, Any]]:
        return stack.rows(f"SELECT * FROM {table} WHERE page_id = %(page)s", page=body["page_id"])

    assert rows("rejected_actions") == []
    (batch,), (page,) = rows("batches"), rows("pages")
    assert set(batch["faults"] or {}) == faults
    assert {name: {**page, **batch}[name] for name in null_columns} == dict.fromkeys(null_columns)
    losses = rows("page_loss")  # which has the pages of our logger only
    assert [loss["unexplained"] for loss in losses] == ([] if "lib" in fields else [0])
