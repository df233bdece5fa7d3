"""docs/deploy.md lists every setting as analytics_app/config/settings.py defines it: name, default, help text."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

from analytics_app.config.settings import ROOT, Config

BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def shown(field: Field[Any]) -> str:
    """The default as the table shows it."""
    if field.name == "DATA_DIR":
        return "`var/`"
    if field.default == "":
        return ""
    return f"`{field.default}`"


def table() -> str:
    rows = [f"| `{field.name}` | {shown(field)} | {field.metadata['help']} |" for field in fields(Config)]
    return "\n".join(["| setting | default | |", "|---|---|---|", *rows])


def test_every_setting_is_documented_as_it_is_defined() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    documented = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert documented == table(), f"docs/deploy.md, between {BEGIN} and {END}, should be:\n{table()}"


def test_every_setting_has_a_help_text_and_no_secret_has_a_default_to_be_shown() -> None:
    for field in fields(Config):
        assert len(field.metadata["help"]) > 5, field.name
        assert field.repr or not field.default or field.name == "CELERY_BROKER_URL", field.name
