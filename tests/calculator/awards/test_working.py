"""The working of an estimate: every kind of step, with all its figures and the clause it rests on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from calculator.amounts import MILLION
from calculator.awards.composed import Cases
from calculator.edition import Edition
from calculator.estimate import estimate
from calculator.reading.policy_file import read_policy
from tests.calculator.cases import facts

FRAME = """
benefit = "hospital"
title = { zh = "规定", en = "the rule" }
edition_by = "discharged_on"

[[edition]]
from = 2020-01-01
status = "official"
source = "made up for a test"
claim_asks = CLAIM_ASKS
"""
TITLE = {"zh": "净额", "en": "net"}

YEAR = """
per = "year"
asks = ["bill", "own_pay", "paid_this_year"]
minimum = { amount = "20", @minimum }
[[edition.sums]]
name = "net"
title = { zh = "净额", en = "net" }
plus = ["bill"]
minus = ["own_pay"]
@own
[edition.award]
kind = "slices"
sum = "net"
@award
bands = [ { over = "0", to = "100", rate = "10%" }, { over = "100", rate = "33.3333%" } ]
[edition.caps.per_payment]
amount = "500"
@payment
[edition.caps.per_year]
amount = "800"
@year
[[edition.routes]]
over = "100"
needs = ["unit"]
@first
[[edition.routes]]
over = "300"
needs = ["second_signature"]
@second
"""

TOGETHER = """
per = "event"
asks = ["insurance", "bill", "loss", "children_hurt", "loss_cause"]
[edition.award]
kind = "sum"
cap = { amount = "70", @top }
@sum
[[edition.award.parts]]
kind = "cases"
@cases
cap = { amount = "30", @cut }
[[edition.award.parts.cases]]
when = { fact = "insurance", is = ["employee"] }
award = { kind = "fixed_sum", base = "bill", @band, bands = [ { over = "10", to = "20", amount = "3" }, { over = "20", amount = "40" } ] }
[[edition.award.parts.cases]]
when = { fact = "insurance", is = ["rural"] }
award = { kind = "rate_on_whole", base = "bill", @band, bands = [ { over = "10", to = "20", rate = "50%" } ] }
[[edition.award.parts]]
kind = "single_rate"
base = "loss"
rate = "0.5%"
@rate
[[edition.award.parts]]
kind = "each"
fact = "children_hurt"
amount = "5"
@each
[[edition.award.parts]]
kind = "items"
fact = "loss_cause"
@item
items = [
  { id = "fire", amount = "2", title = { zh = "火", en = "Fire" } },
  { id = "burst_pipe", amount = "1", title = { zh = "水", en = "Water" } },
]
[[edition.award.parts]]
kind = "fixed"
amount = "1"
@fixed
"""

ITEM = ("item", {"fact": "loss_cause", "item": "burst_pipe", "title": {"zh": "水", "en": "Water"}, "amount": 100}, "item")
FIXED = ("fixed", {"amount": 100}, "fixed")
NO_LOSS = [
    ("base", {"fact": "loss", "amount": 0}, "rate"),
    ("rate", {"rate_ppm": 5_000}, "rate"),
    ("product", {"base": 0, "rate_ppm": 5_000, "amount": 0}, "rate"),
]
NO_CHILD = ("each", {"fact": "children_hurt", "count": 0, "each": 500, "amount": 0}, "each")


def made(tmp_path: Path, body: str, *, claim_asks: tuple[str, ...] = ()) -> Edition:
    """An edition with this body; `@name` stands for a clause of this text."""
    file = tmp_path / "hospital.toml"
    body = body.replace("@t ", 'title = { zh = "物", en = "a thing" } ')
    frame = FRAME.replace("CLAIM_ASKS", json.dumps([*claim_asks, "discharged_on"]))
    file.write_text(frame + re.sub(r"@(\w+)", r'clause = { zh = "\1", en = "\1" }', body), encoding="utf-8")
    return read_policy(file).editions[0]


def told(edition: Edition, **texts: str) -> list[tuple[str, dict[str, Any], str]]:
    return [(step.kind, dict(step.figures), step.clause["en"]) for step in estimate(edition, facts(**texts)).working]


def netted(plus: int, minus: int, net: int) -> list[tuple[str, dict[str, Any], str]]:
    return [
        ("plus", {"fact": "bill", "amount": plus}, "own"),
        ("minus", {"fact": "own_pay", "amount": minus}, "own"),
        ("net", {"fact": "net", "title": TITLE, "amount": net}, "own"),
    ]


def test_slices_of_a_sum_are_cut_to_a_payment_and_to_the_year(tmp_path: Path) -> None:
    edition = made(tmp_path, YEAR)

    assert told(edition, bill="2000.01", own_pay="100", paid_this_year="150") == [
        *netted(200_001, 10_000, 190_001),
        ("slice", {"over": 0, "to": 10_000, "rate_ppm": 100_000, "part": 10_000, "exact": "10"}, "award"),
        ("slice_above", {"over": 10_000, "rate_ppm": 333_333, "part": 180_001, "exact": "600.00273333"}, "award"),
        ("rounded", {"exact": "610.00273333", "amount": 61_000}, "award"),
        ("cap_payment", {"cap": 50_000, "amount": 50_000}, "payment"),
        ("paid_before", {"paid": 15_000, "amount": 35_000}, "year"),
        ("cap_year", {"cap": 80_000, "paid": 15_000, "left": 65_000, "amount": 35_000, "rest": 30_000}, "year"),
        ("route", {"over": 10_000, "needs": ["unit"]}, "first"),
        ("route", {"over": 30_000, "needs": ["second_signature"]}, "second"),
    ]
    assert estimate(edition, facts(bill="2000.01", own_pay="100", paid_this_year="150")).routes == ("unit", "second_signature")


def test_little_is_lifted_to_the_minimum(tmp_path: Path) -> None:
    edition = made(tmp_path, YEAR)

    assert told(edition, bill="199.90", own_pay="100", paid_this_year="0") == [
        *netted(19_990, 10_000, 9_990),
        ("slice", {"over": 0, "to": 10_000, "rate_ppm": 100_000, "part": 9_990, "exact": "9.99"}, "award"),
        ("minimum", {"minimum": 2_000, "amount": 2_000}, "minimum"),
        ("cap_year", {"cap": 80_000, "paid": 0, "left": 80_000, "amount": 2_000, "rest": 78_000}, "year"),
    ]


def test_what_the_year_was_paid_leaves_nothing(tmp_path: Path) -> None:
    working = told(made(tmp_path, YEAR), bill="100", own_pay="0", paid_this_year="801")

    assert working[-2:] == [
        ("paid_before", {"paid": 80_100, "amount": 0}, "year"),
        ("cap_year", {"cap": 80_000, "paid": 80_100, "left": 0, "amount": 0, "rest": 0}, "year"),
    ]


@pytest.mark.parametrize(
    ("sentence", "insurance", "bill", "working"),
    [
        (
            "a sum beside a band",
            "employee",
            "20",
            [("base", {"fact": "bill", "amount": 2_000}, "band"), ("band_sum", {"over": 1_000, "to": 2_000, "amount": 300}, "band")],
        ),
        (
            "a sum beside the last band, cut to the cap of the part",
            "employee",
            "20.01",
            [
                ("base", {"fact": "bill", "amount": 2_001}, "band"),
                ("band_above_sum", {"over": 2_000, "amount": 4_000}, "band"),
                ("cap_part", {"cap": 3_000, "amount": 3_000}, "cut"),
            ],
        ),
        (
            "a rate beside a band",
            "rural",
            "20",
            [
                ("base", {"fact": "bill", "amount": 2_000}, "band"),
                ("band", {"over": 1_000, "to": 2_000, "rate_ppm": 500_000}, "band"),
                ("product", {"base": 2_000, "rate_ppm": 500_000, "amount": 1_000}, "band"),
            ],
        ),
        ("no band", "rural", "10", [("base", {"fact": "bill", "amount": 1_000}, "band"), ("no_band", {"amount": 0}, "band")]),
        ("no band for a sum", "employee", "10", [("base", {"fact": "bill", "amount": 1_000}, "band"), ("no_band", {"amount": 0}, "band")]),
        ("no case", "elsewhere", "10", [("no_band", {"amount": 0}, "cases")]),
    ],
)
def test_a_part_tells_its_own_steps(
    tmp_path: Path, sentence: str, insurance: str, bill: str, working: list[tuple[str, dict[str, Any], str]]
) -> None:
    case = {"insurance": insurance, "bill": bill, "loss": "0", "children_hurt": "0", "loss_cause": "burst_pipe"}

    steps = told(made(tmp_path, TOGETHER), **case)

    assert steps[:-1] == [*working, *NO_LOSS, NO_CHILD, ITEM, FIXED], sentence
    assert (steps[-1][0], steps[-1][2]) == ("total", "sum")


def test_parts_are_added_up_exactly_and_cut_together(tmp_path: Path) -> None:
    edition = made(tmp_path, TOGETHER)
    case = {"insurance": "elsewhere", "bill": "0", "loss": "0.03", "children_hurt": "2", "loss_cause": "fire"}

    assert told(edition, **case)[1:] == [
        ("base", {"fact": "loss", "amount": 3}, "rate"),
        ("rate", {"rate_ppm": 5_000}, "rate"),
        ("product", {"base": 3, "rate_ppm": 5_000, "amount": 0}, "rate"),
        ("each", {"fact": "children_hurt", "count": 2, "each": 500, "amount": 1_000}, "each"),
        ("item", {"fact": "loss_cause", "item": "fire", "title": {"zh": "火", "en": "Fire"}, "amount": 200}, "item"),
        FIXED,
        ("total", {"exact": "13.00015"}, "sum"),
        ("rounded", {"exact": "13.00015", "amount": 1_300}, "sum"),
    ]
    assert told(edition, **(case | {"children_hurt": "14"}))[-2:] == [
        ("total", {"exact": "73.00015"}, "sum"),
        ("cap_part", {"cap": 7_000, "amount": 7_000}, "top"),
    ]
    assert told(edition, insurance="elsewhere", children_hurt="14") == [("settled", {"amount": 7_000}, "sum")]


@pytest.mark.parametrize(("loss", "amount"), [("1000", 500), ("1001", 501), ("1003", 502)])
def test_a_product_is_shown_to_the_nearest_fen(tmp_path: Path, loss: str, amount: int) -> None:
    steps = told(made(tmp_path, TOGETHER), insurance="elsewhere", loss=loss, children_hurt="0", loss_cause="fire", bill="0")

    assert [figures["amount"] for kind, figures, _ in steps if kind == "product"] == [amount]


CAPPED = [
    'kind = "rate_on_whole"\nbase = "bill"\nbands = [ { from = "0", rate = "50%" } ]',
    'kind = "fixed_sum"\nbase = "bill"\nbands = [ { from = "0", to = "20", amount = "10" }, { over = "20", amount = "11" } ]',
    'kind = "single_rate"\nbase = "bill"\nrate = "50%"',
    'kind = "slices"\nbase = "bill"\nbands = [ { over = "0", rate = "50%" } ]',
    'kind = "sum"\nparts = [ { kind = "single_rate", base = "bill", rate = "50%", @rate } ]',
    'kind = "cases"\ncases = [ { award = { kind = "single_rate", base = "bill", rate = "50%", @rate } } ]',
]


@pytest.mark.parametrize("award", CAPPED)
def test_every_award_is_cut_to_its_own_cap_and_says_so(tmp_path: Path, award: str) -> None:
    body = f'per = "stay"\nasks = ["bill"]\n[edition.award]\n@award\ncap = {{ amount = "10", @cap }}\n{award}\n'
    edition = made(tmp_path, body)

    assert told(edition, bill="20.02")[-1] == ("cap_part", {"cap": 1_000, "amount": 1_000}, "cap")
    assert "cap_part" not in {kind for kind, *_ in told(edition, bill="20")}
    assert edition.award.range(facts())[1] == 1_000 * MILLION
    assert edition.award.range(facts(bill="20")) == (1_000 * MILLION, 1_000 * MILLION)


@pytest.mark.parametrize(
    ("sentence", "award", "asked", "texts"),
    [
        ("each one of a count", 'kind = "each"\nfact = "children_hurt"\namount = "4"', "children_hurt", ("3", "2")),
        (
            "an item of a list",
            'kind = "items"\nfact = "loss_cause"\nitems = [ { id = "fire", amount = "11", @t }, { id = "burst_pipe", amount = "10", @t } ]',
            "loss_cause",
            ("fire", "burst_pipe"),
        ),
    ],
)
def test_a_list_and_a_count_are_cut_too(tmp_path: Path, sentence: str, award: str, asked: str, texts: tuple[str, str]) -> None:
    body = f'per = "stay"\nasks = ["{asked}"]\n[edition.award]\n@award\ncap = {{ amount = "10", @cap }}\n{award}\n'
    edition = made(tmp_path, body)
    above, below = texts

    assert told(edition, **{asked: above})[-1] == ("cap_part", {"cap": 1_000, "amount": 1_000}, "cap"), sentence
    assert told(edition, **{asked: below})[-1][0] != "cap_part", sentence
    assert edition.award.range(facts())[1] == 1_000 * MILLION


def test_a_fixed_sum_is_cut_to_its_own_cap(tmp_path: Path) -> None:
    fixed = '{ kind = "fixed", amount = "100", @fixed, cap = { amount = "50", @cap } }'
    rate = '{ kind = "single_rate", base = "bill", rate = "1%", @rate }'
    body = f'per = "stay"\nasks = ["bill"]\n[edition.award]\n@award\nkind = "sum"\nparts = [ {rate}, {fixed} ]\n'
    edition = made(tmp_path, body)

    assert told(edition, bill="0")[-3:] == [
        ("fixed", {"amount": 10_000}, "fixed"),
        ("cap_part", {"cap": 5_000, "amount": 5_000}, "cap"),
        ("total", {"exact": "50"}, "award"),
    ]
    assert edition.award.range(facts(bill="0")) == (5_000 * MILLION, 5_000 * MILLION)


def test_what_is_read_is_named_with_the_clause_that_reads_it(tmp_path: Path) -> None:
    edition = made(tmp_path, TOGETHER)
    (cases, *_) = edition.award.parts  # type: ignore[attr-defined]  # an award of parts

    assert isinstance(cases, Cases)
    assert {fact: clause["en"] for fact, clause in edition.amount_facts.items()} == {
        "insurance": "cases", "bill": "band", "loss": "rate", "children_hurt": "each", "loss_cause": "item",
    }  # fmt: skip
    assert [fact for fact, _ in cases.reads()] == ["insurance", "bill", "insurance", "bill"]
