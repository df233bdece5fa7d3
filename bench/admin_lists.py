"""How long the admin's lists take over ten million actions, asked over HTTP as a browser asks.

`python -m bench.admin_lists`, or `make bench-admin`; ROWS=1000000 for fewer. A tenth as many are rejected. Half of
the time goes into making the rows. The promise is that every page comes within a second and a half, whatever is
looked for, and that what an index leads to comes at once.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.administering import Visitor, new_user
from tests.support.running import RunningStack

ROWS = int(os.environ.get("ROWS", "10000000"))
ROUNDS = 5
PIECE = 500_000
PROMISE_S = 1.5

# Sixty days up to now; a page has 200 actions, a participant 20 pages; one study is long over, one name is rare.
ACTIONS = """
INSERT INTO raw_actions
SELECT md5('page' || i / 200)::uuid, i %% 200, at, at - interval '2 s',
       CASE WHEN i %% 100003 = 0 THEN 'error'
            ELSE (ARRAY['mousemove', 'click', 'scroll', 'pageview', 'submit'])[1 + i %% 5] END,
       CASE WHEN i < {rows} / 1000 THEN 'pilot' ELSE 'main' END, 'p' || i / 4000, md5('session' || i / 1000),
       (ARRAY['A','B'])[1 + i / 4000 %% 2], (ARRAY['dark','light'])[1 + i / 8000 %% 2],
       jsonb_build_object('name', 'x', 'client_x', i %% 1440, 'client_y', i %% 800,
           'page_x', i %% 1440, 'page_y', i %% 2000, 'element_id', 'item-' || i %% 500,
           'url', 'https://shop.example/cart/' || i %% 50, 'title', 'Cart',
           'viewport_w', 1440, 'viewport_h', 812, 'selector', '#item-' || i %% 500, 'text', md5(i::text))
FROM (SELECT i, now() - (({rows} - i) * interval '60 days' / {rows}) AS at
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i) AS numbers
"""
REJECTED = """
INSERT INTO rejected_actions
    (page_id, seq, received_at, source, name, study, user_id, message, reasons, body, context, replayed_at)
SELECT md5('bad' || i)::uuid, 0, now() - (({rows} - i) * interval '60 days' / {rows}), 'v2', 'click', 'main',
       'p' || i / 40, 'page_x: Not a valid number.', '{{"page_x": ["Not a valid number."]}}',
       convert_to('{{"name":"click","page_x":"' || md5(i::text) || '"}}', 'UTF8'), '{{}}',
       CASE WHEN i %% 2 = 0 THEN now() END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
"""
PEOPLE = """
INSERT INTO participants (study, user_id, first_seen, last_seen)
SELECT study, user_id, min(received_at), max(received_at) FROM raw_actions GROUP BY study, user_id
"""
QUESTIONS = {
    "is it recording, as asked again and again": "/admin/now",
    "the last hour and its rejects": "/admin/hour",
    "actions, the newest": "/admin/actions/",
    "actions, from the middle": "/admin/actions/?before={middle}",
    "actions, the oldest": "/admin/actions/?after=0001-01-01T00:00:00%2B00:00_00000000-0000-0000-0000-000000000000_0",
    "of one participant": "/admin/actions/?user=p7",
    "of a participant who is not there": "/admin/actions/?user=nobody",
    "of a common name": "/admin/actions/?name=mousemove",
    "of a rare name": "/admin/actions/?name=error",
    "of a study long over": "/admin/actions/?study=pilot",
    "of one participant and name": "/admin/actions/?user=p7&name=click",
    "of one name and condition": "/admin/actions/?name=click&condition=B",
    "in one condition": "/admin/actions/?condition=dark",
    "in a condition that is not there": "/admin/actions/?condition=none",
    "within one hour, a month ago": "/admin/actions/?from={from_}&to={to}",
    "that hold a common text": "/admin/actions/?q=item-77",
    "that hold a text that is nowhere": "/admin/actions/?q=nowhere",
    "of one session": "/admin/actions/?session=nowhere",
    "one action whole": "/admin/actions/{page}/{seq}",
    "rejected, the newest": "/admin/rejected/",
    "rejected, for one reason": "/admin/rejected/?reason=page_x",
    "rejected, for a reason that is not there": "/admin/rejected/?reason=nowhere",
    "rejected, of one participant": "/admin/rejected/?user=p7",
    "rejected, put right": "/admin/rejected/?state=replayed",
}


def fill(stack: RunningStack, statement: str, rows: int) -> None:
    for first in range(0, rows, PIECE):
        last = min(first + PIECE, rows) - 1
        stack.rows("SET synchronous_commit = off; " + statement.format(rows=rows), first=first, last=last)
        print(f"  {last + 1:,} of {rows:,} rows", flush=True)


def make_rows(stack: RunningStack) -> None:
    """Into bare tables, then the indexes as they were: far quicker than row by row into each."""
    tables = ("raw_actions", "rejected_actions")
    where = "tablename = ANY(%(tables)s) AND indexname NOT LIKE '%%pkey'"
    indexes = stack.rows(f"SELECT indexname, indexdef FROM pg_indexes WHERE {where}", tables=list(tables))
    for index in indexes:
        stack.rows(f"DROP INDEX {index['indexname']}")
    fill(stack, ACTIONS, ROWS)
    fill(stack, REJECTED, ROWS // 10)
    stack.rows(PEOPLE)
    for index in indexes:
        print(f"  {index['indexname']}", flush=True)
        stack.rows(f"SET maintenance_work_mem = '512MB'; {index['indexdef']}")
    for table in (*tables, "participants"):
        stack.rows(f"VACUUM ANALYZE {table}")


def places(stack: RunningStack) -> dict[str, str]:
    """What the questions name."""
    (middle,) = stack.rows(
        "SELECT received_at, page_id, seq FROM raw_actions WHERE received_at > now() - interval '30 days'"
        " ORDER BY received_at LIMIT 1"
    )
    moment = middle["received_at"].isoformat()
    (span,) = stack.rows("SELECT %(at)s::timestamptz - interval '1 hour' AS start", at=moment)
    return {
        "middle": f"{moment}_{middle['page_id']}_{middle['seq']}".replace("+", "%2B"),
        "from_": f"{span['start']:%Y-%m-%dT%H:%M}",
        "to": f"{middle['received_at']:%Y-%m-%dT%H:%M}",
        "page": str(middle["page_id"]),
        "seq": str(middle["seq"]),
    }


def ask(visitor: Visitor, path: str) -> tuple[list[float], str]:
    """Seconds of each round, and what was found."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = visitor.get(path)
        times.append(time.perf_counter() - began)
        assert answer.status == 200, answer.body
    text = answer.body.decode()
    rows = len(re.findall(r"<tr[ >]", text)) - text.count("<thead>")
    return times, f"{max(rows, 0)} rows" + (", looks further when asked" if "Looked back to" in text else "")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stack = RunningStack(Path(folder) / "stack")
        try:
            stack.wait_ready()
            print(f"Making {ROWS:,} actions", flush=True)
            make_rows(stack)
            visitor = Visitor(stack.analytics_url)
            visitor.sign_in(new_user(stack))
            known, slowest = places(stack), 0.0
            print(
                f"\n| {ROWS:,} actions: the page | first ms | median ms | slowest ms | found |\n|---|---|---|---|---|"
            )
            for question, path in QUESTIONS.items():
                times, found = ask(visitor, path.format(**known))
                slowest = max(slowest, *times)
                first, middle, most = (1000 * seconds for seconds in (times[0], median(times), max(times)))
                print(f"| {question} | {first:.0f} | {middle:.0f} | {most:.0f} | {found} |", flush=True)
            print(f"\nThe slowest took {slowest:.2f} s; promised are {PROMISE_S} s.")
            assert slowest < PROMISE_S
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
