"""Facts and an edition give an estimate: the verdict, the amount in fen, and the working step by step with the clause of each."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from calculator.amounts import Fen
from calculator.awards.award import is_known, rounded
from calculator.edition import Edition
from calculator.facts import UNCLEAR, Facts, to_json
from calculator.limits import NOTHING, PAID_THIS_YEAR, of_one_payment, of_the_year
from calculator.verdict import ConditionResult, Outcome, Verdict, judge, open_amount
from calculator.working import Step


class Estimate(NamedTuple):
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
    hand_in_by: date | None

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
            "hand_in_by": None if self.hand_in_by is None else self.hand_in_by.isoformat(),
            "conditions": [_condition(result) for result in self.verdict.conditions],
            "working": [{"kind": step.kind, "figures": dict(step.figures), "clause": dict(step.clause)} for step in self.working],
        }


def estimate(edition: Edition, facts: Facts) -> Estimate:
    """Work out the verdict and the amount that these facts give under this edition."""
    verdict = judge(edition, facts)
    hand_in_by = last_day(edition, facts) if edition.deadlines else None
    if verdict.outcome is Outcome.INELIGIBLE:
        return Estimate(edition.id, edition.benefit, edition.status, verdict, NOTHING, (), None, (), hand_in_by)
    if verdict.missing or (verdict.outcome is Outcome.REVIEW and _is_open(edition, facts)):
        return Estimate(edition.id, edition.benefit, edition.status, verdict, None, (), None, (), hand_in_by)
    working: list[Step] = []
    amount, cap_left = _amount(edition, facts, working)
    routes: tuple[str, ...] = ()
    for route in edition.routes:
        if amount > route.over:
            routes += route.needs
            working.append(Step("route", {"over": route.over, "needs": list(route.needs)}, route.clause))
    return Estimate(edition.id, edition.benefit, edition.status, verdict, amount, tuple(working), cap_left, routes, hand_in_by)


def last_day(edition: Edition, facts: Facts) -> date | None:
    """The last day to hand in, if the rules set one and its start is known."""
    starts = ((deadline, facts.get(deadline.fact)) for deadline in edition.deadlines)
    return min((deadline.last_day(start) for deadline, start in starts if isinstance(start, date)), default=None)


def _amount(edition: Edition, facts: Facts, working: list[Step]) -> tuple[Fen, Fen | None]:
    """Award, its bounds, and the year. What this year was paid may be unknown where nothing is due."""
    amount = of_one_payment(edition, _award(edition, facts, working), working)
    if PAID_THIS_YEAR not in edition.amount_facts:
        return amount, None
    paid = facts.get(PAID_THIS_YEAR)
    if not isinstance(paid, int):
        return amount, None
    return of_the_year(edition, amount, paid, working)


def _award(edition: Edition, facts: Facts, working: list[Step]) -> Fen:
    """Pay the award. Where facts are missing that cannot change it, there is nothing to show but the sum."""
    award, known = edition.award, edition.with_sums(facts)
    if _is_whole(edition, facts):
        return rounded(award.pay(known, working), award.clause, working)
    amount = rounded(award.range(known)[0], award.clause, [])
    working.append(Step("settled", {"amount": amount}, award.clause))
    return amount


def _is_whole(edition: Edition, facts: Facts) -> bool:
    """Whether everything the award is worked out from is known."""
    if UNCLEAR not in facts.values() and facts.keys() >= edition.amount_facts.keys():
        return True
    known = edition.with_sums(facts)
    return all(is_known(name, known) for name in edition.award.path(known))


def _is_open(edition: Edition, facts: Facts) -> bool:
    """Whether the amount turns on something unclear."""
    return UNCLEAR in facts.values() and bool(open_amount(edition, edition.with_sums(facts)))


def _condition(result: ConditionResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "fact": result.fact,
        "state": result.state.value,
        "value": None if result.value is None else to_json(result.value),
        "clause": dict(result.clause),
        "flips": [{"fact": flip.fact, "to": to_json(flip.to), "by": flip.by} for flip in result.flips],
        "remedy": None if result.remedy is None else dict(result.remedy),
    }
