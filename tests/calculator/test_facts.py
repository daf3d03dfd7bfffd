"""The closed list of facts: what values are read, refused, stored."""

from __future__ import annotations

from datetime import date

import pytest

from calculator.errors import FactError
from calculator.facts import FACTS, UNCLEAR, JsonValue, Value, checked, from_json, parse_fact, shown, to_json

VALUES: list[tuple[str, str, Value, JsonValue, JsonValue]] = [
    ("age", "45", 45, 45, 45),
    ("in_work", "yes", True, True, "yes"),
    ("in_work", "No", False, False, "no"),
    ("in_work", "unclear", UNCLEAR, "unclear", "unclear"),
    ("out_of_pocket", "4800", 480_000, 480_000, "4800.00"),
    ("stay_cause", "injury", "injury", "injury", "injury"),
    ("fire_on", "2023-07-01", date(2023, 7, 1), "2023-07-01", "2023-07-01"),
]


@pytest.mark.parametrize(("name", "text", "value", "stored", "outside"), VALUES)
def test_a_value_is_read_stored_and_shown(name: str, text: str, value: Value, stored: JsonValue, outside: JsonValue) -> None:
    assert parse_fact(name, text) == value
    assert to_json(value) == stored
    assert from_json(name, stored) == value
    assert shown(name, value) == outside


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("weight", "80", "unknown_fact"),
        ("age", "forty", "not_understood"),
        ("age", "-1", "not_understood"),
        ("age", "0000000000045", "not_understood"),
        ("age", "121", "too_high"),
        ("in_work", "maybe", "not_understood"),
        ("out_of_pocket", "-5", "negative"),
        ("out_of_pocket", "1.005", "too_precise"),
        ("stay_cause", "boredom", "not_a_choice"),
        ("fire_on", "2023-02-30", "not_understood"),
        ("fire_on", "1989-12-31", "too_low"),
    ],
)
def test_a_value_a_fact_cannot_have_is_refused_with_the_reason(name: str, text: str, reason: str) -> None:
    with pytest.raises(FactError) as refused:
        parse_fact(name, text)

    assert refused.value.reason == reason
    assert refused.value.fact == name
    assert str(refused.value.value) == ("" if reason == "unknown_fact" else text)


@pytest.mark.parametrize(
    ("name", "value"), [("age", True), ("in_work", 1), ("out_of_pocket", "5"), ("fire_on", "2023-07-01"), ("injury", 3)]
)
def test_a_value_of_another_type_is_refused(name: str, value: Value) -> None:
    with pytest.raises(FactError):
        checked(FACTS[name], value)
