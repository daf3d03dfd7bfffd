"""Several things said in one message, by a table of phrases, seen from 23 November 2026."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from handlers.understanding.sentence import read_sentence

TABLE = Path(__file__).parent / "phrases" / "sentences.csv"
PHRASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
DAY_OF = {"hospital": "discharged_on", "accident": "injured_on", "fire": "fire_on"}


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"])
def test_a_sentence_gives_the_facts_it_states_clearly_and_no_others(phrase: dict[str, str]) -> None:
    expected: dict[str, object] = {}
    if phrase["benefit"]:
        expected["benefit"] = phrase["benefit"]
    if phrase["out_of_pocket"]:
        expected["out_of_pocket"] = int(phrase["out_of_pocket"]) * 100
    if phrase["age"]:
        expected["age"] = int(phrase["age"])
    if phrase["day"]:
        expected[DAY_OF[phrase["benefit"]]] = date.fromisoformat(phrase["day"])

    assert read_sentence(phrase["said"], date(2026, 11, 23)) == expected
