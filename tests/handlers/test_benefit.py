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


def asked(name: str, answers: Mapping[str, Any], day: date = TODAY) -> Replay[Estimated | NotYet]:
    return replay(lambda: benefit(Case(day, load("changchun")), name), answers)


def estimated(name: str, answers: Mapping[str, Any]) -> Estimated:
    outcome = asked(name, answers).outcome
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
    run = asked("hospital", HOSPITAL, date(2022, 12, 31))

    assert path(run) == []
    assert run.outcome == NotYet("hospital", date(2023, 1, 1))


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
