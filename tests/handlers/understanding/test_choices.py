"""Answers typed where buttons were offered, by a table of phrases over three choices."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding import choices
from handlers.understanding.choices import read_choice
from handlers.understanding.reading import Read, Unread

TABLE = Path(__file__).parent / "phrases" / "choices.csv"
PHRASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
LABELS = {
    "illness": ("生病", "illness"),
    "injury": ("受伤", "意外受伤", "injury"),
    "maternity": ("生孩子", "having a baby", "maternity"),
}


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"] or "nothing")
def test_a_choice_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    expected: object = Unread(phrase["means"][1:])  # type: ignore[arg-type]  # the table's reasons are the closed set
    if not phrase["means"].startswith("!"):
        expected = Read(phrase["means"], sure=phrase["sure"] == "yes")

    assert read_choice(phrase["said"], LABELS) == expected


def test_a_label_that_is_a_number_goes_before_the_position() -> None:
    assert read_choice("2", {"two": ("2",), "one": ("1",)}) == Read("two")


def test_a_label_shared_by_two_values_is_several() -> None:
    assert read_choice("吉大一院", {"a": ("吉大一院",), "b": ("吉大一院",)}) == Unread("several")


def test_a_label_that_itself_denies_is_read_in_a_sentence() -> None:
    assert read_choice("我不是工伤", {"work": ("工伤认定",), "other": ("不是工伤",)}) == Read("other", sure=False)


@given(one=st.text("abc生病", max_size=9), other=st.text("abc生病", max_size=9))
def test_no_fewer_slips_lie_between_two_words_than_letters(one: str, other: str) -> None:
    assert choices._letters_apart(one, other) <= choices._distance(one, other)
