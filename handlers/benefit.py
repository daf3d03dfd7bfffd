"""Is this member eligible, and for how much? One flow serves every benefit and every city: the policy says what to ask."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from calculator.edition import Edition
from calculator.estimate import Estimate, estimate
from calculator.facts import Facts, Value
from calculator.verdict import next_worth_asking
from handlers.case import Case
from handlers.dialogue import Flow, ask
from handlers.facts import fact_question
from handlers.questions import Question


@dataclass(frozen=True, slots=True)
class Estimated:
    """The answer to "how much": what the rules say, and the facts they said it on."""

    benefit: str
    estimate: Estimate
    facts: Facts


def benefit(case: Case, name: str) -> Flow[Estimated]:
    """Asks only what can still change the answer."""
    edition = case.policies[name].edition_on(case.day)
    facts = yield from facts_worth_asking(case, edition, {})
    return Estimated(name, estimate(edition, facts), facts)


def facts_worth_asking(case: Case, edition: Edition, known: Facts) -> Generator[Question[Any], Any, dict[str, Value]]:
    """What is known and every further fact that the verdict or the amount turns on."""
    facts = dict(known)
    while name := next_worth_asking(edition, facts):
        facts[name] = yield from ask(fact_question(name, edition, case.day))
    return facts
