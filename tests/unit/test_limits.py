"""Every text of an action, an event or an envelope has a limit: valid at the limit, rejected above."""

from __future__ import annotations

from typing import Any

import marshmallow
import pytest
from marshmallow.validate import Length

from analytics_app.actions import ACTIONS, mousemove
from analytics_app.actions.fields import Word
from analytics_app.actions.schema import ActionSchema
from analytics_app.config.limits import Limits
from analytics_app.processing.envelope import EnvelopeSchema
from analytics_app.processing.single_events import CLASSES, EventSchema

PAGE = "0198c2f1-0000-7000-8000-000000000002"
SCHEMAS = {"any": ActionSchema, "envelope": EnvelopeSchema, "event": EventSchema}
SCHEMAS |= {name: kind.schema for name, kind in ACTIONS.items()}
SCHEMAS |= {f"event {known.type.name}": type(known.schema) for known in CLASSES}


def texts() -> list[tuple[str, str, int]]:
    """Schema, field, limit; a text without one gets -1."""
    found = []
    for name, schema in SCHEMAS.items():
        for field_name, field in schema().fields.items():
            if isinstance(field, Word | marshmallow.fields.String):
                longest = [check.max for check in field.validators if isinstance(check, Length) and check.max]
                found.append((name, field.data_key or field_name, longest[0] if longest else -1))
    return found


def errors(schema: type[marshmallow.Schema], field: str, value: Any) -> Any:
    """The schema's error messages about this one field."""
    return schema().validate({field: value}).get(field)


@pytest.mark.parametrize(("name", "field", "limit"), texts())
def test_a_text_is_valid_up_to_its_limit(name: str, field: str, limit: int) -> None:
    assert limit > 0
    schema = SCHEMAS[name]
    assert errors(schema, field, "x" * (limit - 1)) is None
    assert errors(schema, field, "x" * limit) is None
    assert errors(schema, field, "x" * (limit + 1))
    assert errors(schema, field, "\U0001f600" * limit) is None  # characters, not bytes


@pytest.mark.parametrize("field", ["dt", "x", "y"])
def test_a_column_of_a_mouse_path_is_valid_up_to_its_limit(field: str) -> None:
    assert errors(mousemove.Schema, field, [0] * Limits.SAMPLES) is None
    assert errors(mousemove.Schema, field, [0] * (Limits.SAMPLES + 1))


@pytest.mark.parametrize(
    ("schema", "field", "most"),
    [(ActionSchema, "page_x", Limits.COORDINATE), (ActionSchema, "timestamp", Limits.TIMESTAMP_MS),
     (EnvelopeSchema, "batch_seq", Limits.SEQ)],
)  # fmt: skip
def test_a_number_is_valid_up_to_its_limit(schema: type[marshmallow.Schema], field: str, most: float) -> None:
    assert errors(schema, field, most - 1) is None
    assert errors(schema, field, most) is None
    assert errors(schema, field, most + 1)


def test_these_tests_find_a_text_without_a_limit() -> None:
    class Careless(ActionSchema):
        note = marshmallow.fields.String()

    SCHEMAS["careless"] = Careless
    try:
        assert ("careless", "note", -1) in texts()
    finally:
        del SCHEMAS["careless"]
