"""The README shows what `make run` prints."""

import re
from pathlib import Path

from dev.__main__ import greeting
from dev.settings import ROOT, Settings


def test_the_block_is_the_one_that_make_run_prints_first() -> None:
    home = Path("/home/ada/user-actions-logging/var")
    printed = greeting(Settings(5003, 5002, home, "", ""), "postgresql://…", "…", 6.7).strip()
    shown = re.sub(r"(SQL +).*", r"\1psql postgresql://…", printed)  # where psql is differs, and it is quoted
    assert f"```\n{shown}\n```" in (ROOT / "README.md").read_text()
