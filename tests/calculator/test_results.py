"""What a verdict and an estimate say in full: every condition with figure, clause, nearest change and remedy, and it all as plain data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from calculator.edition import Edition
from calculator.estimate import estimate
from calculator.facts import UNCLEAR
from calculator.logic import State
from calculator.nearest import Flip
from calculator.verdict import Outcome, judge, next_worth_asking
from tests.calculator.awards.test_working import YEAR, made
from tests.calculator.cases import edition, facts, hospital

RULES = """
per = "stay"
asks = ["age", "in_work", "bill", "own_pay"]
[[edition.sums]]
name = "net"
title = { zh = "净额", en = "net" }
plus = ["bill"]
minus = ["own_pay"]
@own
[[edition.conditions]]
id = "age"
fact = "age"
between = [16, 60]
@age
[[edition.conditions]]
id = "age_or_work"
any = [ { fact = "age", from = 18 }, { fact = "in_work", is = [true] } ]
@either
remedy = { zh = "补救", en = "remedy" }
[[edition.conditions]]
id = "net"
sum = "net"
over = "1000"
@net
[[edition.exclusions]]
id = "maternity"
fact = "stay_cause"
is = ["maternity"]
@late
[[edition.reviews]]
id = "home"
fact = "own_home"
is = [true]
@home
[[edition.reviews]]
id = "injury"
all = [ { fact = "stay_cause", is = ["injury"] }, { sum = "net", over = "1000" } ]
@injury
remedy = { zh = "去问", en = "ask" }
[[edition.deadlines]]
id = "in_time"
fact = "discharged_on"
days = 60
late = "refused"
@time
[edition.award]
kind = "single_rate"
sum = "net"
rate = "10%"
@award
[edition.caps.per_payment]
amount = "500"
@payment
"""
MET, FAILED, UNKNOWN, REVIEW = State.MET, State.FAILED, State.UNKNOWN, State.REVIEW
DAY, LATE, LAST = date(2023, 1, 31), date(2023, 4, 2), date(2023, 4, 1)
WHOLE = {"age": "45", "in_work": "yes", "bill": "2000", "own_pay": "500"}
SOUND = [
    ("age", "age", MET, 45, "age", (), None),
    ("age_or_work", "age", MET, 45, "either", (), "remedy"),
    ("net", "net", MET, 150_000, "net", (), None),
]


@pytest.fixture(name="rules")
def _rules(tmp_path: Path) -> Edition:
    return made(tmp_path, RULES, claim_asks=("stay_cause", "own_home"))


def said(rules: Edition, **texts: str) -> list[tuple[Any, ...]]:
    return [
        (each.id, each.fact, each.state, each.value, each.clause["en"], each.flips, each.remedy and each.remedy["en"])
        for each in judge(rules, facts(**texts)).conditions
    ]


@pytest.mark.parametrize(
    ("sentence", "texts", "results"),
    [
        ("all is well", WHOLE, SOUND),
        (
            "nothing is known",
            {},
            [
                ("age", "age", UNKNOWN, None, "age", (), None),
                ("age_or_work", "age", UNKNOWN, None, "either", (), "remedy"),
                ("net", "net", UNKNOWN, None, "net", (), None),
            ],
        ),
        (
            "too young, out of work, and a sum that cannot reach",
            {"age": "15", "in_work": "no", "bill": "900"},
            [
                ("age", "age", FAILED, 15, "age", (Flip("age", 16, 1),), None),
                ("age_or_work", "age", FAILED, 15, "either", (Flip("age", 18, 3),), "remedy"),
                ("net", "net", FAILED, 90_000, "net", (Flip("net", 100_001, 10_001),), None),
            ],
        ),
        (
            "an unclear age, and a sum still open",
            WHOLE | {"age": "unclear", "in_work": "no", "own_pay": "unclear"},
            [
                ("age", "age", REVIEW, UNCLEAR, "age", (), None),
                ("age_or_work", "age", REVIEW, UNCLEAR, "either", (), "remedy"),
                ("net", "net", REVIEW, UNCLEAR, "net", (), None),
                ("own_pay", "own_pay", REVIEW, UNCLEAR, "award", (), None),
            ],
        ),
        ("what excludes is named once it is known", WHOLE | {"stay_cause": "illness"}, [
            *SOUND, ("maternity", "stay_cause", MET, "illness", "late", (), None),
        ]),
        ("and so is what a person must look at", WHOLE | {"stay_cause": "injury", "own_home": "yes"}, [
            *SOUND,
            ("maternity", "stay_cause", MET, "injury", "late", (), None),
            ("home", "own_home", REVIEW, True, "home", (), None),
            ("injury", "stay_cause", REVIEW, "injury", "injury", (), "ask"),
        ]),
        ("a review that does not apply is not named, nor does it hide the next", WHOLE | {"stay_cause": "injury", "own_home": "no"}, [
            *SOUND,
            ("maternity", "stay_cause", MET, "injury", "late", (), None),
            ("injury", "stay_cause", REVIEW, "injury", "injury", (), "ask"),
        ]),
        ("an unclear fact of a review is for a person", WHOLE | {"own_home": "unclear"}, [
            *SOUND, ("home", "own_home", REVIEW, UNCLEAR, "home", (), None),
        ]),
        ("handed in, but nobody knows when it began", WHOLE | {"handed_in_on": str(LAST)}, SOUND),
        ("in time", WHOLE | {"discharged_on": str(DAY), "handed_in_on": str(LAST)}, [
            *SOUND, ("in_time", "discharged_on", MET, DAY, "time", (), None),
        ]),
        ("too late", WHOLE | {"discharged_on": str(DAY), "handed_in_on": str(LATE)}, [
            *SOUND, ("in_time", "discharged_on", FAILED, DAY, "time", (Flip("handed_in_on", LAST, -1),), None),
        ]),
    ],
)  # fmt: skip
def test_every_condition_is_told_in_full(rules: Edition, sentence: str, texts: dict[str, str], results: list[tuple[Any, ...]]) -> None:
    assert said(rules, **texts) == results, sentence


def test_only_what_a_person_must_look_at_is_listed_as_that() -> None:
    verdict = judge(edition("hospital"), hospital(stay_cause="injury"))

    assert [each.fact for each in verdict.to_review()] == ["stay_cause"]
    assert [each.fact for each in judge(edition("hospital"), hospital("unclear")).to_review()] == ["out_of_pocket"]
    assert verdict.failed() == ()


@pytest.mark.parametrize(
    ("sentence", "texts", "asked"),
    [
        ("under an unclear age, work decides nothing any more", {"age": "unclear"}, "bill"),
        ("but under a known one it does", {"age": "17"}, "in_work"),
        ("what is taken off may still bring a large bill down", {"age": "45", "in_work": "yes", "bill": "100000"}, "own_pay"),
    ],
)
def test_what_cannot_decide_is_not_asked(rules: Edition, sentence: str, texts: dict[str, str], asked: str | None) -> None:
    assert next_worth_asking(rules, facts(**texts)) == asked, sentence


AT_ITS_CAP = """
per = "stay"
asks = ["bill", "own_pay"]
minimum = { amount = "20", @minimum }
[[edition.sums]]
name = "both"
title = { zh = "总额", en = "both" }
plus = ["bill", "own_pay"]
@own
[edition.award]
kind = "single_rate"
sum = "both"
rate = "10%"
@award
[edition.caps.per_payment]
amount = "500"
@payment
"""


@pytest.mark.parametrize(("bill", "asked"), [("4999.94", "own_pay"), ("4999.95", None), ("5000", None)])
def test_once_the_cap_of_a_payment_is_reached_nothing_more_is_asked(tmp_path: Path, bill: str, asked: str | None) -> None:
    rules = made(tmp_path, AT_ITS_CAP)

    assert next_worth_asking(rules, facts(bill=bill)) == asked


@pytest.mark.parametrize(
    ("sentence", "bill", "kinds"),
    [
        ("a fen below the minimum is lifted", "199.90", ["minimum"]),
        ("exactly the minimum is not", "200", []),
        ("exactly the cap is not cut", "5000", []),
        ("a fen over it is", "5000.10", ["cap_payment"]),
        ("nothing stays nothing", "0", []),
    ],
)
def test_only_what_was_lifted_or_cut_is_said_to_be(tmp_path: Path, sentence: str, bill: str, kinds: list[str]) -> None:
    working = estimate(made(tmp_path, AT_ITS_CAP), facts(bill=bill, own_pay="0")).working

    assert [step.kind for step in working[5:]] == kinds, sentence


def test_an_estimate_is_kept_whole(rules: Edition) -> None:
    case = facts(age="15", in_work="yes", bill="2000", own_pay="500", discharged_on=str(DAY), stay_cause="injury")
    result = estimate(rules, case)

    def clause(words: str) -> dict[str, str]:
        return {"zh": words, "en": words}

    def condition(of: str, fact: str, state: str, value: Any, words: str) -> dict[str, Any]:
        return {"id": of, "fact": fact, "state": state, "value": value, "clause": clause(words), "flips": [], "remedy": None}

    assert result.to_json() == {
        "edition": "changchun/hospital@2020-01-01".replace("changchun", rules.place),
        "benefit": "hospital",
        "status": "official",
        "verdict": "ineligible",
        "missing": [],
        "amount": 0,
        "cap_left": None,
        "routes": [],
        "hand_in_by": str(LAST),
        "conditions": [
            condition("age", "age", "failed", 15, "age") | {"flips": [{"fact": "age", "to": 16, "by": 1}]},
            condition("age_or_work", "in_work", "met", True, "either") | {"remedy": {"zh": "补救", "en": "remedy"}},
            condition("net", "net", "met", 150_000, "net"),
            condition("maternity", "stay_cause", "met", "injury", "late"),
            condition("injury", "stay_cause", "review", "injury", "injury") | {"remedy": {"zh": "去问", "en": "ask"}},
        ],
        "working": [],
    }
    paid = estimate(rules, case | {"age": 45})
    assert paid.verdict.outcome is Outcome.REVIEW
    assert paid.to_json()["working"][-1] == {
        "kind": "product", "figures": {"base": 150_000, "rate_ppm": 100_000, "amount": 15_000}, "clause": clause("award"),
    }  # fmt: skip


def test_where_nothing_is_due_nobody_needs_to_know_what_the_year_was_paid(tmp_path: Path) -> None:
    result = estimate(made(tmp_path, YEAR), facts(bill="0", own_pay="0"))

    assert (result.amount, result.cap_left, result.verdict.missing) == (0, None, ())


def test_what_the_year_still_holds_is_kept_and_so_is_what_is_missing() -> None:
    kept = estimate(edition("hospital"), hospital("152000", paid="10000")).to_json()

    assert (kept["cap_left"], kept["routes"], kept["missing"]) == (5_000_000 - 1_000_000 - 1_216_000, ["unit", "second_signature"], [])
    assert estimate(edition("hospital"), facts(age="45")).to_json()["missing"] == ["in_work", "out_of_pocket", "paid_this_year"]
    assert estimate(edition("hospital"), facts(age="45")).to_json()["hand_in_by"] is None
