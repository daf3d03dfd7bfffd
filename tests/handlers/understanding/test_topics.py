"""Topics and commands as people type them, by a table of phrases."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from handlers.understanding.topics import Topic, read_topic

TABLES = Path(__file__).parent / "phrases"
PHRASES = list(csv.DictReader((TABLES / "topics.csv").read_text(encoding="utf-8").splitlines()))
ANSWERS = [row["said"] for row in csv.DictReader((TABLES / "yes_no.csv").read_text(encoding="utf-8").splitlines())]


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"] or "nothing")
def test_a_topic_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    expected = None
    if phrase["means"] != "none":
        kind, name, *rest = phrase["means"].split(" ")
        expected = Topic("benefit" if kind == "benefit" else "command", name, *rest)

    assert read_topic(phrase["said"]) == expected


@pytest.mark.parametrize("said", ANSWERS, ids=lambda said: said or "nothing")
def test_no_answer_of_yes_or_no_is_taken_for_a_command(said: str) -> None:
    topic = read_topic(said)

    assert topic is None or topic.kind == "benefit"
