"""What holds of every rule of every place, whatever the facts."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calculator.amounts import LARGEST
from calculator.awards.award import Award
from calculator.awards.banded import FixedSum, RateOnWhole, SingleRate, Slices
from calculator.awards.composed import Cases, Parts
from calculator.edition import Edition
from calculator.errors import FactError
from calculator.estimate import Estimate, estimate
from calculator.facts import FACTS, FactType, Value, checked
from calculator.verdict import Outcome
from tests.calculator.cases import EDITIONS, samples


def case_of(edition: Edition, data: st.DataObject) -> dict[str, Value]:
    """A whole case: sums anywhere, mostly where bands begin and end; the rest out of the samples."""
    edges = sorted({min(max(edge, 0), LARGEST) for award in banded(edition.award) for edge in award.edges()} | {0, LARGEST})
    money = st.one_of(st.sampled_from(edges), st.integers(0, 40_000_000), st.integers(0, LARGEST))
    return {
        fact: data.draw(money if FACTS[fact].type is FactType.MONEY else st.sampled_from(samples(edition, fact)), label=fact)
        for fact in edition.asks
    }


def banded(award: Award) -> Iterator[RateOnWhole | FixedSum | SingleRate | Slices]:
    if isinstance(award, RateOnWhole | FixedSum | SingleRate | Slices):
        yield award
    for inner in award.parts if isinstance(award, Parts) else [case.award for case in award.cases] if isinstance(award, Cases) else ():
        yield from banded(inner)


def said(result: Estimate) -> tuple[object, ...]:
    return result.verdict.outcome, result.amount, result.working, result.routes, result.cap_left


@given(st.sampled_from(EDITIONS), st.data())
def test_no_cap_is_ever_passed(edition: Edition, data: st.DataObject) -> None:
    facts = case_of(edition, data)
    result = estimate(edition, facts)
    assume(result.amount is not None)

    assert result.amount is not None
    assert result.amount >= 0
    if edition.cap_per_payment is not None:
        assert result.amount <= edition.cap_per_payment.amount
    if edition.cap_per_year is not None:
        paid = facts["paid_this_year"]
        assert isinstance(paid, int)
        assert result.amount <= max(edition.cap_per_year.amount - paid, 0)


@given(st.sampled_from(EDITIONS), st.data(), st.integers(0, 2**32))
def test_the_order_in_which_facts_are_told_is_all_one(edition: Edition, data: st.DataObject, seed: int) -> None:
    facts = case_of(edition, data)
    told = list(facts.items())
    Random(seed).shuffle(told)  # noqa: S311  # an order

    assert said(estimate(edition, dict(told))) == said(estimate(edition, facts))


@given(st.sampled_from(EDITIONS), st.data())
def test_a_fact_that_no_rule_reads_changes_nothing(edition: Edition, data: st.DataObject) -> None:
    facts = case_of(edition, data)
    read = {*edition.asks, *edition.claim_asks, "handed_in_on"}
    idle = data.draw(st.sampled_from(sorted(FACTS.keys() - read)))
    values = samples(edition, idle) or [0]

    assert said(estimate(edition, facts | {idle: values[0]})) == said(estimate(edition, facts))


@given(st.sampled_from(EDITIONS), st.data(), st.integers(0, LARGEST), st.integers(1, 10_000_000))
def test_inside_a_band_more_never_pays_less(edition: Edition, data: st.DataObject, base: int, more: int) -> None:
    facts = case_of(edition, data)
    (fact,) = data.draw(st.sampled_from([[name] for award in banded(edition.award) for name in award.base.plus] or [[""]]))
    assume(fact and base + more <= LARGEST)
    first, second = (facts | {fact: base}), (facts | {fact: base + more})
    for award in banded(edition.award):
        one, other = award.base.range(first)[0], award.base.range(second)[0]
        assume(not any(one < edge <= other for edge in award.edges()))
    before, after = estimate(edition, first), estimate(edition, second)
    assume(before.verdict.outcome in (Outcome.ELIGIBLE, Outcome.REVIEW))
    assume(before.amount is not None and after.amount is not None)

    assert before.amount is not None
    assert after.amount is not None
    assert after.amount >= before.amount


@given(st.sampled_from(EDITIONS), st.data())
def test_what_is_told_early_is_never_taken_back(edition: Edition, data: st.DataObject) -> None:
    facts = case_of(edition, data)
    some = {fact: value for fact, value in facts.items() if data.draw(st.booleans())}
    early, late = estimate(edition, some), estimate(edition, facts)

    if early.verdict.outcome is Outcome.INELIGIBLE:
        assert late.verdict.outcome is Outcome.INELIGIBLE
    if early.amount is not None and late.amount is not None and early.verdict.outcome is Outcome.ELIGIBLE:
        assert late.amount == early.amount


@pytest.mark.parametrize(
    ("fact", "value", "reason"),
    [
        ("out_of_pocket", -1, "too_low"),
        ("out_of_pocket", LARGEST + 1, "too_high"),
        ("out_of_pocket", 10**18, "too_high"),
        ("out_of_pocket", float("nan"), "not_understood"),
        ("out_of_pocket", 1.5, "not_understood"),
        ("out_of_pocket", True, "not_understood"),
        ("age", -1, "too_low"),
        ("age", 121, "too_high"),
        ("children_hurt", 21, "too_high"),
        ("in_work", 1, "not_understood"),
        ("stay_cause", "boredom", "not_a_choice"),
        ("stay_cause", 7, "not_understood"),
    ],
)
def test_a_value_out_of_range_never_gets_in(fact: str, value: Value, reason: str) -> None:
    with pytest.raises(FactError) as refused:
        checked(FACTS[fact], value)

    assert refused.value.reason == reason
