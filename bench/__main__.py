"""`make bench`: compares the ingest path and the logger with their baselines; exits with 1 if the logger is slow.

The tables are also written to bench/results/<date>.md.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench import api, end_to_end, lag, logger, one_body, store
from bench.measuring import run, versions
from tests.support.running import RunningStack

PARTS = {
    "API: requests that are durable, against LPUSH of the same bodies": api,
    "Store: one process, against COPY of the same rows": store,
    "Groups of one body": one_body,
    "Lag: from the answer to the row": lag,
    "End to end: CPU seconds per 1,000 actions": end_to_end,
}


def measure(stack: RunningStack, rounds: int) -> str:
    """The tables of the ingest path."""
    tables = [f"## {title}\n\n{part.measure(stack, rounds)}" for title, part in PARTS.items()]
    now = datetime.now(UTC)
    result = "\n\n".join([f"# {now:%Y-%m-%d %H:%M} UTC, {rounds} rounds: median (range)", *tables, versions(stack)])
    path = Path(__file__).parent / "results" / f"{now:%Y-%m-%d}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(result + "\n", encoding="utf-8")
    return result


if __name__ == "__main__":
    run(measure)
    raise SystemExit(not logger.main())
