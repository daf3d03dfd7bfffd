"""Amounts as people type them: a table of phrases, and every whole number in every way of writing it."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calculator.amounts import Fen
from handlers.understanding import amounts
from handlers.understanding.amounts import read_amount
from handlers.understanding.reading import Read, Unread

TABLE = Path(__file__).parent / "phrases" / "amounts.csv"
PHRASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))

WHOLE_YUAN = st.one_of(
    st.integers(0, 10**9),
    st.integers(0, 99_999),
    st.builds(lambda head, zeros: min(head * 10**zeros, 10**9), st.integers(1, 9_999), st.integers(0, 9)),
)
CHEQUE = str.maketrans("零一二三四五六七八九十百千万亿", "零壹贰叁肆伍陆柒捌玖拾佰仟萬億")


def below_ten_thousand(number: int) -> str:
    """1050 is 一千零五十."""
    digits = [(place, number // 10**place % 10) for place in (3, 2, 1, 0)]
    written = "".join("零" if digit == 0 else "零一二三四五六七八九"[digit] + " 十百千"[place].strip() for place, digit in digits)
    return "".join("零" if character == "零" else "".join(group) for character, group in groupby(written)).strip("零")


def in_chinese(number: int) -> str:
    """The textbook way, with 零 wherever a place is left out."""
    written = ""
    for power, unit in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = number // power % 10**4
        gap = written and 0 < part < 1_000
        written += ("零" if gap else "") + (below_ten_thousand(part) + unit if part else "")
    return written or "零"


def mixed(number: int) -> str:
    """32,500 is 3万2500, with the rest written out to its four places."""
    head, rest = divmod(number, 10**4)
    return f"{head}万{rest:04}" if head and rest else f"{head}万" if head else str(rest)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"] or "nothing")
def test_an_amount_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    expected: object = Unread(phrase["means"][1:])  # type: ignore[arg-type]  # the table's reasons are the closed set
    if not phrase["means"].startswith("!"):
        expected = Read(int(Decimal(phrase["means"]) * 100), sure=phrase["sure"] == "yes")

    assert read_amount(phrase["said"]) == expected


@settings(deadline=None)
@given(WHOLE_YUAN)
@example(10**9)
@example(100_101_000)
def test_a_whole_amount_in_chinese_reads_back_exactly_and_is_sure(yuan: int) -> None:
    assert read_amount(in_chinese(yuan)) == Read(Fen(yuan * 100))


@settings(deadline=None)
@given(WHOLE_YUAN)
def test_a_whole_amount_as_on_a_cheque_reads_back_exactly_and_is_sure(yuan: int) -> None:
    assert read_amount(f"人民币{in_chinese(yuan).translate(CHEQUE)}元整") == Read(Fen(yuan * 100))


@settings(deadline=None)
@given(WHOLE_YUAN)
def test_the_colloquial_ten_without_one_reads_back_exactly(yuan: int) -> None:
    written = in_chinese(yuan)

    assert read_amount(written.removeprefix("一") if written.startswith("一十") else written) == Read(Fen(yuan * 100))


@settings(deadline=None)
@given(WHOLE_YUAN.filter(lambda yuan: yuan < 10**8))
def test_a_whole_amount_of_digits_and_ten_thousands_reads_back_exactly(yuan: int) -> None:
    assert read_amount(mixed(yuan)) == Read(Fen(yuan * 100))


@settings(deadline=None)
@given(st.integers(0, 10**11))
def test_every_fen_with_separators_reads_back_exactly_and_is_sure(fen: int) -> None:
    assert read_amount(f"¥{Decimal(fen) / 100:,.2f}") == Read(Fen(fen))


@settings(deadline=None)
@given(st.integers(0, 10**11), st.sampled_from(["{:.2f}元", "{:.2f} yuan", "自己花了{:.2f}元", "I paid {:,.2f}."]))
def test_every_fen_in_plain_digits_reads_back_exactly_and_is_sure(fen: int, said: str) -> None:
    assert read_amount(said.format(Decimal(fen) / 100)) == Read(Fen(fen))


@settings(deadline=None)
@given(st.integers(1, 10**7), st.sampled_from(["万", "w", " 万元"]))
def test_ten_thousands_with_decimals_are_exact(yuan: int, unit: str) -> None:
    assert read_amount(f"{(Decimal(yuan) / 10**4).normalize():f}{unit}") == Read(Fen(yuan * 100))


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from("百千万"))
def test_a_last_digit_after_a_unit_counts_a_tenth_of_it(head: int, tail: int, unit: str) -> None:
    worth = {"百": 100, "千": 1_000, "万": 10_000}[unit]

    assert read_amount(f"{head}{unit}{tail}") == Read(Fen((head * worth + tail * worth // 10) * 100))


@settings(deadline=None)
@given(WHOLE_YUAN.filter(bool), st.sampled_from(["-{}", "−{}元", "负{}", "¥-{}", "花了 -{}", "minus {}"]))
def test_a_minus_is_never_lost(yuan: int, said: str) -> None:
    assert read_amount(said.format(yuan)) == Unread("negative")


@settings(deadline=None)
@given(WHOLE_YUAN, st.sampled_from(["大概{}", "{}左右", "不到{}", "{}吧", "不是{}", "约{}元", "~{}", "about {}", "医保报了{}", "{}?"]))
def test_an_amount_in_doubt_is_never_taken_silently(yuan: int, said: str) -> None:
    assert read_amount(said.format(yuan)) == Read(Fen(yuan * 100), sure=False)


@settings(deadline=None)
@given(WHOLE_YUAN, WHOLE_YUAN, st.sampled_from(["到", "-", "~", "、", "/", " 或 ", "，不对，", "+", " to ", "元，"]))
def test_of_two_amounts_none_is_taken(one: int, other: int, between: str) -> None:
    read = read_amount(f"{one}{between}{other}")

    assert isinstance(read, Unread) or one == other


HARMLESS = st.lists(st.sampled_from(["自己", "花了", "付", "一共", "除去报销", "您好", "是", "了", "钱", "手术", "就"]), max_size=4)
DIGITS = st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,3})?|[1-9一两九][0-9]{0,2}(\.[0-9])?[百千万w亿][0-9一两五]?", fullmatch=True)


@given(before=HARMLESS, digits=DIGITS, after=st.sampled_from(["", "元", "块", "块钱", "元钱", "钱", "万", "多", "。"]))
def test_a_plainly_typed_sum_reads_as_if_it_were_taken_apart(before: list[str], digits: str, after: str) -> None:
    said = "".join(before) + digits + after

    if amounts._PLAINLY.fullmatch(said):
        assert read_amount(said) == amounts._read(said, formal=False)


def test_a_sum_is_found_plain_behind_any_number_of_harmless_words_in_no_time() -> None:
    assert amounts._PLAINLY.fullmatch("花了" * 199 + "元") is None
    assert amounts._PLAINLY.fullmatch("花了" * 190 + "12.5元") is not None
