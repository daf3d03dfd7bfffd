"""Facts and an edition give an estimate: the verdict, the amount in fen, and the working step by step with the clause of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calculator.amounts import Fen
from calculator.award import Step
from calculator.edition import Edition
from calculator.facts import UNCLEAR, Facts, to_json
from calculator.verdict import ConditionResult, Outcome, Verdict, judge

NOTHING = Fen(0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a person gets under one edition, and why.

    `amount` is 0 when ineligible and None while facts are missing or unclear. Under review it is what would be paid if the
    person looking agrees.
    `cap_left` is what the year would still hold after this payment. `routes` names who else must act on a sum this large.
    """

    edition_id: str
    benefit: str
    status: str
    verdict: Verdict
    amount: Fen | None
    working: tuple[Step, ...]
    cap_left: Fen | None
    routes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data to keep with a claim: money in fen, days as ISO text."""
        return {
            "edition": self.edition_id,
            "benefit": self.benefit,
            "status": self.status,
            "verdict": self.verdict.outcome.value,
            "missing": list(self.verdict.missing),
            "amount": self.amount,
            "cap_left": self.cap_left,
            "routes": list(self.routes),
            "conditions": [_condition(result) for result in self.verdict.conditions],
            "working": [{"kind": step.kind, "figures": dict(step.figures), "clause": dict(step.clause)} for step in self.working],
        }


def estimate(edition: Edition, facts: Facts) -> Estimate:
    """Work out the verdict and the amount that these facts give under this edition."""
    verdict = judge(edition, facts)
    if verdict.outcome is Outcome.INELIGIBLE:
        return Estimate(edition.id, edition.benefit, edition.status, verdict, NOTHING, (), None, ())
    if verdict.missing or (verdict.outcome is Outcome.REVIEW and any(facts.get(fact) is UNCLEAR for fact in edition.amount_facts)):
        return Estimate(edition.id, edition.benefit, edition.status, verdict, None, (), None, ())
    working: list[Step] = []
    amount = _bounded(edition, edition.award.pay(facts, working), working)
    cap_left = None
    if edition.cap_per_year is not None:
        paid: int = facts["paid_this_year"]  # type: ignore[assignment]  # a money fact
        amount, cap_left = _in_the_year(edition.cap_per_year.amount, paid, amount, edition.cap_per_year.clause, working)
    routes: tuple[str, ...] = ()
    for route in edition.routes:
        if amount > route.over:
            routes += route.needs
            working.append(Step("route", {"over": route.over, "needs": list(route.needs)}, route.clause))
    return Estimate(edition.id, edition.benefit, edition.status, verdict, amount, tuple(working), cap_left, routes)


def _bounded(edition: Edition, amount: Fen, working: list[Step]) -> Fen:
    """Lifted to the minimum and cut to the cap of one payment; a payment of nothing stays nothing."""
    minimum, cap = edition.minimum, edition.cap_per_payment
    if minimum is not None and NOTHING < amount < minimum.amount:
        working.append(Step("minimum", {"minimum": minimum.amount, "amount": minimum.amount}, minimum.clause))
        amount = minimum.amount
    if cap is not None and amount > cap.amount:
        working.append(Step("cap_payment", {"cap": cap.amount, "amount": cap.amount}, cap.clause))
        amount = cap.amount
    return amount


def _in_the_year(cap: Fen, paid: int, amount: Fen, clause: Mapping[str, str], working: list[Step]) -> tuple[Fen, Fen]:
    """Cut the amount to what the year still holds; also gives what is left after it."""
    left = Fen(max(cap - paid, 0))
    cut = amount > left
    amount = left if cut else amount
    rest = Fen(left - amount)
    figures = {"cap": cap, "paid": paid, "left": left, "amount": amount, "rest": rest}
    working.append(Step("cap_year_reached" if cut else "cap_year", figures, clause))
    return amount, rest


def _condition(result: ConditionResult) -> dict[str, Any]:
    flip = result.flip
    return {
        "id": result.id,
        "fact": result.fact,
        "state": result.state.value,
        "value": None if result.value is None else to_json(result.value),
        "clause": dict(result.clause),
        "flip": None if flip is None else {"fact": flip.fact, "to": to_json(flip.to), "by": flip.by},
        "remedy": None if result.remedy is None else dict(result.remedy),
    }
