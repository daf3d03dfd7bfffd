"""Facts and an edition give a verdict: every condition with the person's own figure and the nearest change that would flip it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final, NamedTuple

from calculator.amounts import Fen
from calculator.awards.award import is_known, rounded
from calculator.edition import Condition, Edition
from calculator.facts import UNCLEAR, Facts, Known, Open, Value
from calculator.limits import PAID_THIS_YEAR, of_one_payment, of_the_year
from calculator.logic import FAILED, MET, REVIEW, UNKNOWN, Leaf, State, can_fail, undecided
from calculator.nearest import Flip, closest, nearest
from calculator.working import Words


class Outcome(Enum):
    """What a verdict says."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"
    REVIEW = "review"


ELIGIBLE: Final = Outcome.ELIGIBLE


class ConditionResult(NamedTuple):
    """One condition held against the facts. `fact` is the one that decided it, or a sum; `value` is None while it is unknown.

    `flips` is the nearest change that would meet a failed condition: usually of one fact; empty where no change is nearest.
    """

    id: str
    fact: str
    state: State
    value: Value | None
    clause: Words
    flips: tuple[Flip, ...]
    remedy: Words | None


class Verdict(NamedTuple):
    """The outcome, every condition, and the facts still missing (none once it is ineligible)."""

    outcome: Outcome
    conditions: tuple[ConditionResult, ...]
    missing: tuple[str, ...]

    def failed(self) -> tuple[ConditionResult, ...]:
        """List the conditions that stand against it."""
        return tuple(result for result in self.conditions if result.state is FAILED)

    def to_review(self) -> tuple[ConditionResult, ...]:
        """List the conditions a person must look at."""
        return tuple(result for result in self.conditions if result.state is REVIEW)


def judge(edition: Edition, facts: Facts) -> Verdict:
    """Held against every condition: one that fails is final; then what is missing; then what a person must look at."""
    known = edition.with_sums(facts)
    is_whole = edition.is_whole(known)
    return judged(edition, known, () if is_whole else open_amount(edition, known), is_whole=is_whole)


def judged(edition: Edition, known: Known, amount: Sequence[str], *, is_whole: bool) -> Verdict:
    """Judge facts that the sums have been added to; `is_whole` says whether they are all that is asked, `amount` what it turns on."""
    results = [_judged(condition, known) for condition in edition.conditions]
    if not known.keys().isdisjoint(edition.noted):
        results += _later(edition, known)
    if amount and UNCLEAR in known.values():
        results += _unclear_amount(edition, known, amount, {result.fact for result in results})
    states = [result.state for result in results]  # a set would hash them, which takes longer
    if FAILED in states:
        return Verdict(Outcome.INELIGIBLE, tuple(results), ())
    missing = () if is_whole else _missing(edition, known, amount)
    if missing:
        return Verdict(Outcome.UNDETERMINED, tuple(results), missing)
    return Verdict(Outcome.REVIEW if REVIEW in states else ELIGIBLE, tuple(results), ())


def next_worth_asking(edition: Edition, facts: Facts) -> str | None:
    """Find the cheapest fact that can still change verdict or amount, or None: then asking more is of no use."""
    known = edition.with_sums(facts)
    if any(condition.test.state(known) is FAILED for condition in (*edition.conditions, *edition.late_conditions)):
        return None
    first = next((name for name in edition.asks if name not in known), "")
    if UNCLEAR not in facts.values() and first in _tested(edition, known):
        return first  # whatever the amount still turns on, which takes longer to find
    return next(iter(_missing(edition, known, open_amount(edition, known))), None)


def _tested(edition: Edition, known: Known) -> Iterator[str]:
    """List the facts that a condition still turns on."""
    return (fact for condition in edition.conditions for name in undecided(condition.test, known) for fact in edition.spread(name))


def open_amount(edition: Edition, known: Known) -> Sequence[str]:
    """List the facts, unknown or unclear, that the amount still turns on; `known` holds the sums."""
    low, high = (of_one_payment(edition, rounded(exact, {}, []), []) for exact in edition.award.range(known))
    award = [fact for name in edition.award.open(known) for fact in edition.spread(name)] if low != high else []
    if PAID_THIS_YEAR in edition.amount_facts and high:
        paid = known.get(PAID_THIS_YEAR)
        if not isinstance(paid, int):
            award.append(PAID_THIS_YEAR)
        elif not any(known.get(fact) is UNCLEAR for fact in award) and _is_used_up(edition, low, high, paid):
            return []
    return [fact for fact in dict.fromkeys(award) if not is_known(fact, known)]


def _is_used_up(edition: Edition, low: Fen, high: Fen, paid: int) -> bool:
    """Whether this year's payments leave nothing that the open facts could change."""
    return of_the_year(edition, low, paid, []) == of_the_year(edition, high, paid, [])


def _missing(edition: Edition, known: Known, amount: Sequence[str]) -> tuple[str, ...]:
    """List what is not known and matters. Where a person must look anyway, only what can still fail does, and a sum that can be told."""
    is_told = not any(known.get(name) is UNCLEAR for name in amount)
    tests = [condition.test for condition in edition.conditions]
    is_review = not is_told or any(test.state(known) is REVIEW for test in tests)
    open_tests = (test for test in tests if not is_review or can_fail(test, known))
    wanted = {fact for test in open_tests for name in undecided(test, known) for fact in edition.spread(name)}
    wanted.update(amount if is_told else ())
    return tuple(name for name in edition.asks if name in wanted and name not in known)


def _judged(condition: Condition, known: Known) -> ConditionResult:
    test = condition.test
    state, leaf = test.state(known), test.decider(known)
    flips = nearest(test, known) if state is FAILED else ()
    return ConditionResult(condition.id, leaf.fact, state, _shown(leaf, state, known), condition.clause, flips, condition.remedy)


def _shown(leaf: Leaf, state: State, known: Known) -> Value | None:
    """The person's own figure; what is still open has none, and what cannot be told is unclear."""
    value = known.get(leaf.fact)
    if not isinstance(value, Open):
        return value
    if state in (UNKNOWN, REVIEW):
        return UNCLEAR if value.is_unclear else None
    return closest(leaf, value)


def _later(edition: Edition, known: Known) -> Iterator[ConditionResult]:
    """Judge what is judged once it is known: the conditions of a claim, reviews, deadlines."""
    for condition in edition.late_conditions:
        result = _judged(condition, known)
        if result.state is not UNKNOWN:
            yield result
    for review in edition.reviews:
        state = review.test.state(known)
        if state is MET or state is REVIEW:
            leaf = review.test.decider(known)
            yield ConditionResult(review.id, leaf.fact, REVIEW, _shown(leaf, state, known), review.clause, (), review.remedy)
    for deadline in edition.deadlines:
        state, flips = deadline.held(known)
        if state is not UNKNOWN:
            value = closest(Leaf(deadline.fact), known[deadline.fact])
            yield ConditionResult(deadline.id, deadline.fact, state, value, deadline.clause, flips, None)


def _unclear_amount(edition: Edition, known: Known, amount: Sequence[str], said: set[str]) -> Iterator[ConditionResult]:
    """Send to a person what the amount turns on and the member could not tell, unless a condition has said so."""
    for name in amount:
        if known.get(name) is UNCLEAR and name not in said:
            yield ConditionResult(name, name, REVIEW, UNCLEAR, edition.amount_facts[name], (), None)
