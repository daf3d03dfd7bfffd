"""Money is exact: what is read, written and rounded."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.amounts import LARGEST, exact_yuan, half_up, parse_rate, parse_yuan, percent, plain, pretty
from calculator.errors import AmountError


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("5000", 500_000),
        ("12,160.00", 1_216_000),
        ("0.5", 50),
        (" 7.05 ", 705),
        ("1.500", 150),
        ("10000000000", LARGEST),
    ],
)
def test_an_amount_in_yuan_is_read_to_the_fen(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("1.005", "too_precise"),
        ("10000000000.01", "too_large"),
        ("9" * 5000, "not_a_number"),
        ("1e5", "not_a_number"),
        ("1,00", "not_a_number"),
        ("１２", "not_a_number"),
        ("nan", "not_a_number"),
        ("1_000", "not_a_number"),
        (".5", "not_a_number"),
    ],
)
def test_what_is_no_exact_amount_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_yuan(text)

    assert refused.value.reason == reason
    assert refused.value.text == text[:40]


@given(st.integers(0, LARGEST))
def test_an_amount_written_either_way_is_read_back(fen: int) -> None:
    assert parse_yuan(plain(fen)) == fen
    assert parse_yuan(pretty(fen)) == fen


def test_a_negative_difference_keeps_its_sign() -> None:
    assert plain(-5) == "-0.05"
    assert pretty(-123_456_789) == "-1,234,567.89"


@pytest.mark.parametrize(("text", "ppm"), [("1.5%", 15_000), ("22.5‰", 22_500), ("10 %", 100_000), ("0.0001%", 1), ("0.001‰", 1)])
def test_a_rate_is_exact(text: str, ppm: int) -> None:
    assert parse_rate(text) == ppm


@pytest.mark.parametrize("text", ["1.5", "0.0001‰", "-1%", "%", "1.5％"])
def test_a_rate_that_is_no_whole_number_of_millionths_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_rate(text)


def test_a_rate_is_written_without_trailing_zeros() -> None:
    assert [percent(rate) for rate in (80_000, 15_000, 22_500, 1)] == ["8%", "1.5%", "2.25%", "0.0001%"]


@pytest.mark.parametrize(("exact", "fen"), [(0, 0), (1_499_999, 1), (1_500_000, 2), (1_500_001, 2), (2_500_000, 3), (3_000_000, 3)])
def test_a_half_goes_up(exact: int, fen: int) -> None:
    assert half_up(exact) == fen


@given(st.integers(0, 10**18), st.integers(0, 6))
def test_an_exact_fraction_is_written_exactly(numerator: int, power: int) -> None:
    written = exact_yuan(numerator, 10**power)

    assert Fraction(written) == Fraction(numerator, 10**power * 100)
