"""Facts and an edition give an estimate: the verdict, the amount in fen, and the working step by step with the clause of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from calculator.amounts import Fen
from calculator.awards.award import is_known, rounded
from calculator.edition import Edition
from calculator.facts import UNCLEAR, Facts, Known, to_json
from calculator.limits import NOTHING, PAID_THIS_YEAR, of_one_payment, of_the_year
from calculator.verdict import ELIGIBLE, ConditionResult, Outcome, Verdict, judged, open_amount
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
    known = edition.with_sums(facts)
    is_whole = edition.is_whole(known)
    amount_open = () if is_whole else open_amount(edition, known)
    verdict = judged(edition, known, amount_open, is_whole=is_whole)
    hand_in_by = last_day(edition, facts) if edition.deadlines else None
    if verdict.outcome is not ELIGIBLE and not _has_amount(verdict, known, amount_open):
        amount = NOTHING if verdict.outcome is Outcome.INELIGIBLE else None
        return Estimate(edition.id, edition.benefit, edition.status, verdict, amount, (), None, (), hand_in_by)
    working: list[Step] = []
    due, cap_left = _due(edition, known, working, is_whole=is_whole)
    routes: tuple[str, ...] = ()
    for route in edition.routes:
        if due > route.over:
            routes += route.needs
            working.append(route.step)
    return Estimate(edition.id, edition.benefit, edition.status, verdict, due, tuple(working), cap_left, routes, hand_in_by)


def last_day(edition: Edition, facts: Facts) -> date | None:
    """The last day to hand in, if the rules set one and its start is known."""
    starts = ((deadline, facts.get(deadline.fact)) for deadline in edition.deadlines)
    return min((deadline.last_day(start) for deadline, start in starts if isinstance(start, date)), default=None)


def _has_amount(verdict: Verdict, known: Known, amount_open: Sequence[str]) -> bool:
    """Whether a case that is not simply eligible has an amount: under review, unless that turns on something unclear."""
    return verdict.outcome is Outcome.REVIEW and not (amount_open and UNCLEAR in known.values())


def _due(edition: Edition, known: Known, working: list[Step], *, is_whole: bool) -> tuple[Fen, Fen | None]:
    """Award, its bounds, and the year. What this year was paid may be unknown where nothing is due."""
    amount = of_one_payment(edition, _award(edition, known, working, is_whole=is_whole), working)
    if PAID_THIS_YEAR not in edition.amount_facts:
        return amount, None
    paid = known.get(PAID_THIS_YEAR)
    if not isinstance(paid, int):
        return amount, None
    return of_the_year(edition, amount, paid, working)


def _award(edition: Edition, known: Known, working: list[Step], *, is_whole: bool) -> Fen:
    """Pay the award. Where facts are missing that cannot change it, there is nothing to show but the sum."""
    award = edition.award
    if is_whole or all(is_known(name, known) for name in award.path(known)):
        return rounded(award.pay(known, working), award.clause, working)
    amount = rounded(award.range(known)[0], award.clause, [])
    working.append(Step("settled", {"amount": amount}, award.clause))
    return amount


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
