"""docs/deploy.md lists every setting as config.py has it: name, default, meaning."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

from analytics_app.config.settings import ROOT, Config

BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def shown(field: Field[Any]) -> str:
    """The default as a reader takes it."""
    if field.name == "DATA_DIR":
        return "`var/`"
    if field.default == "":
        return ""
    return f"`{field.default}`"


def table() -> str:
    rows = [f"| `{field.name}` | {shown(field)} | {field.metadata['help']} |" for field in fields(Config)]
    return "\n".join(["| setting | default | |", "|---|---|---|", *rows])


def test_every_setting_is_documented_as_it_is() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    written = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert written == table(), f"docs/deploy.md, between {BEGIN} and {END}, should be:\n{table()}"


def test_no_help_is_missing_or_shows_a_secret() -> None:
    for field in fields(Config):
        assert len(field.metadata["help"]) > 5, field.name
        assert field.repr or not field.default or field.name == "CELERY_BROKER_URL", field.name
