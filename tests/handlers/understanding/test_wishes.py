"""Small wishes beside an answer: what is to be changed, what is asked about, which month was named."""

from __future__ import annotations

import pytest

from handlers.understanding.wishes import asks_what, month_in, thing_to_change


@pytest.mark.parametrize(
    ("said", "thing"),
    [("改工作", "工作"), ("我想改一下伤情", "伤情"), ("换伤情。", "伤情"), ("change the injury", "injury"), ("工作", "")],
)
def test_what_is_to_be_changed_is_named_behind_the_wish(said: str, thing: str) -> None:
    assert thing_to_change(said) == thing


@pytest.mark.parametrize(
    ("said", "asks"),
    [("起付线是什么", True), ("什么意思", True), ("这个在哪里看", True), ("what does that mean", True), ("我是说两万", False)],
)
def test_a_question_about_the_question_is_told_from_an_answer(said: str, asks: bool) -> None:
    assert asks_what(said) is asks


@pytest.mark.parametrize(
    ("said", "month"),
    [("上个月出院", "上个月"), ("去年10月出院", "去年10月"), ("十月份出的院", "十月"), ("去年出院", "去年"), ("出院了", "")],
)
def test_a_month_without_its_day_is_kept_as_it_was_named(said: str, month: str) -> None:
    assert month_in(said) == month
