"""The server tells a page how many of its actions were rejected, in its answer to a later batch."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import uuid4

from analytics_app.buffer import rejected_pages
from analytics_app.buffer.inbox import connect
from tests.support.running import RunningStack, wait_until
from tests.support.sending import envelope, post


def test_a_page_is_told_of_its_rejected_actions_and_others_are_not(stack: RunningStack) -> None:
    page, seqs = str(uuid4()), count()

    def answer(page_id: str, **fields: Any) -> Any:
        body = envelope([{"name": "click", "seq": next(seqs), **fields}], "notices", page_id=page_id)
        return post(f"{stack.analytics_url}/analytics", body).json

    assert answer(page, page_x="far") == {"success": True}
    assert answer(page, page_x="farther")["success"]
    wait_until(lambda: answer(page) == {"success": True, "rejected": 2}, 20, "the page is told")
    assert answer(str(uuid4())) == {"success": True}


def test_the_last_thousand_entries_are_kept(stack: RunningStack) -> None:
    pages = [str(uuid4()) for _ in range(rejected_pages.ENTRIES_MAX + 1)]
    with connect(stack.broker_url.removesuffix("/0") + "/9", timeout=2) as client:
        for page in pages:
            rejected_pages.add(client, [page, page])
        counts = rejected_pages.read(client)
        assert 0 < client.ttl(rejected_pages.KEY) <= rejected_pages.KEPT_S
    assert (counts[pages[0].encode()], counts[pages[1].encode()], counts[pages[-1].encode()]) == (0, 2, 2)
    assert len(counts) == rejected_pages.ENTRIES_MAX
