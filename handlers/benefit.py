"""Is this member eligible, and for how much? One flow serves every benefit and every city: the policy says what to ask."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from calculator.deadline import HANDED_IN
from calculator.edition import Edition
from calculator.estimate import Estimate, estimate
from calculator.facts import UNCLEAR, Facts, Value, is_money
from calculator.verdict import ConditionResult, Verdict, next_worth_asking
from handlers.case import Case
from handlers.dialogue import Flow, ask
from handlers.facts import fact_question
from handlers.questions import Question
from handlers.say import Say


@dataclass(frozen=True, slots=True)
class Estimated:
    """The answer to "how much": what the rules say, and the facts they said it on."""

    benefit: str
    edition: Edition
    estimate: Estimate
    facts: Facts


@dataclass(frozen=True, slots=True)
class NotYet:
    """The benefit begins on a day still to come: nothing to ask before it."""

    benefit: str
    starts: date


def in_force(case: Case, name: str) -> Edition | None:
    """The edition of this day; None before the first."""
    policy = case.policies[name]
    return policy.edition_on(case.day) if policy.editions[0].starts <= case.day else None


def reasons(verdict: Verdict) -> tuple[Say, ...]:
    """Why a person must look: a rule that says so, something the member could not tell, or a claim that comes late. Each once."""
    said = [_reason(result) for result in verdict.to_review()]
    return tuple(reason for place, reason in enumerate(said) if reason not in said[:place])


def late_by(result: ConditionResult) -> date | None:
    """The day by which a claim should have been handed in, if that is what a condition holds against it."""
    return next((flip.to for flip in result.flips if flip.fact == HANDED_IN and isinstance(flip.to, date)), None)


def _reason(result: ConditionResult) -> Say:
    last = late_by(result)
    if last is not None:
        return Say("review.late", {"clause": dict(result.clause), "day": last.isoformat()})
    if result.value is UNCLEAR and result.id == result.fact and is_money(result.fact):
        return Say("review.unclear_amount", {"fact": result.fact})
    return Say("review.unclear" if result.value is UNCLEAR else "review.reason", {"clause": dict(result.clause)})


def benefit(case: Case, name: str) -> Flow[Estimated | NotYet]:
    """Asks only what can still change the answer."""
    edition = in_force(case, name)
    if edition is None:
        return NotYet(name, case.policies[name].editions[0].starts)
    facts = yield from facts_worth_asking(case, edition, {}, case.day)
    return Estimated(name, edition, estimated(edition, facts), facts)


def estimated(edition: Edition, facts: Facts) -> Estimate:
    """What these facts give under this edition: worked out once for a while, as every message of a conversation asks for it again."""
    return _estimate(edition, tuple(facts.items()))


@lru_cache(maxsize=1024)
def _estimate(edition: Edition, facts: tuple[tuple[str, Value], ...]) -> Estimate:
    return estimate(edition, dict(facts))


@lru_cache(maxsize=8192)
def _next(edition: Edition, facts: tuple[tuple[str, Value], ...]) -> str | None:
    """Find the next fact to ask. A replay asks this for every prefix of its facts, and most of them were there a message ago."""
    return next_worth_asking(edition, dict(facts))


def facts_worth_asking(case: Case, edition: Edition, known: Facts, happened: date) -> Generator[Question[Any], Any, dict[str, Value]]:
    """What is known and every further fact that the verdict or the amount turns on; `happened` is the day of the event."""
    facts = dict(known)
    while name := _next(edition, tuple(facts.items())):
        facts[name] = yield from ask(fact_question(name, edition, case.day, happened))
    return facts
