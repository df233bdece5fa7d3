"""Every SQL example of README.md and docs/ runs on simulated participants, and prints the output shown below it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from analytics_app import actions
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from analytics_app.database.db import create_engine
from dev.embedded import psql as psql_program
from dev.settings import ROOT
from tests.support.people import deliveries
from tests.support.running import RunningStack
from tests.support.storing import store

FENCED = re.compile(r"^```sql\n(?P<sql>.*?)^```\n(?:```\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    where: str
    sql: str
    output: str | None
    """As psql prints it; None if the document shows no output."""


def examples() -> list[Example]:
    found = []
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        for match in FENCED.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Example(f"{path.relative_to(ROOT)}:{line}", match["sql"], match["output"]))
    return found


@pytest.fixture(scope="module")
def demo_url(stack: RunningStack) -> Iterator[str]:
    """A database with the simulated participants."""
    name = f"participants_{uuid4().hex}"
    stack.rows(f"CREATE DATABASE {name}")
    url = stack.database_url.rpartition("/")[0] + "/" + name
    engine = create_engine(Config(DATABASE_URL=url))
    create(engine, actions.METADATA)
    outcome = store(engine, list(deliveries()))
    assert (len(outcome.rejected), outcome.duplicates) == (0, 0)
    assert outcome.stored > 200
    yield url
    engine.dispose()
    stack.rows(f"DROP DATABASE {name} WITH (FORCE)")


def psql(url: str, sql: str) -> str:
    """The output of psql; every change is rolled back."""
    script = f"BEGIN;\n{sql}\n;ROLLBACK;\n"
    command = [psql_program(), url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--pset=footer=off", "--file=-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().split("\n"))


def test_readme_and_queries_contain_examples_and_some_show_their_output() -> None:
    files = {Path(example.where.partition(":")[0]).name for example in examples()}
    assert files >= {"README.md", "queries.md"}
    assert sum(example.output is not None for example in examples()) >= 3


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.where)
def test_an_example_prints_the_output_shown_below_it(example: Example, demo_url: str) -> None:
    printed = psql(demo_url, example.sql)
    if example.output is not None:
        assert printed == example.output.rstrip(), f"{example.where} should show:\n{printed}"
