"""The README shows what `make run` prints."""

import re
from pathlib import Path

from dev.__main__ import greeting
from dev.settings import ROOT, Settings


def test_the_readme_shows_what_make_run_prints_first() -> None:
    home = Path("/home/ada/user-actions-logging/var")
    printed = greeting(Settings(5003, 5002, home, "", ""), "postgresql://…", "…", 6.7).strip()
    expected = re.sub(r"(SQL +).*", r"\1psql postgresql://…", printed)  # psql's folder differs, and the URL is quoted
    assert f"```\n{expected}\n```" in (ROOT / "README.md").read_text()
