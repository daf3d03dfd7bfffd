"""Counts and ages as people type them, by tables of phrases; ages are seen from 23 November 2026."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding import counts
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.reading import Read, Unread

TABLES = Path(__file__).parent / "phrases"
COUNTS = list(csv.DictReader((TABLES / "counts.csv").read_text(encoding="utf-8").splitlines()))
AGES = list(csv.DictReader((TABLES / "ages.csv").read_text(encoding="utf-8").splitlines()))
TODAY = date(2026, 11, 23)


def expected(phrase: dict[str, str]) -> object:
    if phrase["means"].startswith("!"):
        return Unread(phrase["means"][1:])  # type: ignore[arg-type]  # the table's reasons are the closed set
    return Read(int(phrase["means"]), sure=phrase["sure"] == "yes")


@pytest.mark.parametrize("phrase", COUNTS, ids=lambda phrase: phrase["said"] or "nothing")
def test_a_count_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    assert read_count(phrase["said"]) == expected(phrase)


@pytest.mark.parametrize("phrase", AGES, ids=lambda phrase: phrase["said"] or "nothing")
def test_an_age_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    assert read_age(phrase["said"], TODAY) == expected(phrase)


@settings(deadline=None)
@given(st.integers(0, 120), st.sampled_from(["{}", "{}岁", "我今年{}岁了", "{}周岁", "I am {}", "I'm {} years old"]))
def test_every_age_reads_back_exactly_and_is_sure(age: int, said: str) -> None:
    assert read_age(said.format(age), TODAY) == Read(age)


WORDS = st.lists(
    st.sampled_from(["我", "今年", "已经", "刚满", "就", "岁", "周岁", "了", "的", "-", "第", "多", ".", "。", " ", "i'm ", "x"]),
    max_size=3,
).map("".join)
TENS = st.from_regex(r"[0-9]{1,3}|[一二两五九]?十[一五九]?", fullmatch=True)


@settings(deadline=None)
@given(WORDS, TENS, WORDS)
def test_a_plainly_said_age_reads_as_if_it_were_taken_apart(before: str, tens: str, after: str) -> None:
    said = before + tens + after

    assert counts.age_in(said, TODAY) == counts._age_in(said, TODAY)


@settings(deadline=None)
@given(st.dates(date(1910, 1, 1), date(2016, 1, 1)))
def test_a_birthday_gives_the_age_to_the_day(born: date) -> None:
    before_birthday = born.replace(year=2024) > TODAY.replace(year=2024)

    assert read_age(born.isoformat(), TODAY) == Read(TODAY.year - born.year - before_birthday)


@settings(deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(["{}", "{}个", "有{}次", "{:,}"]))
def test_every_count_reads_back_exactly_and_is_sure(count: int, said: str) -> None:
    assert read_count(said.format(count)) == Read(count)
