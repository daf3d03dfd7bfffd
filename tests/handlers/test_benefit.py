"""Am I eligible, and for how much: which questions are asked, which are not, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from calculator import Outcome, load
from calculator.facts import FACTS
from calculator.policy import places
from handlers.benefit import Estimated, NotYet, benefit
from handlers.case import Case
from handlers.dialogue import Replay, replay
from tests.handlers.walking import TODAY, path

HOSPITAL = {"age": 45, "in_work": True, "out_of_pocket": 15_200_000, "paid_this_year": 0}


def asked(name: str, answers: Mapping[str, Any], day: date = TODAY, place: str = "changchun") -> Replay[Estimated | NotYet]:
    return replay(lambda: benefit(Case(day, load(place)), name), answers)


def estimated(name: str, answers: Mapping[str, Any], day: date = TODAY, place: str = "changchun") -> Estimated:
    outcome = asked(name, answers, day, place).outcome
    assert isinstance(outcome, Estimated)
    return outcome


@pytest.mark.parametrize(
    ("changed", "outcome", "fen"),
    [
        ({}, Outcome.ELIGIBLE, 1_216_000),
        ({"out_of_pocket": 34_000_000}, Outcome.ELIGIBLE, 3_400_000),
        ({"out_of_pocket": 500_000}, Outcome.INELIGIBLE, 0),
        ({"out_of_pocket": 500_001}, Outcome.ELIGIBLE, 7_500),
        ({"age": 61}, Outcome.INELIGIBLE, 0),
        ({"age": 60}, Outcome.ELIGIBLE, 1_216_000),
        ({"in_work": "unclear"}, Outcome.REVIEW, 1_216_000),
        ({"paid_this_year": 5_000_000}, Outcome.ELIGIBLE, 0),
        ({"paid_this_year": 4_999_999}, Outcome.ELIGIBLE, 1),
    ],
)
def test_a_hospital_stay_pays_what_the_rules_say(changed: dict[str, Any], outcome: Outcome, fen: int) -> None:
    told = estimated("hospital", {**HOSPITAL, **changed})

    assert told.estimate.verdict.outcome is outcome
    assert told.estimate.amount == fen


SANMING = {"year_self_pay": 1_300_000, "mutual_aid": 300_000, "paid_this_year": 0}
TIANJIN = {"year_out_of_pocket": 6_500_000, "commercial_paid": 300_000, "unit_paid": 200_000, "paid_this_year": 0}
ZHENGZHOU_FIRE = {"loss": 5_000_000, "children_hurt": 2}
EMPLOYEE = {
    "insurance": "employee",
    "personal_part": 1_800_000,
    "deductible": 80_000,
    "own_pay": 120_000,
    "own_expense": 100_000,
    "paid_this_year": 0,
}
RURAL = {"insurance": "rural", "bill": 3_200_000, "paid_this_year": 0}
SPRING_2021 = date(2021, 6, 10)


@pytest.mark.parametrize(
    ("place", "name", "day", "answers", "outcome", "fen"),
    [
        ("sanming", "hospital", TODAY, SANMING, Outcome.ELIGIBLE, 150_000),
        ("sanming", "hospital", TODAY, {**SANMING, "year_self_pay": 1_299_999}, Outcome.INELIGIBLE, 0),
        ("sanming", "hospital", TODAY, {**SANMING, "year_self_pay": 1_000_000, "mutual_aid": 0}, Outcome.ELIGIBLE, 150_000),
        ("sanming", "hospital", TODAY, {**SANMING, "year_self_pay": 2_300_000}, Outcome.ELIGIBLE, 150_000),
        ("sanming", "hospital", TODAY, {**SANMING, "year_self_pay": 2_300_001}, Outcome.ELIGIBLE, 300_000),
        ("sanming", "hospital", TODAY, {**SANMING, "year_self_pay": 2_300_001, "paid_this_year": 150_000}, Outcome.ELIGIBLE, 150_000),
        ("sanming", "hospital", TODAY, {"year_self_pay": "unclear", "mutual_aid": 0}, Outcome.REVIEW, None),
        ("tianjin", "hospital", TODAY, TIANJIN, Outcome.ELIGIBLE, 1_000_000),
        ("tianjin", "hospital", TODAY, {**TIANJIN, "unit_paid": 200_001}, Outcome.INELIGIBLE, 0),
        ("tianjin", "hospital", TODAY, {**TIANJIN, "year_out_of_pocket": 7_499_999}, Outcome.ELIGIBLE, 1_000_000),
        ("tianjin", "hospital", TODAY, {**TIANJIN, "year_out_of_pocket": 7_500_000}, Outcome.ELIGIBLE, 2_000_000),
        ("fuzhou", "hospital", TODAY, {"insured_total": 2_000_000, "paid_this_year": 0}, Outcome.ELIGIBLE, 260_000),
        ("fuzhou", "hospital", date(2011, 5, 1), {"insured_total": 2_000_000, "paid_this_year": 0}, Outcome.ELIGIBLE, 200_000),
        ("zhengzhou", "fire", TODAY, ZHENGZHOU_FIRE, Outcome.ELIGIBLE, 1_500_000),
        ("zhengzhou", "fire", TODAY, {"loss": 0, "children_hurt": 1}, Outcome.ELIGIBLE, 500_000),
        ("zhengzhou", "fire", TODAY, {"loss": 0, "children_hurt": 0}, Outcome.INELIGIBLE, 0),
        ("zhengzhou", "fire", TODAY, {"loss": 20_000_001, "children_hurt": 0}, Outcome.ELIGIBLE, 2_000_000),
        (
            *("zhengzhou", "accident", TODAY, {"work_injury": False, "banned_cause": False, "disability_grade": "grade_8"}),
            *(Outcome.ELIGIBLE, 150_000),
        ),
        ("zhengzhou", "accident", TODAY, {"work_injury": False, "banned_cause": True}, Outcome.INELIGIBLE, 0),
        ("changchun", "hospital", SPRING_2021, EMPLOYEE, Outcome.ELIGIBLE, 225_000),
        ("changchun", "hospital", SPRING_2021, {**EMPLOYEE, "own_expense": "unclear"}, Outcome.REVIEW, None),
        ("changchun", "hospital", SPRING_2021, RURAL, Outcome.ELIGIBLE, 72_000),
        ("changchun", "hospital", SPRING_2021, {**RURAL, "bill": 100}, Outcome.ELIGIBLE, 2_000),
        ("changchun", "hospital", SPRING_2021, {**RURAL, "paid_this_year": 600_000}, Outcome.ELIGIBLE, 0),
    ],
)
def test_every_city_pays_what_its_own_rules_say(
    place: str, name: str, day: date, answers: dict[str, Any], outcome: Outcome, fen: int | None
) -> None:
    told = estimated(name, answers, day, place)

    assert (told.estimate.verdict.outcome, told.estimate.amount) == (outcome, fen)


@pytest.mark.parametrize(
    ("place", "name", "day", "answers", "asks"),
    [
        ("sanming", "hospital", TODAY, SANMING, ["year_self_pay", "mutual_aid", "paid_this_year"]),
        ("sanming", "hospital", TODAY, {"year_self_pay": 999_999}, ["year_self_pay"]),
        ("tianjin", "hospital", TODAY, TIANJIN, ["year_out_of_pocket", "commercial_paid", "unit_paid", "paid_this_year"]),
        ("zhengzhou", "fire", TODAY, ZHENGZHOU_FIRE, ["loss", "children_hurt"]),
        ("zhengzhou", "accident", TODAY, {"work_injury": False, "banned_cause": True}, ["work_injury", "banned_cause"]),
        ("changchun", "hospital", SPRING_2021, EMPLOYEE, list(EMPLOYEE)),
        ("changchun", "hospital", SPRING_2021, RURAL, list(RURAL)),
    ],
)
def test_each_city_asks_only_what_its_own_rules_need(place: str, name: str, day: date, answers: dict[str, Any], asks: list[str]) -> None:
    assert path(asked(name, answers, day, place)) == asks


@pytest.mark.parametrize(
    ("answers", "then"),
    [
        ({}, "age"),
        ({"age": 45}, "in_work"),
        ({"age": 61}, None),
        ({"age": 15}, None),
        ({"age": 45, "in_work": False}, None),
        ({"age": 45, "in_work": "unclear"}, "out_of_pocket"),
        ({"age": 45, "in_work": True, "out_of_pocket": 480_000}, None),
        ({"age": 45, "in_work": True, "out_of_pocket": 600_000}, "paid_this_year"),
        ({"out_of_pocket": 480_000}, None),
    ],
)
def test_only_what_can_still_change_the_answer_is_asked(answers: dict[str, Any], then: str | None) -> None:
    pending = asked("hospital", answers).pending if "age" in answers or not answers else asked("hospital", {**HOSPITAL, **answers}).pending

    assert (pending.key if pending else None) == then


def test_an_answer_that_became_needless_is_kept_and_used_again() -> None:
    assert path(asked("hospital", {**HOSPITAL, "age": 61})) == ["age"]
    assert estimated("hospital", {**HOSPITAL, "age": 60}).facts == {**HOSPITAL, "age": 60}


def test_the_estimate_names_the_edition_of_today() -> None:
    assert estimated("fire", {"fire_report": True, "loss": 100}).edition.starts == date(2023, 1, 1)


def test_before_the_first_edition_nothing_is_asked() -> None:
    run = asked("hospital", HOSPITAL, date(2020, 12, 31))

    assert path(run) == []
    assert run.outcome == NotYet("hospital", date(2021, 1, 1))


def test_an_announced_benefit_is_not_yet_there() -> None:
    policy = load("changchun")["fire"]
    tomorrow = TODAY + timedelta(days=1)
    announced = replace(policy, editions=(replace(policy.editions[0], starts=tomorrow),))

    run = replay(lambda: benefit(Case(TODAY, {"fire": announced}), "fire"), {})

    assert run.outcome == NotYet("fire", tomorrow)


@pytest.mark.parametrize(
    ("place", "name", "day"),
    [(place, name, edition.starts) for place in places() for name, policy in load(place).items() for edition in policy.editions],
)
def test_every_edition_asks_each_of_its_facts_by_a_question_of_its_own(place: str, name: str, day: date) -> None:
    edition = load(place)[name].edition_on(day)
    run = replay(lambda: benefit(Case(max(day, TODAY), load(place)), name), {})

    assert run.pending is not None
    assert set(edition.asks) | set(edition.claim_asks) <= set(FACTS)
