"""How much is paid, to the fen, with its working."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.amounts import plain
from calculator.estimate import estimate
from calculator.facts import Facts
from calculator.verdict import Outcome
from tests.calculator.cases import edition, facts, hospital


@pytest.mark.parametrize(
    ("sentence", "case", "amount"),
    [
        ("the published example of 152,000", hospital("152000"), "12160.00"),
        ("the published example of 340,000", hospital("340000"), "34000.00"),
        ("a single payment of 50,000", hospital("500000"), "50000.00"),
        ("exactly the threshold pays nothing", hospital("5000"), "0.00"),
        ("a fen over it pays 1.5 %", hospital("5000.01"), "75.00"),
        ("the end of the 1.5 % band", hospital("10000"), "150.00"),
        ("the start of the 2 % band", hospital("10000.01"), "200.00"),
        ("the end of the 2 % band", hospital("20000"), "400.00"),
        ("the start of the 3 % band", hospital("20000.01"), "600.00"),
        ("the end of the 3 % band", hospital("30000"), "900.00"),
        ("the start of the 4 % band", hospital("30000.01"), "1200.00"),
        ("the end of the 4 % band", hospital("50000"), "2000.00"),
        ("the start of the 6 % band", hospital("50000.01"), "3000.00"),
        ("the end of the 6 % band", hospital("100000"), "6000.00"),
        ("the start of the 8 % band", hospital("100000.01"), "8000.00"),
        ("the end of the 8 % band", hospital("200000"), "16000.00"),
        ("the start of the 10 % band", hospital("200000.01"), "20000.00"),
        ("just under half a fen is dropped", hospital("5000.33"), "75.00"),
        ("half a fen goes up", hospital("5001"), "75.02"),
        ("the last sum under the cap of the year", hospital("499999.9"), "49999.99"),
        ("more than the cap of the year pays the cap", hospital("600000"), "50000.00"),
        ("what was paid this year is taken off the cap", hospital("340000", paid="20000"), "30000.00"),
        ("a payment that just fits the year", hospital("340000", paid="16000"), "34000.00"),
        ("a payment a fen too large for the year", hospital("340000", paid="16000.01"), "33999.99"),
        ("a year with one fen left pays one fen", hospital(paid="49999.99"), "0.01"),
        ("a full year pays nothing more", hospital(paid="50000"), "0.00"),
        ("a year paid over the cap pays nothing more", hospital(paid="60000"), "0.00"),
        ("under review it is what would be paid", hospital(in_work="unclear"), "12160.00"),
        ("61 years old", hospital(age="61"), "0.00"),
    ],
)
def test_a_hospital_stay_pays(sentence: str, case: Facts, amount: str) -> None:
    result = estimate(edition("hospital"), case)

    assert result.amount is not None
    assert plain(result.amount) == amount, sentence


@pytest.mark.parametrize(
    ("sentence", "benefit", "case", "amount"),
    [
        ("the published fire of July 2023", "fire", facts(fire_report="yes", loss="50000"), "5000.00"),
        ("half a fen goes up", "fire", facts(fire_report="yes", loss="0.05"), "0.01"),
        ("less than half a fen is dropped", "fire", facts(fire_report="yes", loss="0.04"), "0.00"),
        ("a loss that just reaches the cap", "fire", facts(fire_report="yes", loss="100000"), "10000.00"),
        ("a loss over it pays the cap", "fire", facts(fire_report="yes", loss="100000.05"), "10000.00"),
        ("the least of the injuries", "accident", facts(work_injury="no", injury="finger_or_toe"), "500.00"),
        ("the gravest of the injuries", "accident", facts(work_injury="no", injury="organ_or_amputation"), "5000.00"),
        ("a death", "accident", facts(work_injury="no", injury="death"), "20000.00"),
        ("lighter than a fracture", "accident", facts(work_injury="no", injury="lighter"), "0.00"),
    ],
)
def test_a_fire_or_an_accident_pays(sentence: str, benefit: str, case: Facts, amount: str) -> None:
    result = estimate(edition(benefit), case)

    assert result.amount is not None
    assert plain(result.amount) == amount, sentence


def test_no_injury_but_death_pays_over_5000() -> None:
    sums = {
        choice.id: estimate(edition("accident"), {"work_injury": False, "injury": choice.id}).amount
        for choice in edition("accident").choices("injury")
    }

    assert max(amount or 0 for injury, amount in sums.items() if injury != "death") == 500_000


@pytest.mark.parametrize(
    "case", [facts(), facts(age="45", in_work="yes", out_of_pocket="152000"), hospital("unclear"), hospital(paid="unclear")]
)
def test_without_the_facts_there_is_no_amount(case: Facts) -> None:
    result = estimate(edition("hospital"), case)

    assert result.amount is None
    assert result.working == ()


def test_the_working_tells_every_step() -> None:
    result = estimate(edition("hospital"), hospital("152000"))

    assert [(step.kind, dict(step.figures)) for step in result.working] == [
        ("base", {"fact": "out_of_pocket", "amount": 15_200_000}),
        ("band", {"over": 10_000_000, "to": 20_000_000, "rate_ppm": 80_000}),
        ("product", {"base": 15_200_000, "rate_ppm": 80_000, "amount": 1_216_000}),
        ("cap_year", {"cap": 5_000_000, "paid": 0, "left": 5_000_000, "amount": 1_216_000, "rest": 3_784_000}),
        ("route", {"over": 1_000_000, "needs": ["unit", "second_signature"]}),
    ]
    assert result.cap_left == 3_784_000
    assert result.routes == ("unit", "second_signature")
    assert (result.edition_id, result.benefit, result.status) == ("changchun/hospital@2023-01-01", "hospital", "sample")
    assert all(step.clause.keys() == {"zh", "en"} for step in result.working)


def test_a_rounding_shows_what_was_rounded() -> None:
    rounded = [step.figures for step in estimate(edition("hospital"), hospital("5001")).working if step.kind == "rounded"]

    assert rounded == [{"exact": "75.015", "amount": 7_502}]


@pytest.mark.parametrize(
    ("benefit", "case", "kinds"),
    [
        ("hospital", hospital("340000"), ["base", "band_above", "product", "cap_year", "route"]),
        ("hospital", hospital("600000"), ["base", "band_above", "product", "cap_year_reached", "route"]),
        ("fire", facts(fire_report="yes", loss="50000"), ["base", "rate", "product"]),
        ("fire", facts(fire_report="yes", loss="200000"), ["base", "rate", "product", "cap_payment"]),
        ("accident", facts(work_injury="no", injury="death"), ["item", "route"]),
    ],
)
def test_a_step_is_told_only_where_it_was_taken(benefit: str, case: Facts, kinds: list[str]) -> None:
    assert [step.kind for step in estimate(edition(benefit), case).working] == kinds


@pytest.mark.parametrize(("out_of_pocket", "routed"), [("125000", False), ("125000.13", True)])
def test_over_10000_the_unit_and_a_second_person_take_part(out_of_pocket: str, routed: bool) -> None:
    result = estimate(edition("hospital"), hospital(out_of_pocket))

    assert bool(result.routes) is routed


def test_an_estimate_is_plain_data_to_keep() -> None:
    kept = json.loads(json.dumps(estimate(edition("hospital"), hospital("4800", stay_cause="injury")).to_json()))

    assert kept["edition"] == "changchun/hospital@2023-01-01"
    assert kept["status"] == "sample"
    assert kept["amount"] == 0
    assert kept["conditions"][2]["flips"] == [{"fact": "out_of_pocket", "to": 500_001, "by": 20_001}]
    assert kept["conditions"][3]["state"] == "review"


BANDS = [
    ("5000", "0.015"),
    ("10000", "0.02"),
    ("20000", "0.03"),
    ("30000", "0.04"),
    ("50000", "0.06"),
    ("100000", "0.08"),
    ("200000", "0.1"),
]


def _told_apart(out_of_pocket: Decimal, paid: Decimal) -> Decimal:
    """The published rules once more, in decimal yuan and another way round."""
    rate = max((Decimal(rate) for over, rate in BANDS if out_of_pocket > Decimal(over)), default=Decimal(0))
    amount = (out_of_pocket * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return min(amount, max(Decimal(50_000) - paid, Decimal(0)))


@given(st.integers(0, 100_000_000), st.integers(0, 6_000_000))
def test_every_amount_equals_an_independent_calculation(out_of_pocket: int, paid: int) -> None:
    result = estimate(edition("hospital"), {"age": 45, "in_work": True, "out_of_pocket": out_of_pocket, "paid_this_year": paid})

    assert result.amount is not None
    assert Decimal(plain(result.amount)) == _told_apart(Decimal(out_of_pocket) / 100, Decimal(paid) / 100)
    assert result.amount + paid <= max(5_000_000, paid)
    assert (result.verdict.outcome is Outcome.ELIGIBLE) == (out_of_pocket > 500_000)
