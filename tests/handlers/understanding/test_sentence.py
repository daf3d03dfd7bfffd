"""Several things said in one message, by a table of phrases, seen from 23 November 2026.

`age=58` is sure, `age~58` is to be echoed, `age?several` was spoken of and not read.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from calculator.facts import FACTS, FactType
from handlers.understanding.reading import Read, Unread
from handlers.understanding.sentence import hear, read_sentence

TABLES = Path(__file__).parent / "phrases"
PHRASES = list(csv.DictReader((TABLES / "sentences.csv").read_text(encoding="utf-8").splitlines()))
HELD_OUT = list(csv.DictReader((TABLES / "heldout_sentences.csv").read_text(encoding="utf-8").splitlines()))
TODAY = date(2026, 11, 23)


def expected(facts: str) -> dict[str, Read[object] | Unread]:
    told = re.findall(r"([a-z_]+)([=~?])(\S+)", facts)
    return {name: Unread(value) if sign == "?" else Read(of_type(name, value), sure=sign == "=") for name, sign, value in told}


def of_type(name: str, value: str) -> object:
    match FACTS[name].type:
        case FactType.YES_NO:
            return value == "yes"
        case FactType.MONEY:
            return int(Decimal(value) * 100)
        case FactType.DAY:
            return date.fromisoformat(value)
        case FactType.COUNT:
            return int(value)
    return value


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"])
def test_a_sentence_tells_these_facts_with_this_certainty_and_no_others(phrase: dict[str, str]) -> None:
    heard = hear(phrase["said"], TODAY)

    assert (heard.benefit, dict(heard.facts)) == (phrase["benefit"], expected(phrase["facts"]))


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"])
def test_only_what_is_sure_is_taken_without_an_echo(phrase: dict[str, str]) -> None:
    sure = {name: told.value for name, told in expected(phrase["facts"]).items() if isinstance(told, Read) and told.sure}

    assert read_sentence(phrase["said"], TODAY) == ({"benefit": phrase["benefit"]} if phrase["benefit"] else {}) | sure


@pytest.mark.parametrize("phrase", HELD_OUT, ids=lambda phrase: phrase["said"])
def test_no_held_out_sentence_gives_a_wrong_fact_without_an_echo(phrase: dict[str, str]) -> None:
    told = expected(phrase["facts"])

    taken = {name: value for name, value in hear(phrase["said"], TODAY).facts.items() if isinstance(value, Read) and value.sure}

    assert {name: value for name, value in taken.items() if told.get(name) != value} == {}


@pytest.mark.parametrize("relative", ["我妈", "我爱人", "她", "儿子", "同事"])
def test_what_is_said_of_somebody_else_is_never_taken_without_an_echo(relative: str) -> None:
    heard = hear(f"{relative}58岁，住院自己花了三万二，还在上班", TODAY)

    assert heard.about_another
    assert heard.facts
    assert [name for name, told in heard.facts.items() if isinstance(told, Read) and told.sure] == []
