"""Yes and no as people type them, by a table of phrases."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import read_yes_no

TABLE = Path(__file__).parent / "phrases" / "yes_no.csv"
PHRASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"] or "nothing")
def test_yes_or_no_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    expected: object = Unread(phrase["means"][1:])  # type: ignore[arg-type]  # the table's reasons are the closed set
    if not phrase["means"].startswith("!"):
        expected = Read(phrase["means"] == "true", sure=phrase["sure"] == "yes")

    assert read_yes_no(phrase["said"]) == expected
