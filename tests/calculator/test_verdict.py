"""Who is eligible, what would change it, and what is worth asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from calculator.edition import Edition
from calculator.estimate import estimate
from calculator.facts import UNCLEAR, Facts, Value
from calculator.logic import State
from calculator.nearest import Flip
from calculator.verdict import Outcome, judge, next_worth_asking
from tests.calculator.cases import EDITIONS, edition, facts, hospital, samples

ENOUGH = 1000


@pytest.mark.parametrize(
    ("sentence", "case", "outcome"),
    [
        ("15 is a year too young", hospital(age="15"), Outcome.INELIGIBLE),
        ("16 is old enough", hospital(age="16"), Outcome.ELIGIBLE),
        ("60 is still young enough", hospital(age="60"), Outcome.ELIGIBLE),
        ("61 is a year too old", hospital(age="61"), Outcome.INELIGIBLE),
        ("a retired member gets nothing", hospital(in_work="no"), Outcome.INELIGIBLE),
        ("somebody unsure about work is for a person to look at", hospital(in_work="unclear"), Outcome.REVIEW),
        ("exactly the threshold is not over it", hospital("5000"), Outcome.INELIGIBLE),
        ("a fen over the threshold is", hospital("5000.01"), Outcome.ELIGIBLE),
        ("a stay for an illness is", hospital(stay_cause="illness"), Outcome.ELIGIBLE),
        ("a stay after an injury may be a work injury", hospital(stay_cause="injury"), Outcome.REVIEW),
        ("a maternity stay may be insured elsewhere", hospital(stay_cause="maternity"), Outcome.REVIEW),
        ("an unclear cause is for a person to look at", hospital(stay_cause="unclear"), Outcome.REVIEW),
        ("an unclear sum is for a person to look at", hospital("unclear"), Outcome.REVIEW),
        ("what was paid this year, unclear, is for a person to look at", hospital(paid="unclear"), Outcome.REVIEW),
        ("a failed condition outweighs an unclear one", hospital(in_work="unclear", age="61"), Outcome.INELIGIBLE),
        ("a failed condition outweighs a missing fact", facts(age="61"), Outcome.INELIGIBLE),
        ("a missing fact outweighs an unclear one", facts(in_work="unclear"), Outcome.UNDETERMINED),
        ("nothing known decides nothing", facts(), Outcome.UNDETERMINED),
    ],
)
def test_a_hospital_case_is_judged(sentence: str, case: Facts, outcome: Outcome) -> None:
    assert judge(edition("hospital"), case).outcome is outcome, sentence


@pytest.mark.parametrize(
    ("sentence", "benefit", "case", "outcome"),
    [
        ("no work injury, a fracture", "accident", facts(work_injury="no", injury="spine"), Outcome.ELIGIBLE),
        ("a work injury is paid by other insurance", "accident", facts(work_injury="yes"), Outcome.INELIGIBLE),
        ("perhaps a work injury", "accident", facts(work_injury="unclear", injury="spine"), Outcome.REVIEW),
        ("lighter than a fracture", "accident", facts(work_injury="no", injury="lighter"), Outcome.INELIGIBLE),
        ("an injury nobody can name yet", "accident", facts(work_injury="no", injury="unclear"), Outcome.REVIEW),
        ("a fire with the certificate", "fire", facts(fire_report="yes", loss="0.01"), Outcome.ELIGIBLE),
        ("a fire without the certificate", "fire", facts(fire_report="no"), Outcome.INELIGIBLE),
        ("a fire that took nothing", "fire", facts(fire_report="yes", loss="0"), Outcome.INELIGIBLE),
        ("a fire before anybody counted the loss", "fire", facts(fire_report="yes", loss="unclear"), Outcome.REVIEW),
    ],
)
def test_an_accident_or_a_fire_is_judged(sentence: str, benefit: str, case: Facts, outcome: Outcome) -> None:
    assert judge(edition(benefit), case).outcome is outcome, sentence


@pytest.mark.parametrize(
    ("case", "flip"),
    [
        (hospital(age="61"), Flip("age", 60, -1)),
        (hospital(age="15"), Flip("age", 16, 1)),
        (hospital("5000"), Flip("out_of_pocket", 500_001, 1)),
        (hospital("4800"), Flip("out_of_pocket", 500_001, 20_001)),
        (hospital(in_work="no"), Flip("in_work", True, None)),
    ],
)
def test_a_failed_condition_tells_the_nearest_change_that_meets_it(case: dict[str, Value], flip: Flip) -> None:
    (failed,) = judge(edition("hospital"), case).failed()

    assert failed.flips == (flip,)
    assert failed.value == case[flip.fact]
    assert judge(edition("hospital"), case | {flip.fact: flip.to}).outcome is Outcome.ELIGIBLE


def test_a_fire_without_the_certificate_is_told_how_to_get_it() -> None:
    (failed,) = judge(edition("fire"), facts(fire_report="no")).failed()

    assert failed.flips == (Flip("fire_report", True, None),)
    assert failed.remedy is not None


def test_no_injury_is_said_to_be_nearer_than_another() -> None:
    (failed,) = judge(edition("accident"), facts(work_injury="no", injury="lighter")).failed()

    assert failed.flips == ()


def test_every_condition_is_held_against_the_facts() -> None:
    verdict = judge(edition("hospital"), facts(age="61", in_work="yes"))

    assert {result.id: result.state for result in verdict.conditions} == {
        "age": State.FAILED,
        "in_work": State.MET,
        "threshold": State.UNKNOWN,
    }


def test_an_undetermined_verdict_names_what_is_missing() -> None:
    assert judge(edition("hospital"), facts(in_work="yes")).missing == ("age", "out_of_pocket", "paid_this_year")


@pytest.mark.parametrize(
    ("sentence", "benefit", "case", "asked"),
    [
        ("the cheapest first", "hospital", facts(), "age"),
        ("what was said already is not asked again", "hospital", facts(out_of_pocket="152000", age="45"), "in_work"),
        ("after a failed condition nothing", "hospital", facts(out_of_pocket="4800"), None),
        ("after an unclear answer the rest", "hospital", facts(age="45", in_work="unclear"), "out_of_pocket"),
        ("without a sum no cap matters", "hospital", facts(age="45", in_work="yes", out_of_pocket="unclear"), None),
        ("with everything known nothing", "hospital", hospital(), None),
        ("first whether it was at work", "accident", facts(), "work_injury"),
        ("at work: nothing more", "accident", facts(work_injury="yes"), None),
        ("without the certificate: nothing more", "fire", facts(fire_report="no"), None),
    ],
)
def test_the_next_question_is_the_cheapest_that_matters(sentence: str, benefit: str, case: Facts, asked: str | None) -> None:
    assert next_worth_asking(edition(benefit), case) == asked, sentence


@pytest.mark.parametrize("policy_edition", EDITIONS, ids=lambda found: found.id)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_what_is_asked_can_change_the_result_and_what_is_not_asked_cannot(policy_edition: Edition, data: st.DataObject) -> None:
    known = {
        fact: value
        for fact in policy_edition.asks
        if (value := data.draw(st.sampled_from([None, *samples(policy_edition, fact)]), label=fact)) is not None
    }

    asked = next_worth_asking(policy_edition, known)
    note(f"{known} {asked}")
    verdict = judge(policy_edition, known)

    assert verdict.outcome is Outcome.INELIGIBLE or asked == next(iter(verdict.missing), None)
    if asked is None and any(known.get(fact) is UNCLEAR for fact in policy_edition.amount_facts):
        assert len({judge(policy_edition, case).outcome is Outcome.INELIGIBLE for case in _completions(policy_edition, known)}) == 1
    elif asked is None:
        assert len({_result(policy_edition, case) for case in _completions(policy_edition, known)}) == 1
    else:
        assert any(
            len({_result(policy_edition, case | {asked: value}) for value in _clear(policy_edition, asked)}) > 1
            for case in _completions(policy_edition, known)
        )


def _completions(policy_edition: Edition, known: dict[str, Value]) -> Iterator[dict[str, Value]]:
    """Every way to fill in the rest with clear answers out of the samples; where they are many, the same thousand at every run."""
    unknown = [fact for fact in policy_edition.asks if fact not in known]
    columns = [_clear(policy_edition, fact) for fact in unknown]
    if prod(map(len, columns)) <= ENOUGH:
        rows: Iterable[tuple[Value, ...]] = product(*columns)
    else:
        chance = Random(7)  # noqa: S311  # a draw of cases
        rows = (tuple(chance.choice(column) for column in columns) for _ in range(ENOUGH))
    for values in rows:
        yield known | dict(zip(unknown, values, strict=True))


def _clear(policy_edition: Edition, fact: str) -> list[Value]:
    return [value for value in samples(policy_edition, fact) if value is not UNCLEAR]


def _result(policy_edition: Edition, case: Facts) -> tuple[Outcome, int | None]:
    result = estimate(policy_edition, case)
    return result.verdict.outcome, result.amount
