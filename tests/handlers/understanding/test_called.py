"""What people call their answers."""

from __future__ import annotations

import pytest

from handlers.understanding.called import DAY, SUM, WORDS, called, first_called
from handlers.understanding.topics import Topic, read_topic


@pytest.mark.parametrize(
    ("word", "name"),
    [("金额", SUM), ("date", DAY), ("手机号码", "phone"), ("电话号码", "phone"), ("证件号", "certno"), ("injury", "injury")],
)
def test_a_word_names_a_kind_of_answer_or_the_key_of_one(word: str, name: str) -> None:
    assert called(word) == name


@pytest.mark.parametrize(
    ("said", "word"), [("我填错电话号码了", "电话号码"), ("日期和金额都不对", "日期"), ("My PHONE is wrong", "phone"), ("填错了", "")]
)
def test_the_first_answer_named_in_a_sentence_is_found_with_its_whole_name(said: str, word: str) -> None:
    assert first_called(said) == word


@pytest.mark.parametrize("word", [word for word in WORDS if not word.isascii()])
def test_every_chinese_name_of_an_answer_can_be_asked_to_be_changed(word: str) -> None:
    assert read_topic(f"改{word}") == Topic("command", "edit", word)


@pytest.mark.parametrize("word", [word for word in WORDS if word.isascii()])
def test_every_english_name_of_an_answer_can_be_asked_to_be_changed(word: str) -> None:
    assert read_topic(f"change {word}") == Topic("command", "edit", word)
