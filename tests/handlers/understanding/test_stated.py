"""Facts told in words."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from handlers.understanding import stated
from handlers.understanding.plain import plain

TABLES = sorted((Path(__file__).parent / "phrases").glob("*.csv"))
SAID = sorted({plain(row["said"]) for table in TABLES for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())})
PATTERNS = [(name, pattern) for name, pattern, _, _ in stated._STATEMENTS]
PATTERNS += [("injury", stated._BROKEN), ("injury", stated._LIGHTER)]


@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=lambda part: part if isinstance(part, str) else part.pattern[:12])
def test_no_phrase_tells_a_fact_without_one_of_its_signs(name: str, pattern: re.Pattern[str]) -> None:
    telling = [said for said in SAID if pattern.search(said) and not re.search("[a-z]", said)]

    assert [said for said in telling if stated._SIGNS[name].isdisjoint(said)] == []
