"""Facts and an edition give a verdict: every condition with the person's own figure and the nearest change that would flip it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

from calculator.award import Words
from calculator.edition import Condition, Edition
from calculator.facts import UNCLEAR, Facts, Value


class Outcome(Enum):
    """What a verdict says."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"
    REVIEW = "review"


class State(Enum):
    """How one condition stands."""

    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Flip:
    """The nearest value that would meet a failed condition, and how far it is: fen, years or days, with its sign; None for yes or no."""

    fact: str
    to: Value
    by: int | None


class ConditionResult(NamedTuple):
    """One condition held against the facts. `value` is None while the fact is unknown."""

    id: str
    fact: str
    state: State
    value: Value | None
    clause: Words
    flip: Flip | None
    remedy: Words | None


class Verdict(NamedTuple):
    """The outcome, every condition, and the facts still missing (none once it is ineligible)."""

    outcome: Outcome
    conditions: tuple[ConditionResult, ...]
    missing: tuple[str, ...]

    def failed(self) -> tuple[ConditionResult, ...]:
        """List the conditions that stand against it."""
        return tuple(result for result in self.conditions if result.state is State.FAILED)

    def to_review(self) -> tuple[ConditionResult, ...]:
        """List the conditions a person must look at."""
        return tuple(result for result in self.conditions if result.state is State.REVIEW)


def judge(edition: Edition, facts: Facts) -> Verdict:
    """Held against every condition: one that fails is final; then what is missing; then what a person must look at."""
    results = [_held(condition, facts) for condition in edition.conditions]
    results += [_result(review, facts[review.fact], State.REVIEW) for review in edition.reviews if _sends_to_person(review, facts)]
    tested = {condition.fact for condition in edition.conditions}
    results += [
        ConditionResult(name, name, State.REVIEW, UNCLEAR, clause, None, None)
        for name, clause in edition.amount_facts.items()
        if name not in tested and facts.get(name) is UNCLEAR
    ]
    states = {result.state for result in results}
    if State.FAILED in states:
        return Verdict(Outcome.INELIGIBLE, tuple(results), ())
    missing = _missing(edition, facts)
    if missing:
        return Verdict(Outcome.UNDETERMINED, tuple(results), missing)
    return Verdict(Outcome.REVIEW if State.REVIEW in states else Outcome.ELIGIBLE, tuple(results), ())


def next_worth_asking(edition: Edition, facts: Facts) -> str | None:
    """Find the cheapest fact that can still change verdict or amount, or None: then asking more is of no use."""
    for condition in edition.conditions:
        value = facts.get(condition.fact)
        if value is not None and value is not UNCLEAR and not condition.holds(value):
            return None
    return next(iter(_missing(edition, facts)), None)


def _missing(edition: Edition, facts: Facts) -> tuple[str, ...]:
    """List what is not known and matters. Beside an unclear fact of the amount, only what a condition reads still does."""
    unknown = [name for name in edition.asks if name not in facts]
    if unknown and any(facts.get(name) is UNCLEAR for name in edition.amount_facts):
        tested = {condition.fact for condition in edition.conditions}
        return tuple(name for name in unknown if name in tested)
    return tuple(unknown)


def _held(condition: Condition, facts: Facts) -> ConditionResult:
    value = facts.get(condition.fact)
    if value is None:
        return _result(condition, None, State.UNKNOWN)
    if value is UNCLEAR:
        return _result(condition, value, State.REVIEW)
    if condition.holds(value):
        return _result(condition, value, State.MET)
    return _result(condition, value, State.FAILED, _nearest(condition, value))


def _result(condition: Condition, value: Value | None, state: State, flip: Flip | None = None) -> ConditionResult:
    return ConditionResult(condition.id, condition.fact, state, value, condition.clause, flip, condition.remedy)


def _sends_to_person(review: Condition, facts: Facts) -> bool:
    value = facts.get(review.fact)
    return value is not None and (value is UNCLEAR or review.holds(value))


def _nearest(condition: Condition, value: Value) -> Flip | None:
    """Find the nearest end of the range, or the other of yes and no. Out of a list of choices none is nearer than another."""
    if condition.values is not None:
        return Flip(condition.fact, not value, None) if isinstance(value, bool) else None
    low, high = condition.low, condition.high
    to = low if low is not None and value < low else high  # type: ignore[operator]  # the same type, as the file was checked for
    if isinstance(to, date) and isinstance(value, date):
        return Flip(condition.fact, to, (to - value).days)
    if isinstance(to, int) and isinstance(value, int):
        return Flip(condition.fact, to, to - value)
    return None
