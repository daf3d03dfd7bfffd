"""The least and the most an award can pay, and what is still worth asking for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calculator.amounts import MILLION, Fen, Ppm
from calculator.awards.award import Cap, capped
from calculator.awards.banded import Band, Bands, FixedSum, RateOnWhole, Slices
from calculator.awards.composed import Cases
from calculator.facts import Known
from calculator.sums import Base
from calculator.verdict import next_worth_asking
from calculator.working import Step
from tests.calculator.awards.test_working import made, told
from tests.calculator.cases import facts

WORDS = {"zh": "规定", "en": "the rule"}
STEP = Step("band", {}, WORDS)


class Between(Base):
    """A base that lies anywhere between two facts."""

    def range(self, facts: Known) -> tuple[int, int]:
        low, high = facts["low"], facts["high"]
        assert isinstance(low, int)
        assert isinstance(high, int)
        return low, high


@st.composite
def tables(draw: st.DrawFn) -> Bands:
    """A few bands that adjoin, up and down again, with an end above or without."""
    lows = sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=4)))
    ends = [*(low - 1 for low in lows[1:]), draw(st.none() | st.integers(lows[-1], 40))]
    pays = st.integers(0, 5)
    return Bands(
        tuple(Band(low, end, Ppm(draw(pays) * MILLION), Fen(draw(pays)), STEP) for low, end in zip(lows, ends, strict=True)),
    )


ENDING = Bands((Band(0, 4, Ppm(0), Fen(1), STEP), Band(5, 10, Ppm(MILLION), Fen(0), STEP)))


@example(ENDING, RateOnWhole, None, 0, 12)
@example(ENDING, FixedSum, None, 2, 7)
@given(tables(), st.sampled_from([RateOnWhole, FixedSum, Slices]), st.none() | st.integers(0, 60), st.integers(0, 45), st.integers(0, 45))
def test_the_least_and_the_most_are_those_of_every_base_between(
    bands: Bands, kind: type[RateOnWhole | FixedSum | Slices], most: int | None, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    cap = None if most is None else Cap(Fen(most), WORDS)
    award = kind(base=Between("bill", ("bill",)), clause=WORDS, cap=cap, bands=bands)

    pays = [capped(cap, award.worth(base)) for base in range(low, high + 1)]

    assert award.range({"low": low, "high": high}) == (min(pays), max(pays))


SETTLED = """
per = "stay"
asks = ["insurance", "bill", "own_pay", "children_hurt"]
[[edition.sums]]
name = "net"
title = { zh = "净额", en = "net" }
plus = ["bill"]
minus = ["own_pay"]
@own
[edition.award]
kind = "cases"
@cases
cap = { amount = "1000", @cap }
[[edition.award.cases]]
when = { fact = "insurance", is = ["employee"] }
[edition.award.cases.award]
kind = "sum"
@sum
parts = [ { kind = "single_rate", sum = "net", rate = "10%", @rate }, { kind = "each", fact = "children_hurt", amount = "5", @each } ]
[[edition.award.cases]]
when = { sum = "net", over = "1000" }
award = { kind = "fixed", amount = "50", @fixed }
"""


@pytest.mark.parametrize(
    ("sentence", "texts", "asked"),
    [
        ("first what chooses the case", {}, "insurance"),
        ("then what the case needs", {"insurance": "employee"}, "bill"),
        ("what is taken off nothing is not asked for", {"insurance": "employee", "bill": "0"}, "children_hurt"),
        ("but off something it is", {"insurance": "employee", "bill": "1"}, "own_pay"),
        ("a sum that cannot reach the other case needs nothing more", {"insurance": "rural", "bill": "1000"}, None),
        ("one that can does", {"insurance": "rural", "bill": "1000.01"}, "own_pay"),
        ("a sum told in part is asked for in part", {"insurance": "rural", "own_pay": "1"}, "bill"),
    ],
)
def test_only_what_can_change_the_pay_is_asked_for(tmp_path: Path, sentence: str, texts: dict[str, str], asked: str | None) -> None:
    assert next_worth_asking(made(tmp_path, SETTLED), facts(**texts)) == asked, sentence


def test_a_pay_that_an_open_sum_cannot_change_is_told_without_its_steps(tmp_path: Path) -> None:
    assert told(made(tmp_path, SETTLED), insurance="rural", bill="1000") == [("settled", {"amount": 0}, "cases")]


def test_a_sum_that_is_known_shows_its_steps(tmp_path: Path) -> None:
    assert told(made(tmp_path, SETTLED), insurance="rural", bill="2000", own_pay="0") == [("fixed", {"amount": 5_000}, "fixed")]


@pytest.mark.parametrize(
    ("sentence", "texts", "low", "high"),
    [
        ("nothing known: from no case up to the cap", {}, 0, 100_000),
        ("no case certain: nothing, or that of the last", {"insurance": "rural"}, 0, 5_000),
        ("a part known, the other not", {"insurance": "employee", "bill": "10", "own_pay": "0"}, 100, 10_100),
        ("no case at all", {"insurance": "rural", "bill": "0"}, 0, 0),
    ],
)
def test_cases_pay_between_the_least_and_the_most_possible(
    tmp_path: Path, sentence: str, texts: dict[str, str], low: int, high: int
) -> None:
    edition = made(tmp_path, SETTLED)

    assert isinstance(edition.award, Cases)
    assert edition.award.range(edition.with_sums(facts(**texts))) == (low * MILLION, high * MILLION), sentence
