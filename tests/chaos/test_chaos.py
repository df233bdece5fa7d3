"""A short `make chaos`: whatever is killed, nothing accepted is lost or stored twice."""

from pathlib import Path

import pytest

from tests.chaos.__main__ import Chaos
from tests.chaos.count import table

SECONDS = 45


@pytest.mark.alone
def test_it_loses_nothing_and_stores_nothing_twice(tmp_path: Path) -> None:
    rows = Chaos(tmp_path / "data", actions_per_s=60, seed=1, log=print).run(SECONDS)
    total = rows[-1]
    assert total.accepted > 500, table(rows)
    assert (total.stored, total.lost, total.double) == (total.accepted, 0, 0), table(rows)
